// What reports are made of: the joined modules and the choice of trials.
#include <map>

#include <gmock/gmock.h>

#include "base/base64.h"
#include "service/report/chosen_trials.h"
#include "service/report/joined_modules.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string joined(const std::map<std::string, std::string, std::less<>>& modules) {
  return joined_modules("first.js", [&](std::string_view name) -> std::string_view {
    return modules.find(name)->second;
  });
}

TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(JoinedModules, StandInTheOrderThatTheyNeed) {
  const std::string script =
      joined({{"first.js",
               "import { a, B } from \"/assets/second.js\";\n"
               "import { c } from \"/assets/third.js\";\na(B, c);\n"},
              {"second.js",
               "import { c } from \"/assets/third.js\";\n"
               "export async function a(x) {\n  return c;\n}\n"
               "export class B {\n}\n"},
              {"third.js", "const hidden = 1;\nexport const c = hidden;\n"}});
  EXPECT_EQ(script,
            "const modules = {};\n"
            "modules[\"third.js\"] = (() => {\nconst hidden = 1;\nconst c = hidden;\n\n"
            "return { c };\n})();\n"
            "modules[\"second.js\"] = (() => {\nconst { c } = modules[\"third.js\"];\n"
            "async function a(x) {\n  return c;\n}\nclass B {\n}\n\nreturn { a, B };\n})();\n"
            "modules[\"first.js\"] = (() => {\nconst { a, B } = modules[\"second.js\"];\n"
            "const { c } = modules[\"third.js\"];\na(B, c);\n\nreturn {  };\n})();\n");
}

TEST(ChosenTrials, AreTheBestAndOthersEvenlySpaced) {
  std::vector<TrialId> ranked;
  for (std::int64_t i = 0; i < 100; ++i) {
    ranked.push_back({99 - i});
  }
  EXPECT_EQ(chosen_trials(ranked, 100), ranked);
  EXPECT_EQ(chosen_trials(ranked, 1000), ranked);
  EXPECT_EQ(chosen_trials({}, 3), std::vector<TrialId>());
  const auto chosen = chosen_trials(ranked, 7);
  const std::vector<TrialId> expected = {{99}, {98}, {97}, {96}, {95}, {63}, {31}};
  EXPECT_EQ(chosen, expected);
}

TEST(ChosenTrials, FewerOfThemAreSoToo) {
  std::vector<TrialId> ranked;
  for (std::int64_t i = 0; i < 1000; ++i) {
    ranked.push_back({i});
  }
  const auto chosen = chosen_trials(ranked, 20);
  EXPECT_EQ(fewer_of(chosen, 20), chosen);
  const auto fewer = fewer_of(chosen, 4);
  const std::vector<TrialId> expected = {{0}, {1}, chosen[10], chosen[15]};
  EXPECT_EQ(fewer, expected);
}

TEST(ChosenTrials, AreSaid) {
  EXPECT_EQ(chosen_text(5, 5), "");
  EXPECT_EQ(chosen_text(7, 100),
            "7 of 100 trials are here: the best 4, and 3 evenly spaced ones among the others.");
}

}  // namespace
}  // namespace luthier
