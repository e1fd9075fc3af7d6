#include "core/space/space_guess.h"

#include <gtest/gtest.h>

#include "luthier/space.h"

namespace luthier {
namespace {

TEST(SpaceGuess, WhatCanBeReadIsMadeOfWhatCanNot) {
  const std::vector<std::pair<std::string, std::string>> guesses = {
      {"uniform[0, 1]", "uniform(0, 1)"},
      {"loguniform(1e-5 1e-1)", "loguniform(1e-5, 1e-1)"},
      {"loguniform(1e-5; 1e-1)", "loguniform(1e-5, 1e-1)"},
      {"uniform(0..1)", "uniform(0, 1)"},
      {"uniform(0:1)", "uniform(0, 1)"},
      {"uniform(low=0, high=1)", "uniform(0, 1)"},
      {"Uniform(0, 1)", "uniform(0, 1)"},
      {"uniform(0, 1", "uniform(0, 1)"},
      {"(1e-5, 1e-1)", "loguniform(1e-5, 1e-1)"},
      {"(0.5, 0.9)", "uniform(0.5, 0.9)"},
      {"{16, 32, 64}", "choice(16, 32, 64)"},
      {"0.1,0.2,0.3", "choice(0.1, 0.2, 0.3)"},
      {"sgd adam", "choice(sgd, adam)"},
      {"suggest_float('lr', 1e-5, 1e-1, log=True)", "loguniform(1e-5, 1e-1)"},
      {"trial.suggest_int('n', 1, 9)", "randint(1, 9)"},
      {"hp.uniform('lr', 0, 1)", "uniform(0, 1)"}};
  for (const auto& [text, meant] : guesses) {
    const auto guess = meant_domain(text);
    ASSERT_TRUE(guess.has_value()) << text;
    EXPECT_EQ(*guess, meant) << text;
    EXPECT_TRUE(Space::parse_domain(*guess).ok()) << text;
  }
}

TEST(SpaceGuess, NothingIsMadeOfNothing) {
  for (const std::string text :
       {"", "(", "uniform", "frobnicate(1, 2)", "uniform(1)", "a=b(", "())("}) {
    EXPECT_EQ(meant_domain(text), std::nullopt) << text;
  }
}

TEST(SpaceGuess, OtherSignsThanEquals) {
  for (const std::string text : {"lr:uniform(0, 1)", "lr ~ uniform(0, 1)", "lr uniform(0, 1)"}) {
    EXPECT_EQ(meant_parameter(text), "lr=uniform(0, 1)") << text;
  }
  EXPECT_EQ(meant_parameter("lr"), std::nullopt);
  EXPECT_EQ(meant_parameter("uniform(0, 1)"), std::nullopt);
}

}  // namespace
}  // namespace luthier
