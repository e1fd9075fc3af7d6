#include <luthier/luthier.h>

int main() {
  luthier::Space space;
  space.add("x", luthier::uniform(0.0, 1.0));
  const auto outcome =
      luthier::Tuner([](luthier::TrialContext& trial) { (void)trial.report({{"loss", 1.0}}); },
                     space)
          .minimize("loss")
          .samples(3)
          .store("memory")
          .log({})
          .run();
  return outcome ? 0 : 1;
}
