// Tunes through the installed headers and library only.
#include <cstdio>

#include <luthier/luthier.h>

int main() {
  luthier::Space space;
  space.add("x", luthier::uniform(-1.0, 1.0));
  const auto train = [](luthier::TrialContext& trial) {
    const double x = trial.config().number("x");
    (void)trial.report({{"loss", x * x}});
  };
  const auto outcome =
      luthier::Tuner(train, space).minimize("loss").samples(20).store("memory").log({}).run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  std::printf("best loss: %s\n",
              luthier::to_text(*outcome->best_trial()->best.find("loss")).c_str());
}
