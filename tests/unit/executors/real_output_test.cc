// What real programs print, and what is heard of it. The files in formats/ hold cases:
//
//   === NAME | METRIC | out or err | VALUES
//   the output, with \r, \b and \e for the characters that an editor would not show
//
// METRIC is what a user would type first after --min or --max. `nothing: NAME` in place of values:
// no value may be recorded, and NAME is among what the user is told of.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "executors/results/hearing.h"
#include "support/source_directory.h"

namespace luthier {
namespace {

struct Case {
  std::string name;
  std::string metric;
  OutputStream stream = OutputStream::output;
  std::string expected;
  std::string output;
};

std::string with_controls(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    const char control = next == 'r' ? '\r' : next == 'b' ? '\b' : next == 'e' ? '\x1b' : '\0';
    if (line[i] == '\\' && control != '\0') {
      out += control;
      ++i;
    } else {
      out += line[i];
    }
  }
  return out;
}

Case case_of(std::string_view heading) {
  std::vector<std::string> parts;
  for (int i = 0; i < 3; ++i) {
    const auto bar = heading.find(" | ");
    parts.emplace_back(trim(heading.substr(0, bar)));
    heading.remove_prefix(bar + 3);
  }
  return {.name = parts[0],
          .metric = parts[1],
          .stream = parts[2] == "err" ? OutputStream::error : OutputStream::output,
          .expected = std::string(trim(heading))};
}

std::vector<Case> cases_of(const std::string& file) {
  std::ifstream in(testing::source_directory() / "tests/unit/executors/formats/" / file);
  std::vector<Case> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back(case_of(std::string_view(line).substr(4)));
    } else if (!cases.empty()) {
      cases.back().output += with_controls(line) + "\n";
    }
  }
  for (auto& one : cases) {
    while (one.output.ends_with("\n\n")) {
      one.output.pop_back();
    }
  }
  return cases;
}

std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  if (!text.starts_with("nothing:")) {
    for (const auto& word : split(text, ' ')) {
      numbers.push_back(parse_number(word).value());
    }
  }
  return numbers;
}

std::vector<double> values_of(Hearing& hearing, const std::string& metric) {
  std::vector<double> values;
  for (const auto& metrics : hearing.take()) {
    values.push_back(metrics.number(metric));
  }
  return values;
}

HearingOptions wanting(const std::string& metric) {
  return {.wanted = {{.name = metric, .objective = true}}};
}

// In writes of `size` bytes.
void say(Hearing& hearing, const Case& one, std::size_t size) {
  std::string_view rest = one.output;
  while (!rest.empty()) {
    hearing.write(one.stream, rest.substr(0, size));
    rest.remove_prefix(std::min(size, rest.size()));
  }
  hearing.finish();
}

void expect_close(const std::vector<double>& heard, const std::vector<double>& expected) {
  ASSERT_EQ(heard.size(), expected.size());
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (std::isfinite(expected[i])) {
      EXPECT_NEAR(heard[i], expected[i], 1e-9 * std::max(1.0, std::abs(expected[i])));
    } else {
      EXPECT_EQ(heard[i], expected[i]);
    }
  }
}

class RealOutput : public ::testing::TestWithParam<const char*> {};

TEST_P(RealOutput, IsHeardAsAPersonReadsIt) {
  for (const auto& one : cases_of(GetParam())) {
    SCOPED_TRACE(one.name);
    Hearing hearing(wanting(one.metric), std::nullopt);
    say(hearing, one, one.output.size());
    expect_close(values_of(hearing, one.metric), numbers_of(one.expected));
  }
}

TEST_P(RealOutput, IsHeardTheSameInPieces) {
  for (const auto& one : cases_of(GetParam())) {
    SCOPED_TRACE(one.name);
    for (const std::size_t size : {1, 3, 7, 64}) {
      Hearing hearing(wanting(one.metric), std::nullopt);
      say(hearing, one, size);
      expect_close(values_of(hearing, one.metric), numbers_of(one.expected));
    }
  }
}

// What the first trial decided holds for the next, which hears the same at once.
TEST_P(RealOutput, IsHeardTheSameByTheNextTrial) {
  for (const auto& one : cases_of(GetParam())) {
    SCOPED_TRACE(one.name);
    Hearing first(wanting(one.metric), std::nullopt);
    say(first, one, one.output.size());
    if (!first.understanding()) {
      EXPECT_TRUE(numbers_of(one.expected).empty());
      continue;
    }
    const auto again = Understanding::parse(first.understanding()->text());
    ASSERT_TRUE(again);
    Hearing second(wanting(one.metric), *again);
    say(second, one, 100);
    expect_close(values_of(second, one.metric), numbers_of(one.expected));
  }
}

TEST_P(RealOutput, IsOfferedWhereItIsNotHeard) {
  for (const auto& one : cases_of(GetParam())) {
    const auto offer =
        one.expected.starts_with("nothing:") ? std::string(trim(one.expected.substr(8))) : "";
    if (offer.empty()) {
      continue;
    }
    SCOPED_TRACE(one.name);
    Hearing hearing(wanting(one.metric), std::nullopt);
    say(hearing, one, one.output.size());
    const auto diagnosis = hearing.diagnosis();
    EXPECT_TRUE(
        std::ranges::any_of(diagnosis.seen,
                            [&](const Diagnosis::Seen& seen) { return seen.name == offer; }) ||
        std::ranges::find(diagnosis.ambiguous, offer) != diagnosis.ambiguous.end());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats,
    RealOutput,
    ::testing::Values("common.txt", "training.txt", "programs.txt", "further.txt"));

}  // namespace
}  // namespace luthier
