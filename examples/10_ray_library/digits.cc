// Cooperative control in a library: the network of ../digits as a function that Ray's workers run.
#include <luthier/trainable_library.h>

#include "digits_data.h"
#include "digits_model.h"

namespace {

constexpr std::uint64_t kWeightSeed = 1;

// Read once by each worker and shared by its trials.
const digits::Data& data() {
  static const digits::Data kData = digits::load(DIGITS_CSV);
  return kData;
}

void train(luthier::TrialContext& trial) {
  digits::DigitsModel model(data(), digits::model_options(trial.config()), kWeightSeed);
  if (const auto from = trial.checkpoint()) {
    model.load(*from);
  }
  while (trial.iteration() < 27) {
    const double train_loss = model.train_epoch();
    const luthier::Metrics metrics = {{"loss", model.validation_loss()},
                                      {"accuracy", model.validation_accuracy()},
                                      {"train_loss", train_loss}};
    if (!trial.report(metrics, [&](const auto& directory) { model.save(directory); })) {
      return;
    }
  }
}

}  // namespace

LUTHIER_TRAINABLE(train)
