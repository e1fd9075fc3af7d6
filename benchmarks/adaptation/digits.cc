#include <memory>

#include "adaptation/job.h"
#include "digits_data.h"
#include "digits_model.h"

namespace adaptation {
namespace {

constexpr std::int64_t kEpochs = 40;

luthier::Space search_space() {
  luthier::Space space;  // that of examples/digits, with networks small enough for many seeds
  space.add("layers", luthier::randint(1, 3));
  space.add("units", luthier::lograndint(32, 65));
  space.add("batch", luthier::choice({16, 32, 64}));
  space.add("optimizer", luthier::choice({"sgd", "adam"}));
  space.add("lr", luthier::loguniform(3e-4, 0.5));
  space.add("momentum", luthier::uniform(0.0, 0.95)).when("optimizer", "sgd");
  space.add("weight_decay", luthier::loguniform(1e-5, 1e-1));
  space.add("dropout", luthier::uniform(0.0, 0.5));
  space.add("shift", luthier::uniform(0.0, 0.9));
  space.add("decay", luthier::uniform(0.92, 0.98));
  return space;
}

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
          .space = search_space(),
          .objective = {.metric = "loss", .mode = luthier::Mode::min},
          .trials = 16,
          .population_options = {{"perturbation_interval", 4},
                                 {"parameters", "lr,weight_decay,dropout,shift"},
                                 {"synch", true}}};
}

}  // namespace adaptation
