// The main job: a neural network for handwritten digits, tuned by tpe and asha. What `./dev demo`
// runs.
//
//   example_digits [--name NAME] [--resume NAME] [--results DIR] [--data CSV] [-n TRIALS]
//                  [-j JOBS] [--seed SEED] [--split-seed SEED]
//
// The tuner sees the validation images only. At the end the best configuration is trained anew on
// training and validation images together, for as many epochs as were best, and is shown the test
// images for the first and only time. So is the configuration that nobody tuned.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "digits_data.h"
#include "digits_model.h"
#include "luthier/luthier.h"
#include "summary.h"

namespace {

constexpr std::int64_t kEpochs = 81;
// Every network starts from the same draws: configurations are compared, not lucky starts.
constexpr std::uint64_t kWeightSeed = 1;

struct Arguments {
  std::string name;
  bool resume = false;
  std::filesystem::path results = "luthier-results";
  std::filesystem::path data = DIGITS_CSV;
  std::int64_t trials = 60;
  std::int64_t jobs = 0;
  std::uint64_t seed = 0;
  std::uint64_t split_seed = digits::kSplitSeed;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) {
      throw std::invalid_argument(std::string(option) +
                                  " needs a value; the options are listed at the top of main.cc");
    }
    const std::string value = argv[i + 1];
    if (option == "--name" || option == "--resume") {
      arguments.name = value;
      arguments.resume = option == "--resume";
    } else if (option == "--results") {
      arguments.results = value;
    } else if (option == "--data") {
      arguments.data = value;
    } else if (option == "-n") {
      arguments.trials = std::stoll(value);
    } else if (option == "-j") {
      arguments.jobs = std::stoll(value);
    } else if (option == "--seed") {
      arguments.seed = std::stoull(value);
    } else if (option == "--split-seed") {
      arguments.split_seed = std::stoull(value);
    } else {
      throw std::invalid_argument("no option '" + std::string(option) +
                                  "'; the options are listed at the top of main.cc");
    }
  }
  return arguments;
}

// digits-1, digits-2, ...: the first that is not taken.
std::string free_name(const std::filesystem::path& results) {
  int number = 1;
  while (std::filesystem::exists(results / ("digits-" + std::to_string(number)))) {
    ++number;
  }
  return "digits-" + std::to_string(number);
}

void train(luthier::TrialContext& trial, const digits::Data& data) {
  digits::DigitsModel model(data, digits::model_options(trial.config()), kWeightSeed);
  if (const auto from = trial.checkpoint()) {
    model.load(*from);
  }
  while (trial.iteration() < kEpochs) {
    const double train_loss = model.train_epoch();
    const luthier::Metrics metrics = {{"loss", model.validation_loss()},
                                      {"accuracy", model.validation_accuracy()},
                                      {"train_loss", train_loss},
                                      {"epoch", trial.iteration() + 1}};
    if (!trial.report(metrics, [&](const auto& directory) { model.save(directory); })) {
      return;
    }
  }
}

// The command line, where it was built beside this program.
std::string luthier_beside(const std::filesystem::path& program) {
  const auto path = program.parent_path() / "luthier";
  return std::filesystem::exists(path) ? path.string() : std::string();
}

int tune(const char* program, const Arguments& arguments) {
  const digits::Data data = digits::load(arguments.data, arguments.split_seed);
  const std::string name = arguments.name.empty() ? free_name(arguments.results) : arguments.name;
  const std::string resume_line = std::string(program) + " --resume " + name + " --results " +
                                  arguments.results.string() +
                                  (arguments.split_seed == digits::kSplitSeed
                                       ? ""
                                       : " --split-seed " + std::to_string(arguments.split_seed));
  std::printf(
      "tuning on %zu training images, judged by %zu validation images; %zu test images are kept "
      "back\n",
      data.train.labels.size(),
      data.validation.labels.size(),
      data.test.labels.size());
  std::printf("Ctrl-C interrupts; to go on: %s\n\n", resume_line.c_str());
  std::fflush(stdout);

  luthier::Tuner tuner([&data](luthier::TrialContext& trial) { train(trial, data); },
                       digits::search_space(3, 192));
  tuner.name(name)
      .results(arguments.results)
      .minimize("loss")
      .samples(arguments.trials)
      .jobs(arguments.jobs)
      .seed(arguments.seed)
      .searcher("tpe")
      .scheduler("asha", {{"max_t", kEpochs}, {"grace_period", 3}, {"reduction_factor", 3}})
      .checkpoint_every(9)
      .handle_signals();
  const auto outcome = arguments.resume ? tuner.resume() : tuner.run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  if (!outcome->finished) {
    std::printf("\n%s; to go on: %s\n", outcome->reason.c_str(), resume_line.c_str());
    return 130;
  }
  if (outcome->best_trial() == nullptr) {
    std::fprintf(stderr, "no trial reported a finite loss: %s\n", outcome->reason.c_str());
    return 1;
  }
  digits::print_summary(
      *outcome,
      data,
      {.luthier = luthier_beside(program), .epochs = kEpochs, .weight_seed = kWeightSeed});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return tune(argv[0], parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "example_digits: %s\n", error.what());
    return 2;
  }
}
