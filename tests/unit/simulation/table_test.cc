// Tables of learning curves: what is read, and how each kind of damage is called.
#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "laboratory/simulation/benchmarks/nearest_row.h"
#include "luthier/benchmark.h"
#include "luthier/compiled_space.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

constexpr const char* kIndex = R"({
  "name": "small", "tasks": ["a", "b"], "configurations": 3,
  "axes": ["task", "configuration", "step", "metric"], "metrics": ["loss", "time_s"],
  "steps": {"name": "epoch", "first": 2, "last": 3}, "time": {"metric": "time_s", "cumulative": true},
  "objective": {"metric": "loss", "mode": "min"},
  "parameters": [
    {"name": "lr", "type": "float", "low": 0.001, "high": 1, "warp": "log"},
    {"name": "layers", "type": "int", "low": 1, "high": 5, "warp": "linear"},
    {"name": "momentum", "type": "float", "low": 0, "high": 0.999, "warp": "log_one_minus"},
    {"name": "optimizer", "type": "choice", "values": ["sgd", "adam"]}]})";
constexpr const char* kRows =
    "lr,layers,momentum,optimizer\n0.001,1,0.9,sgd\n0.03,3,0.9,sgd\n1,5,0.99,adam\n";

class Table : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 2 * 3 * 2; ++i) {
      numbers_.push_back(static_cast<float>(i));                       // loss
      numbers_.push_back(static_cast<float>(i % 2 == 0 ? 1.5 : 2.0));  // time_s
    }
  }

  Result<std::shared_ptr<const Benchmark>> open(const std::string& task = "b") {
    const auto stem = folder_.path() / "small";
    std::ofstream(stem.string() + ".json") << index_;
    std::ofstream(stem.string() + "_parameters.csv") << rows_;
    std::ofstream(stem.string() + ".bin", std::ios::binary)
        .write(reinterpret_cast<const char*>(numbers_.data()),
               static_cast<std::streamsize>(numbers_.size() * sizeof(float)) - cut_);
    return open_benchmark(stem.string() + ".json", task);
  }
  std::string problem(const std::string& task = "b") {
    const auto opened = open(task);
    return opened ? "it opened" : opened.error().message;
  }
  void replace(std::string& text, const std::string& from, const std::string& to) {
    const auto place = text.find(from);
    ASSERT_NE(place, std::string::npos);
    text.replace(place, from.size(), to);
  }

  TemporaryDirectory folder_;
  std::string index_ = kIndex;
  std::string rows_ = kRows;
  std::vector<float> numbers_;
  std::streamsize cut_ = 0;
};

TEST_F(Table, GivesTheNearestRowsCurve) {
  const auto table = open().value();
  const Config near_second = {
      {"lr", 0.02}, {"layers", 3}, {"momentum", 0.95}, {"optimizer", "sgd"}};
  const auto run = table->run(near_second, 0);
  // Task b, row 1: numbers 2 * (3 * 2) + 2 * 1 * 2 ...
  EXPECT_EQ(run->step(1).metrics, (Metrics{{"loss", 8.0}, {"time_s", 1.5}}));
  EXPECT_EQ(run->step(2).metrics, (Metrics{{"loss", 9.0}, {"time_s", 2.0}}));
  EXPECT_EQ(run->step(1).seconds, 1.5);
  EXPECT_EQ(run->step(2).seconds, 0.5);
  EXPECT_EQ(table->facts().iterations, 2);
  EXPECT_EQ(table->facts().task, "b");
  EXPECT_EQ(table->optimum({"loss", Mode::min}), 6.0);
  EXPECT_EQ(table->optimum({"loss", Mode::max}), 11.0);
}

TEST_F(Table, DerivesASpaceThatFillsTheWarpedCube) {
  const auto table = open().value();
  const auto space = CompiledSpace::compile(table->facts().space).value();
  Rng rng(1, "test");
  for (int i = 0; i < 200; ++i) {
    const Config config = space.sample(rng, 0).value();
    EXPECT_GE(config.number("lr"), 0.001);
    EXPECT_LT(config.number("lr"), 1);
    EXPECT_GE(config.integer("layers"), 1);
    EXPECT_LE(config.integer("layers"), 5);
    EXPECT_GE(config.number("momentum"), 0);
    EXPECT_LE(config.number("momentum"), 0.999);
    EXPECT_TRUE(config.text("optimizer") == "sgd" || config.text("optimizer") == "adam");
  }
  const auto axes = space.axes();
  EXPECT_EQ(axes.size(), 4u);
}

TEST_F(Table, ReportsDivergedRunsAsTheyAre) {
  numbers_[20] = std::numeric_limits<float>::quiet_NaN();  // task b, row 2, step 1: loss and time
  numbers_[21] = std::numeric_limits<float>::quiet_NaN();
  const auto table = open().value();
  const auto run =
      table->run({{"lr", 1}, {"layers", 5}, {"momentum", 0.99}, {"optimizer", "adam"}}, 0);
  EXPECT_TRUE(std::isnan(run->step(1).metrics.number("loss")));
  EXPECT_EQ(run->step(1).seconds, 0);
  EXPECT_EQ(run->step(2).seconds, 2);
}

TEST_F(Table, ACumulativeTimeThatFallsHasNotPassedTwice) {
  numbers_[13] = 3;  // task b, row 0: 3 s, then 2 s
  const auto table = open().value();
  const auto run =
      table->run({{"lr", 0.001}, {"layers", 1}, {"momentum", 0.9}, {"optimizer", "sgd"}}, 0);
  EXPECT_EQ(run->step(1).seconds, 3);
  EXPECT_EQ(run->step(2).seconds, 0);
}

TEST_F(Table, NamesWhatIsWrong) {
  EXPECT_EQ(problem(""), "small has several tasks; choose one with --task: a, b");
  EXPECT_NE(problem("c").find("no task of small called 'c'"), std::string::npos);
  cut_ = 3;
  EXPECT_EQ(
      problem(),
      "small.bin has 93 bytes; the float32 of 2 tasks x 3 configurations x 2 steps x 2 metrics "
      "take 96: it is cut short or belongs to another index");
  cut_ = 0;
  numbers_[13] = std::numeric_limits<float>::infinity();
  EXPECT_NE(problem().find("small.bin, task b, configuration 0, step 1: the time is inf"),
            std::string::npos)
      << problem();
}

TEST_F(Table, NamesWhatIsWrongWithTheRows) {
  rows_ = "lr,layers,momentum,optimizer\n0.001,1,0.9,sgd\n";
  EXPECT_EQ(problem(), "small_parameters.csv has 1 configurations where the index says 3");
  rows_ = "lr,layers,momentum,optimiser\n";
  EXPECT_NE(problem().find("must name each parameter of the index once: lr,layers"),
            std::string::npos);
  rows_ = "lr,layers,momentum,optimizer\n0.001,1,0.9\n";
  EXPECT_EQ(problem(), "small_parameters.csv, line 2: 3 cells where the header has 4");
  rows_ = "lr,layers,momentum,optimizer\n0.001,1,0.9,rmsprop\n";
  EXPECT_EQ(
      problem(),
      "small_parameters.csv, line 2: \"rmsprop\" is not a value of optimizer, which is one of "
      "sgd, adam");
  rows_ = "lr,layers,momentum,optimizer\n-1,1,0.9,sgd\n";
  EXPECT_EQ(
      problem(),
      "small_parameters.csv, line 2: \"-1\" is not a value of lr, which is a number from 0.001 "
      "to 1");
  rows_ = "lr,layers,momentum,optimizer\n1,2.5,0.9,sgd\n";
  EXPECT_EQ(
      problem(),
      "small_parameters.csv, line 2: \"2.5\" is not a value of layers, which is a whole number "
      "from 1 to 5");
}

// The best of the table would count as the optimum, and no search could reach it.
TEST_F(Table, RefusesARowOutsideTheRanges) {
  rows_ = "lr,layers,momentum,optimizer\n2,1,0.9,sgd\n";
  EXPECT_NE(problem().find("\"2\" is not a value of lr"), std::string::npos) << problem();
  rows_ = "lr,layers,momentum,optimizer\n1.000000001,1,0.9,sgd\n0.03,3,0.9,sgd\n1,5,0.99,adam\n";
  EXPECT_TRUE(open().ok()) << problem();
}

TEST_F(Table, ReadsRowsAsOtherProgramsWriteThem) {
  replace(index_, "[\"sgd\", \"adam\"]", "[\"sgd, plain\", \"say \\\"adam\\\"\"]");
  rows_ =
      "\xEF\xBB\xBF\"lr\",layers,momentum,optimizer\r\n0.001,1,0.9,\"sgd, plain\"\r\n"
      "0.03,3,0.9,\"sgd, plain\"\r\n1,5,0.99,\"say \"\"adam\"\"\"\r\n";
  const auto table = open();
  ASSERT_TRUE(table.ok()) << problem();
  const auto run = (*table)->run(
      {{"lr", 1}, {"layers", 5}, {"momentum", 0.99}, {"optimizer", "say \"adam\""}}, 0);
  EXPECT_EQ(run->step(1).metrics.number("loss"), 10);
}

TEST_F(Table, FindsAChoiceByWhatTheIndexWrote) {
  for (const auto& [values, cells] : {std::pair{"[true, false]", std::pair{"True", "False"}},
                                      std::pair{"[16, 32]", std::pair{"16.0", "32"}},
                                      std::pair{"[\"1.0\", \"007\"]", std::pair{"1.0", "007"}}}) {
    index_ = kIndex;
    replace(index_, "[\"sgd\", \"adam\"]", values);
    rows_ = std::string("lr,layers,momentum,optimizer\n0.001,1,0.9,") + cells.first +
            "\n0.03,3,0.9," + cells.first + "\n1,5,0.99," + cells.second + "\n";
    EXPECT_TRUE(open().ok()) << problem();
  }
}

TEST_F(Table, AsksWhetherTimesAreCumulative) {
  replace(index_, ", \"cumulative\": true", "");
  EXPECT_NE(problem().find("'time.cumulative' must be true (seconds since the start) or false"),
            std::string::npos)
      << problem();
}

TEST_F(Table, NamesEveryProblemOfTheIndex) {
  replace(index_, "\"low\": 0.001", "\"low\": 0");
  replace(index_, "\"mode\": \"min\"", "\"mode\": \"least\"");
  replace(index_, "\"metric\": \"time_s\"", "\"metric\": \"tine_s\"");
  const std::string problems = problem();
  EXPECT_NE(problems.find("'parameters[0].low' must be above 0 for the warp log"),
            std::string::npos)
      << problems;
  EXPECT_NE(problems.find("'objective.mode' must be \"min\" or \"max\""), std::string::npos);
  EXPECT_NE(problems.find("no metric 'tine_s'; did you mean 'time_s'?"), std::string::npos);
}

TEST_F(Table, RefusesWhatIsNoIndex) {
  index_ = "[1, 2]";
  EXPECT_NE(problem().find("it must be a JSON object"), std::string::npos);
  index_ = "{\"name\": ";
  EXPECT_NE(problem().find("is not a benchmark"), std::string::npos);
  index_ = "{}";
  EXPECT_NE(problem().find("it has neither 'tasks', as the index of a table, nor 'curves'"),
            std::string::npos);
  index_ = "{\"tasks\": []}";
  EXPECT_NE(problem().find("'tasks' must be a list of at least one name"), std::string::npos);
  EXPECT_NE(open_benchmark("nowhere/there.json").error().message.find("No such file"),
            std::string::npos);
}

TEST(NearestRow, AgreesWithBruteForce) {
  Rng rng(7, "nearest");
  NearestRow rows({false, false, true, false});
  std::vector<std::vector<double>> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back({rng.uniform(), rng.uniform(), static_cast<double>(rng.below(3)), rng.uniform()});
    rows.add(all.back());
  }
  for (int i = 0; i < 200; ++i) {
    const std::vector<double> point = {
        rng.uniform(), rng.uniform(), static_cast<double>(rng.below(3)), rng.uniform()};
    const auto distance = [&](const std::vector<double>& row) {
      double sum = row[2] == point[2] ? 0 : 1;
      for (const std::size_t c : {0, 1, 3}) {
        sum += (row[c] - point[c]) * (row[c] - point[c]);
      }
      return sum;
    };
    std::size_t best = 0;
    for (std::size_t r = 0; r < all.size(); ++r) {
      best = distance(all[r]) < distance(all[best]) ? r : best;
    }
    EXPECT_EQ(rows.find(point), best);
  }
}

TEST(Benchmarks, TheShippedTableOpens) {
  const std::string index = (testing::source_directory() / "benchmarks/data/lcbench.json").string();
  const auto table = open_benchmark(index, "3945").value();
  EXPECT_EQ(table->facts().iterations, 50);
  EXPECT_NEAR(*table->optimum(table->facts().objective), 99.5948, 1e-3);
}

TEST(Benchmarks, NamesThatDoNotExist) {
  EXPECT_NE(open_benchmark("bobb:function=1").error().message.find("did you mean 'bbob'?"),
            std::string::npos);
  EXPECT_NE(open_benchmark("bbob:function=1,instance=0").error().message.find("at least 1"),
            std::string::npos);
  EXPECT_NE(open_benchmark("bbob:function=25").error().message.find("at most 24"),
            std::string::npos);
  EXPECT_NE(open_benchmark("bbob").error().message.find("needs its option 'function'"),
            std::string::npos);
  EXPECT_NE(open_benchmark("bbob:function=1", "3945").error().message.find("has no tasks"),
            std::string::npos);
}

}  // namespace
}  // namespace luthier
