// Plugin specs, stop rules and the experiment's own JSON.
#include "luthier/experiment_spec.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using testing::HasSubstr;

std::string plugin(std::string_view text) {
  const auto spec = parse_plugin_spec(text);
  return spec ? to_text(*spec) : spec.error().message;
}

TEST(PluginSpec, ReadsNamesAndOptions) {
  EXPECT_EQ(plugin("asha"), "asha");
  EXPECT_EQ(plugin(" asha : max_t = 81 , grace_period=3"), "asha:max_t=81,grace_period=3");
  EXPECT_EQ(plugin("x:a=1.0,b=true,c=val/loss,d='1',e='a b',f=[1, 2]"),
            "x:a=1.0,b=true,c=val/loss,d=\"1\",e=\"a b\",f=[1, 2]");
  const auto spec = parse_plugin_spec("x:a=1.0,b=true,c=val/loss,d='1'");
  EXPECT_EQ(spec->options, (NamedValues{{"a", 1.0}, {"b", true}, {"c", "val/loss"}, {"d", "1"}}));
  EXPECT_EQ(*parse_plugin_spec(to_text(*spec)), *spec);
}

TEST(PluginSpec, ErrorsNameTheRemedy) {
  for (const char* text : {"x:a=\xff", "x:a='\xc3'", "x:a=[1, \"caf\xe9\"]"}) {
    EXPECT_THAT(plugin(text), HasSubstr("this text is not UTF-8"));
  }
  EXPECT_THAT(plugin(""), HasSubstr("expected a name"));
  EXPECT_THAT(plugin("a b"), HasSubstr("expected a name"));
  EXPECT_THAT(plugin("asha:"), HasSubstr("position 6 of 'asha:': expected an option"));
  EXPECT_THAT(plugin("asha:max_t"), HasSubstr("write max_t=VALUE"));
  EXPECT_THAT(plugin("asha:max_t="), HasSubstr("a value is missing"));
  EXPECT_THAT(plugin("asha:a=1,a=2"), HasSubstr("given twice"));
  EXPECT_THAT(plugin("asha:a=1,"), HasSubstr("expected an option"));
  EXPECT_THAT(plugin("asha:a=x y"), HasSubstr("in quotes"));
}

TEST(StopRule, ReadsConditionsAndPlateaus) {
  const auto condition = parse_stop_rule("loss<0.1 or `val/acc`>.9");
  ASSERT_TRUE(condition.ok());
  EXPECT_EQ(condition->kind, StopRule::Kind::condition);
  EXPECT_EQ(condition->text, "loss < 0.1 or `val/acc` > 0.9");
  const auto plateau = parse_stop_rule("plateau:metric=loss,window=4,tolerance=0.01");
  ASSERT_TRUE(plateau.ok());
  EXPECT_EQ(plateau->kind, StopRule::Kind::plateau);
  EXPECT_EQ(plateau->metric, "loss");
  EXPECT_EQ(plateau->window, 4);
  EXPECT_EQ(plateau->tolerance, 0.01);
  EXPECT_EQ(*parse_stop_rule(plateau->text), *plateau);
  EXPECT_EQ(parse_stop_rule("experiment_plateau:metric=loss")->kind,
            StopRule::Kind::experiment_plateau);
}

TEST(StopRule, ErrorsNameTheRemedy) {
  const auto message = [](const char* text) { return parse_stop_rule(text).error().message; };
  EXPECT_THAT(message("loss <"), HasSubstr("a rule is a condition such as"));
  EXPECT_THAT(message("1 < 2"), HasSubstr("names no metric"));
  EXPECT_THAT(message("plateau:window=0,tolerance=-1,metrc=x"),
              HasSubstr("option window of the stop rule 'plateau' is 0; it must be an integer of "
                        "at least 1\noption tolerance of the stop rule 'plateau' is -1; it must be "
                        "a number of at least 0\nthe stop rule 'plateau' has no option 'metrc'"));
  EXPECT_THAT(message("plateau:window=3"), HasSubstr("write plateau:metric=NAME"));
  EXPECT_THAT(message("plateau:metric=3"), HasSubstr("the name of a metric"));
}

ExperimentSpec full_spec() {
  ExperimentSpec spec;
  spec.name = "NaN";
  spec.space.add("lr", loguniform(1e-5, 0.1));
  spec.space.add("m", uniform(0, 1)).when("lr > 0.01");
  spec.space.constrain("lr < 0.05");
  spec.objectives = {{"loss", Mode::min}, {"acc", Mode::max}};
  spec.searcher = {"tpe", {{"n", 3}, {"x", 1.0}, {"y", HUGE_VAL}}};
  spec.scheduler = {"asha", {{"mode", "stop"}}};
  spec.seed = 18446744073709551615U;
  spec.points = {{{"lr", 0.01}}, {}};
  spec.samples = 9007199254740993;
  spec.time_budget_s = 12.5;
  spec.iterations = 81;
  spec.stop = {*parse_stop_rule("loss < 0.1"), *parse_stop_rule("plateau:metric=loss,window=4")};
  spec.max_failures = 5;
  spec.retries = 2;
  spec.retry_delay_s = 0.25;
  spec.trial_timeout_s = 60;
  spec.grace_s = HUGE_VAL;
  spec.resources = {{"cpu", "2"}, {"gpu", "1 if lr > 0.01 else 0"}};
  spec.checkpoint_every = 3;
  spec.checkpoint_at_end = true;
  spec.keep_checkpoints = 4;
  spec.keep_by = KeepBy::best;
  spec.deterministic = 8;
  spec.executor = "process";
  spec.command = {"python", "train.py", "--lr={lr}", "\n\"", "Infinity"};
  spec.executor_options = {{"metric_regex", "loss=(.*)"}};
  spec.loggers = {"csv", "tensorboard"};
  spec.tags = {{"team", "a"}, {"b", ""}};
  spec.known = {{{{"lr", 0.5}, {"amp", true}}, {{"loss", 1e-3}, {"text", "x"}}, 7},
                {{{"lr", 1}}, {{"loss", HUGE_VAL}}}};
  return spec;
}

TEST(ExperimentSpec, JsonKeepsEveryField) {
  const std::string json = to_json(full_spec());
  const auto read = parse_experiment_spec(json);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(read->space, full_spec().space);
  EXPECT_EQ(read->searcher, full_spec().searcher);
  EXPECT_EQ(read->stop, full_spec().stop);
  EXPECT_EQ(read->seed, 18446744073709551615U);
  EXPECT_EQ(read->keep_by, KeepBy::best);
  EXPECT_EQ(read->known, full_spec().known);
  EXPECT_EQ(read->grace_s, HUGE_VAL);
  EXPECT_EQ(read->command.back(), "Infinity");
}

TEST(ExperimentSpec, JsonIsCanonical) {
  ExperimentSpec spec;
  spec.name = "demo";
  spec.objectives = {{"loss", Mode::min}};
  EXPECT_EQ(
      to_json(spec),
      R"({"schema": 1, "name": "demo", "space": {"parameters": {}, "constraints": []}, )"
      R"("objectives": [{"metric": "loss", "mode": "min"}], )"
      R"("searcher": {"name": "auto", "options": {}}, )"
      R"("scheduler": {"name": "fifo", "options": {}}, "seed": 0, "points": [], "samples": 1, )"
      R"("time_budget_s": 0.0, "iterations": 0, "stop": [], "max_failures": -1, "retries": 0, )"
      R"("retry_delay_s": 1.0, "trial_timeout_s": 0.0, "grace_s": 10.0, )"
      R"("resources": {"cpu": "1"}, "checkpoint_every": 0, "checkpoint_at_end": false, )"
      R"("keep_checkpoints": 1, "keep_by": "latest", "deterministic": 0, )"
      R"("executor": "in_process", "command": [], "executor_options": {}, "loggers": [], )"
      R"("tags": {}, "time_attr": "", "known": [], "score": "best", "working_directory": ""})");
}

TEST(ExperimentSpec, EveryProblemIsNamed) {
  const auto read = parse_experiment_spec(
      R"({"schema": 2, "nmae": "x", "objectives": [{"metric": "a", "mode": "least"}],
          "seed": -1, "samples": 1.5, "grace_s": "soon", "command": [1], "stop": ["x <"],
          "keep_by": "luck", "searcher": 3, "tags": {"a": 1}, "checkpoint_at_end": 1})");
  ASSERT_FALSE(read.ok());
  for (const char* expected : {"schema 2 is not known",
                               "no key 'nmae'; did you mean 'name'?",
                               "'objectives' has an item that must be {\"metric\"",
                               "'seed' must be an integer from 0",
                               "'samples' must be an integer",
                               "'grace_s' must be a number",
                               "'command' has an item that must be text",
                               "'stop' has an item that is wrong",
                               "'keep_by' must be \"latest\"",
                               "'searcher' must be {\"name\"",
                               "'tags' under 'a' must be text",
                               "'checkpoint_at_end' must be true or false",
                               "the key 'space' is missing"}) {
    EXPECT_THAT(read.error().message, HasSubstr(expected));
  }
  EXPECT_THAT(parse_experiment_spec("{}").error().message, HasSubstr("there is no 'schema'"));
  EXPECT_THAT(parse_experiment_spec("3").error().message, HasSubstr("must be an object"));
  EXPECT_THAT(parse_experiment_spec("{").error().message, HasSubstr("not JSON"));
}

TEST(StopRule, NamesMetricsAsTheyAreWrittenOrSaysWhatWorks) {
  const std::vector<std::string> known = {"val/loss", "metrics/mAP50(B)"};
  const auto text = [&](const char* rule) {
    const auto parsed = parse_stop_rule(rule, known);
    return parsed ? parsed->text : parsed.error().message;
  };
  EXPECT_EQ(text("val/loss<0.5"), "`val/loss` < 0.5");
  EXPECT_EQ(text("metrics/mAP50(B) > 0.5"), "`metrics/mAP50(B)` > 0.5");
  EXPECT_EQ(parse_stop_rule("plateau:metric=val/loss,window=4", known)->metric, "val/loss");
  EXPECT_EQ(parse_stop_rule("plateau:metric=metrics/mAP50(B),window=4", known)->metric,
            "metrics/mAP50(B)");
  EXPECT_EQ(text("val/acc > 0.9"),
            "the stop rule 'val/acc > 0.9' can be read in two ways; write '`val/acc` > 0.9' for a "
            "metric of that name, 'val / acc > 0.9' for the calculation");
  EXPECT_NE(text("metrics/mAP95(B) > 0.5").find("write '`metrics/mAP95(B)` > 0.5'"),
            std::string::npos)
      << text("metrics/mAP95(B) > 0.5");
  for (const char* advised : {"`val/acc` > 0.9", "val / acc > 0.9", "`metrics/mAP95(B)` > 0.5"}) {
    EXPECT_TRUE(parse_stop_rule(advised, known).ok()) << advised;
    const auto stored = parse_stop_rule(parse_stop_rule(advised, known)->text);
    EXPECT_TRUE(stored.ok()) << advised << " as the log has it";
  }
}

}  // namespace
}  // namespace luthier
