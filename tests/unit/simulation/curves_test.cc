// Learning curves as formulas: what is read, and how each mistake is called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "laboratory/simulation/benchmarks/scripted_curves.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string problem(const std::string& space, const std::string& loss) {
  const auto json = parse_json(R"({"name": "own", "iterations": 9, "space": )" + space +
                               R"(, "curves": {"loss": ")" + loss +
                               R"("}, "objective": {"metric": "loss", "mode": "min"}})");
  EXPECT_TRUE(json.ok());
  const auto read = read_curves(*json, "own.json");
  return read ? "" : read.error().message;
}

constexpr const char* kSpace = R"j({"parameters": {"lr": "uniform(0, 1)"}})j";

TEST(Curves, NamesWhatIsWrongWithAFormula) {
  EXPECT_EQ(problem(kSpace, "lr / training_iteration"), "");
  EXPECT_EQ(problem(kSpace, "width"),
            "own.json: 'curves.loss': no parameter 'width'; known: training_iteration, lr");
}

// A space that can't be read has no parameters, which is not the formulas' fault.
TEST(Curves, BlamesNoFormulaForTheSpace) {
  const std::string problems = problem(R"j({"parameters": {"lr": "unifrm(0, 1)"}})j", "lr");
  EXPECT_THAT(problems, StartsWith("own.json: parameter 'lr': "));
  EXPECT_THAT(problems, Not(HasSubstr("no parameter")));
}

TEST(Curves, NamesTheFileBeforeEachProblemOfTheSpace) {
  const std::string problems =
      problem(R"j({"lr": "uniform(0, 1)", "width": "randint(1, 5)"})j", "lr");
  EXPECT_THAT(problems, StartsWith("own.json: no key of a space 'lr'"));
  EXPECT_THAT(problems, HasSubstr("\nown.json: no key of a space 'width'"));
}

TEST(Curves, RefusesAParameterThatHidesTheIteration) {
  EXPECT_EQ(problem(R"j({"parameters": {"training_iteration": "uniform(0, 1)"}})j", "1"),
            "own.json: formulas mean the iteration by 'training_iteration'; rename the parameter");
}

}  // namespace
}  // namespace luthier
