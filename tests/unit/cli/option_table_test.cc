// The columns of the option table hold together, whatever rows it has.
#include "cli/options/option_table.h"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/options/experiment_file.h"
#include "cli/options/experiment_request.h"
#include "cli/output/help.h"
#include "support/temporary_directory.h"

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::span<const Option>> all_options() {
  return {options_of_run(), options_of_resume(), options_of_extend(), options_of_simulate()};
}

// All that a setting may change, as text.
std::string content(const ExperimentRequest& request) {
  const SessionOptions& session = request.options.session;
  std::string text = to_json(request.spec) + session.results.string() + session.cluster;
  for (const double number : {static_cast<double>(session.jobs),
                              session.inventory.cpu,
                              session.inventory.gpu,
                              session.memory_store ? 1.0 : 0.0,
                              session.full_durability ? 1.0 : 0.0,
                              static_cast<double>(request.seeds),
                              request.tolerance,
                              request.simulation.conditions.failure_rate,
                              request.simulation.conditions.start_latency_s,
                              request.simulation.conditions.report_latency_s,
                              request.simulation.conditions.node_return_s,
                              static_cast<double>(request.simulation.conditions.nodes),
                              static_cast<double>(request.simulation.workers)}) {
    text += " " + format_number(number);
  }
  return text;
}

ExperimentRequest request_without_options(const Option& option) {
  ExperimentRequest request;
  request.spec.executor = "process";
  request.spec.loggers = {"console", "csv", "json", "tensorboard"};
  if (option.stands(in::simulate) && !option.stands(in::run)) {
    request.spec.searcher = {"random"};
    request.spec.samples = 0;
    request.spec.loggers = {};
    request.options.session.memory_store = true;
  }
  return request;
}

// "fifo, which stops no trial" is fifo, and a list is itself.
std::string value_of(std::string_view default_text) {
  return std::string(default_text.substr(0, default_text.find(", ")));
}

TEST(OptionTable, ADefaultThatIsAValueChangesNothing) {
  int values = 0;
  for (const auto options : all_options()) {
    for (const Option& option : options) {
      if (option.set == nullptr || option.default_text.empty() || option.name == "gpu") {
        continue;  // no claim is no entry, not one of 0
      }
      ExperimentRequest request = request_without_options(option);
      const std::string before = content(request);
      const auto set = option.set(request, {&option, value_of(option.default_text), "x"});
      const bool is_name = option.name == "name" || option.name == "time-attr" ||
                           option.name == "min" || option.name == "task" ||
                           option.name == "metric-file" || option.name == "cluster";
      if (set && !is_name) {
        EXPECT_EQ(content(request), before) << option.name << " " << option.default_text;
        ++values;
      }
    }
  }
  EXPECT_GT(values, 25) << "defaults that are values";
}

TEST(OptionTable, WhatIsSaidAgainIsAnOptionOfResume) {
  for (const Option& option : options_of_run()) {
    if (option.again) {
      EXPECT_TRUE(option.stands(in::resume)) << option.name;
      EXPECT_TRUE(option.takes_value()) << option.name;
    }
  }
}

// The commands ask for these themselves.
TEST(OptionTable, EveryOtherOptionIsSet) {
  for (const auto options : all_options()) {
    for (const Option& option : options) {
      const bool asked = option.name == "from" || option.name == "json" || option.name == "dry-run";
      EXPECT_EQ(option.set == nullptr, asked) << option.name;
    }
  }
}

TEST(OptionTable, OptionsOfExtendAreThoseOfResumeAndWhatIsAdded) {
  std::vector<std::string_view> added;
  for (const Option& option : options_of_extend()) {
    if (std::ranges::find(options_of_resume(), option.name, &Option::name) ==
        options_of_resume().end()) {
      added.push_back(option.name);
    }
  }
  EXPECT_THAT(added, ElementsAre("param", "samples", "time"));
  EXPECT_EQ(options_of_extend().size(), options_of_resume().size() + added.size());
}

TEST(OptionTable, HelpShowsTheDefaultOnce) {
  for (const Command* command : commands()) {
    const std::string text = help(*command);
    for (const Option& option : command->options) {
      EXPECT_EQ(option.meaning.find("(default:") != std::string_view::npos &&
                    !option.default_text.empty(),
                false)
          << option.name;
      if (!option.default_text.empty()) {
        EXPECT_THAT(text, HasSubstr("(default: " + std::string(option.default_text) + ")"));
      }
    }
  }
}

class SettingsOfAFile : public ::testing::Test {
 protected:
  Result<ExperimentFile> read(const std::string& text) const {
    const std::string path = (directory_.path() / "tune.toml").string();
    std::ofstream(path) << text;
    return read_experiment_file(path);
  }
  const TemporaryDirectory directory_{TemporaryDirectory::Place::memory};
};

TEST_F(SettingsOfAFile, EachStandsUnderItsHeadingAndUnderNone) {
  for (const Option& option : file_settings()) {
    const std::string line =
        std::string(option.name) + (option.takes_value() ? " = \"?\"\n" : " = true\n");
    // Those have a table of their own at the top, and [space] holds parameters.
    const bool at_top_only =
        option.name == "tag" || option.name == "resource" || option.group == "space";
    const std::string heading = at_top_only ? "" : "[" + std::string(option.group) + "]";
    for (const std::string& text : {"\n" + line, heading + "\n" + line}) {
      const auto file = read(text);
      ASSERT_TRUE(file.ok()) << file.error().message;
      ASSERT_EQ(file->settings.size(), 1U) << option.name;
      EXPECT_EQ(file->settings.front().option->name, option.name);
      EXPECT_THAT(file->settings.front().place, HasSubstr("line 2: " + std::string(option.name)));
    }
  }
}

TEST_F(SettingsOfAFile, AWrongValueIsFoundAtItsPlace) {
  int refused = 0;
  for (const Option& option : file_settings()) {
    if (!option.takes_value()) {
      continue;
    }
    ExperimentRequest request;
    std::vector<std::string> problems;
    apply(request, {{&option, "\x01", "tune.toml, line 7: it"}}, problems);
    for (const std::string& problem : problems) {
      const bool of_a_library = option.name == "plugin";
      EXPECT_THAT(problem, StartsWith(of_a_library ? "plugin library" : "tune.toml, line 7: it"));
      ++refused;
    }
  }
  EXPECT_GT(refused, 25);
}

TEST_F(SettingsOfAFile, WhatIsAboutOneCallIsNoSetting) {
  for (const char* name : {"dry-run", "from", "tolerance", "benchmark", "param"}) {
    const auto file = read(std::string(name) + " = \"x\"\n");
    ASSERT_FALSE(file.ok()) << name;
    EXPECT_THAT(file.error().message, HasSubstr("no setting '" + std::string(name) + "'"));
  }
}

}  // namespace
}  // namespace luthier::cli
