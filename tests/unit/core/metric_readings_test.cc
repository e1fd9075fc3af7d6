// Who reads which metric, and stop rules that never hold.
#include "core/state/metric_readings.h"

#include <gtest/gtest.h>

#include "core/expression/stop_rule_check.h"

namespace luthier {
namespace {

std::string read_by(const ExperimentSpec& spec) {
  std::string text;
  for (const auto& [metric, reader] : metric_readings(spec)) {
    text += metric + " <- " + reader + "\n";
  }
  return text;
}

ExperimentSpec with_rules(const std::vector<std::string>& rules) {
  ExperimentSpec spec;
  for (const auto& rule : rules) {
    auto parsed = parse_stop_rule(rule);
    EXPECT_TRUE(parsed.ok()) << rule;
    spec.stop.push_back(*std::move(parsed));
  }
  return spec;
}

TEST(MetricReadings, AreThoseOfEveryRule) {
  const ExperimentSpec spec = with_rules({"loss < 0.1 and acc > 0.9",
                                          "training_iteration > 5",
                                          "plateau:metric=val_loss,window=3,tolerance=0.1"});
  const std::string text = read_by(spec);
  for (const char* part : {"loss <- the stop rule 'loss < 0.1 and acc > 0.9'\n",
                           "acc <- the stop rule",
                           "val_loss <- the stop rule 'plateau:"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  EXPECT_EQ(text.find("training_iteration <-"), std::string::npos) << text;
}

TEST(MetricReadings, HoldTheTimeThatSchedulersGoBy) {
  ExperimentSpec spec;
  EXPECT_EQ(read_by(spec), "");
  spec.time_attr = "epoch";
  EXPECT_EQ(read_by(spec), "epoch <- the option time_attr\n") << "also where no scheduler reads it";
  spec.scheduler = {"asha", {{"time_attr", "epochs"}}};
  EXPECT_EQ(read_by(spec), "epochs <- scheduler 'asha' (time_attr)\n");
  spec.time_attr.clear();
  spec.scheduler = {"asha", {{"time_attr", "training_iteration"}}};
  EXPECT_EQ(read_by(spec), "");
}

std::string problem(const std::string& rule) {
  const auto parsed = parse_stop_rule(rule);
  EXPECT_TRUE(parsed.ok()) << rule;
  return parsed ? stop_rule_problem(*parsed) : "";
}

TEST(StopRuleCheck, ANumberIsNoCondition) {
  EXPECT_EQ(problem("cost"),
            "the stop rule 'cost' compares nothing; write a condition such as 'cost < 0.1', or "
            "'cost == true' for one that is true or false");
  for (const char* rule :
       {"cost + 1", "loss - cost", "min(loss, cost)", "(loss < 1) * 2", "-cost"}) {
    EXPECT_NE(problem(rule), "") << rule;
  }
}

TEST(StopRuleCheck, ConditionsAreFine) {
  for (const char* rule : {"cost < 0.1",
                           "converged == true",
                           "not converged",
                           "loss < 1 and acc > 2",
                           "phase == \"done\"",
                           "phase in [\"a\", \"b\"]",
                           "(loss if loss < acc else acc) < 0.5",
                           "plateau:metric=loss,window=4"}) {
    EXPECT_EQ(problem(rule), "") << rule;
  }
}

}  // namespace
}  // namespace luthier
