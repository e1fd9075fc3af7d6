#include <memory>

#include "adaptation/job.h"
#include "digits_data.h"
#include "digits_model.h"

namespace adaptation {
namespace {

constexpr std::int64_t kEpochs = 40;

void train(luthier::TrialContext& trial, const digits::Data& data, std::uint64_t weight_seed) {
  digits::DigitsModel model(data, digits::model_options(trial.config()), weight_seed);
  if (const auto from = trial.checkpoint()) {
    model.load(*from);
  }
  while (trial.iteration() < kEpochs) {
    model.train_epoch();
    // The test images decide nothing: their accuracy is read off the result that is best by loss.
    const luthier::Metrics metrics = {{"loss", model.validation_loss()},
                                      {"accuracy", model.validation_accuracy()},
                                      {"test_accuracy", model.test_accuracy()}};
    if (!trial.report(metrics, [&](const auto& directory) { model.save(directory); })) {
      return;
    }
  }
}

}  // namespace

Job digits(std::uint64_t seed) {
  const auto data = std::make_shared<const digits::Data>(digits::load(DIGITS_CSV, seed));
  return {.train = [data, seed](luthier::TrialContext& trial) { train(trial, *data, seed); },
          .space = digits::search_space(2, 64),  // networks small enough for many seeds
          .objective = {.metric = "loss", .mode = luthier::Mode::min},
          .trials = 16,
          .population_options = {{"perturbation_interval", 4},
                                 {"parameters", "lr,weight_decay,dropout,shift"},
                                 {"synch", true}}};
}

}  // namespace adaptation
