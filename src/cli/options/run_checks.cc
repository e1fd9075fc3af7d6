#include "cli/options/run_checks.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/advice/program_guess.h"
#include "core/expression/resource_text.h"
#include "loggers/logger_table.h"
#include "tuner/machine/gpus.h"
#include "tuner/machine/machine.h"

namespace luthier::cli {
namespace {

// The command as it was typed, with another program; what to write in a file otherwise.
std::string typed_with(const ExperimentRequest& request, const std::vector<std::string>& program) {
  if (std::ranges::find(request.typed, "--") != request.typed.end()) {
    Correction correction(request.verb, request.typed);
    correction.replace_program(program);
    return "type: " + correction.line();
  }
  std::vector<std::string> words;
  std::ranges::transform(program, std::back_inserter(words), json_string);
  return formatted("write: command = [{}]", join(words, ", "));
}

std::string no_objective(const ExperimentRequest& request) {
  std::string problem = "nothing to optimise; name a metric with --min METRIC or --max METRIC";
  if (!request.spec.command.empty()) {
    problem += "; to see what it prints, type: " + Correction("try", request.typed).line();
  }
  return problem;
}

bool has_option(const ExperimentSpec& spec, std::string_view name) {
  return std::ranges::any_of(spec.executor_options,
                             [&](const auto& option) { return option.first == name; });
}

}  // namespace

std::string function_of(const ExperimentSpec& spec) {
  for (const auto& [name, value] : spec.executor_options) {
    if (name == "python" || name == "library") {
      return value;
    }
  }
  return {};
}

// A plain number that is larger than all there is would make every trial fail.
void check_resources(const ExperimentRequest& request, std::vector<std::string>& problems) {
  if (request.spec.executor == "ray") {
    return;  // the cluster knows what it has
  }
  const Resources& inventory = request.options.session.inventory;
  const auto gpus = shared_gpus(inventory.gpu, visible_gpus(std::getenv("CUDA_VISIBLE_DEVICES")));
  if (!gpus) {
    problems.push_back(gpus.error().message);
    return;
  }
  for (const auto& [name, amount] : request.spec.resources) {
    const auto wanted = parse_number(amount);
    if (!wanted || name == "memory") {
      continue;
    }
    const auto custom = inventory.custom.find(name);
    const double there =
        name == "cpu" ? (inventory.cpu > 0 ? inventory.cpu : static_cast<double>(processor_count()))
        : name == "gpu"                    ? gpus->amount
        : custom != inventory.custom.end() ? custom->second
                                           : 0;
    if (name == "gpu" && *wanted > 1 && std::floor(*wanted) != *wanted) {
      problems.push_back(
          formatted("--gpu is {}; above 1 only whole gpus can be given", format_number(*wanted)));
    } else if (*wanted > there) {
      const bool own = name == "cpu" || name == "gpu";
      problems.push_back(
          formatted("a trial {}; ask for less, or say what there is with {}",
                    lacking_text(name, *wanted, there),
                    own ? formatted("--{}s N", name) : formatted("--inventory {}=N", name)));
    }
  }
}

void check_command(const ExperimentRequest& request, std::vector<std::string>& problems) {
  if (!function_of(request.spec).empty()) {
    if (!request.spec.command.empty()) {
      problems.emplace_back("a program and a function are both given; drop one of them");
    }
    const bool library = !has_option(request.spec, "python");
    if (request.spec.executor != "ray" && (library || request.spec.executor != "python")) {
      problems.emplace_back(library ? "--trainable needs --executor ray"
                                    : "--python needs --executor python or ray");
    }
    return;
  }
  if (request.spec.executor == "python") {
    problems.emplace_back("executor python runs a function; name it with --python MODULE:NAME");
    return;
  }
  if (request.spec.command.empty()) {
    problems.emplace_back(
        "no program to run; put it at the end, as in: luthier run ... -- python train.py --lr "
        "{lr}");
    return;
  }
  std::vector<std::string> parameters;
  for (const Parameter& parameter : request.spec.space.parameters()) {
    parameters.push_back(parameter.name);
  }
  if (const auto guess = guess_program(request.spec.command, parameters)) {
    const std::string& sentence = guess->sentence;
    problems.push_back(guess->program.empty() ? sentence
                                              : sentence + (sentence.ends_with('?') ? " " : "; ") +
                                                    typed_with(request, guess->program));
  }
}

void check_whole(const ExperimentRequest& request,
                 Purpose purpose,
                 std::vector<std::string>& problems) {
  if (request.spec.objectives.empty() && purpose == Purpose::running) {
    problems.push_back(no_objective(request));
  }
  check_command(request, problems);
  check_resources(request, problems);
  const auto names = logger_names();
  for (const auto& name : request.spec.loggers) {
    if (std::ranges::find(names, name) == names.end()) {
      problems.push_back("--log: " + unknown_name("logger", name, names));
    } else if (name != "console" && request.options.session.memory_store) {
      problems.push_back(formatted(
          "logger '{}' writes files and --store memory leaves none; drop one of them", name));
    }
  }
}

}  // namespace luthier::cli
