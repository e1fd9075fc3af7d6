// Puts results to a scheduler and prints what it decides, so that a test in another language can
// compare it with other schedulers. One JSON object a line in, one a line out, until the input
// ends:
//   {"scheduler": NAME, "options": {..}, "mode": "min"|"max", "trials": N, "seed": S}
//   {"report": [TRIAL, ITERATION, VALUE]}      VALUE: a number, "nan", "inf" or "-inf"
//   {"complete": TRIAL}                        the trial returned by itself
// All trials start at once. Each answer holds the decision, if there is one, and the choices that
// followed it: {"decision": .., "reason": .., "numbers": {..}, "choices": [{"trial": ..,
// "kind": "run"|"stop", "iteration": ..}]}
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/scheduler_stage.h"

namespace luthier {
namespace {

using Json = nlohmann::json;

NamedValues options_of(const Json& given) {
  NamedValues options;
  for (const auto& [name, value] : given.items()) {
    if (value.is_boolean()) {
      options.set(name, value.get<bool>());
    } else if (value.is_number_integer()) {
      options.set(name, value.get<std::int64_t>());
    } else if (value.is_number()) {
      options.set(name, value.get<double>());
    } else {
      options.set(name, value.get<std::string>());
    }
  }
  return options;
}

CompiledSpace one_parameter() {
  Space space;
  space.add("lr", uniform(0.0, 1.0));
  return std::move(CompiledSpace::compile(space)).value();
}

class Session {
 public:
  Session(const Json& request, const CompiledSpace& space)
      : stage_(make_scheduler(request.at("scheduler").get<std::string>(),
                              options_of(request.at("options")),
                              stage_options(request, space)),
               stage_options(request, space)) {}

  Json start() {
    stage_.fill();
    return with_choices(Json::object());
  }

  Json report(const Json& report) {
    const TrialId trial{report.at(0).get<std::int64_t>()};
    const Json& value = report.at(2);
    const double number =
        value.is_string() ? *parse_number(value.get<std::string>()) : value.get<double>();
    const Decision decision =
        stage_.report(trial, report.at(1).get<std::int64_t>(), {{"score", number}});
    if (decision.kind == DecisionKind::pause) {
      stage_.finish_pause(trial);
    }
    Json numbers = Json::object();
    for (const auto& [name, each] : decision.numbers) {
      numbers[name] = each;
    }
    Json answer = {
        {"decision", to_text(decision.kind)}, {"reason", decision.reason}, {"numbers", numbers}};
    stage_.fill();
    return with_choices(std::move(answer));
  }

  Json complete(const Json& trial) {
    stage_.end({trial.get<std::int64_t>()}, TrialState::completed);
    stage_.fill();
    return with_choices(Json::object());
  }

 private:
  static StageOptions stage_options(const Json& request, const CompiledSpace& space) {
    const int trials = request.at("trials").get<int>();
    const Mode mode = request.at("mode") == "max" ? Mode::max : Mode::min;
    return {.samples = trials,
            .jobs = trials,
            .seed = request.at("seed").get<std::uint64_t>(),
            .objectives = {{"score", mode}},
            .space = &space};
  }

  Json with_choices(Json answer) {
    answer["choices"] = Json::array();
    for (; told_ < stage_.choices().size(); ++told_) {
      const Choice& choice = stage_.choices()[told_];
      Json each = {{"trial", choice.trial.value},
                   {"kind", choice.kind == ChoiceKind::run ? "run" : "stop"},
                   {"iteration", stage_.iteration(choice.trial)}};
      for (const auto& [name, number] : choice.numbers) {
        each[name] = number;
      }
      answer["choices"].push_back(std::move(each));
    }
    return answer;
  }

  SchedulerStage stage_;
  std::size_t told_ = 0;
};

int serve() {
  const CompiledSpace space = one_parameter();
  std::optional<Session> session;
  for (std::string line; std::getline(std::cin, line);) {
    const Json request = Json::parse(line);
    Json answer;
    if (request.contains("scheduler")) {
      session.emplace(request, space);
      answer = session->start();
    } else if (request.contains("report")) {
      answer = session->report(request.at("report"));
    } else {
      answer = session->complete(request.at("complete"));
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace luthier

int main() {
  return luthier::serve();
}
