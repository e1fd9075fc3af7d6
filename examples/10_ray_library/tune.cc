// An experiment on a Ray cluster from a C++ program: tune LIBRARY, with the cluster's head in
// RAY_ADDRESS. The program itself trains nothing; Ray's workers load the library.
#include <cstdio>

#include <luthier/luthier.h>

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: tune LIBRARY, such as build/valley.so\n");
    return 2;
  }
  luthier::Space space;
  space.add("rate", luthier::loguniform(1e-5, 1e-3));
  const auto outcome = luthier::Tuner(space)
                           .name("valley")
                           .minimize("loss")
                           .samples(6)
                           .iterations(20)
                           .scheduler("pbt", {{"perturbation_interval", 4}})
                           .executor("ray", {{"patience", 40}})
                           .trainable(words[1])
                           .log({"csv"})
                           .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  const luthier::TrialSummary* best = outcome->best_trial();
  if (best == nullptr) {
    std::fprintf(stderr, "no trial reported: %s\n", outcome->reason.c_str());
    return 1;
  }
  std::printf("best rate %s: loss %s, in %s\n",
              luthier::to_text(*best->best_config.find("rate")).c_str(),
              luthier::to_text(*best->best.find("loss")).c_str(),
              outcome->directory.c_str());
}
