// Densities over the cells of a grid, their divergence, and values in words.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "laboratory/importance/effect_words.h"
#include "laboratory/importance/parzen_grid.h"
#include "planted.h"

namespace luthier {
namespace {

using Counts = std::vector<double>;

double total(const Counts& density) {
  return std::accumulate(density.begin(), density.end(), 0.0);
}

TEST(ParzenGrid, ProbabilitiesAddUpToOne) {
  Rng rng(1, "counts");
  for (std::size_t cells = 1; cells <= 60; ++cells) {
    Counts counts(cells);
    for (double& count : counts) {
      count = static_cast<double>(rng.below(4));
    }
    EXPECT_NEAR(total(ordered_density(counts)), 1, 1e-12);
    EXPECT_NEAR(total(categorical_density(counts)), 1, 1e-12);
  }
}

TEST(ParzenGrid, IsHighWhereTheTrialsAreAndBroaderWithFewer) {
  Counts few(50, 0), many(50, 0);
  for (std::size_t i = 15; i < 25; ++i) {
    few[i] = 1;
    many[i] = 1000;
  }
  const auto wide = ordered_density(few);
  const auto narrow = ordered_density(many);
  EXPECT_GT(wide[20], 5 * wide[45]);
  EXPECT_GT(narrow[20], wide[20]);
  EXPECT_LT(narrow[45], 1e-4);
  const auto mirrored = ordered_density(Counts(few.rbegin(), few.rend()));
  EXPECT_NEAR(mirrored[49 - 20], wide[20], 1e-12);
}

// What every trial has in common shows, however many values there are.
TEST(ParzenGrid, ACategoryThatAllTrialsShareIsNearlyCertain) {
  for (const std::size_t levels : {2, 6, 40}) {
    Counts counts(levels, 0);
    counts[1] = 100;
    EXPECT_GT(categorical_density(counts)[1], 0.7);
    EXPECT_LT(categorical_density(counts)[0], 0.03);
  }
}

TEST(ParzenGrid, WithoutTrialsEveryValueIsAboutAsLikely) {
  EXPECT_NEAR(categorical_density(Counts(4, 0))[1], 0.25, 1e-12);
  const auto prior = ordered_density(Counts(50, 0));
  EXPECT_LT(prior[25] / prior[0], 1.2);
}

TEST(ParzenGrid, DivergenceIsZeroForEqualsOnly) {
  const Counts p = {0.2, 0.3, 0.5};
  const Counts q = {0.5, 0.3, 0.2};
  EXPECT_NEAR(pearson_divergence(p, p), 0, 1e-12);
  EXPECT_NEAR(pearson_divergence(q, p), 0.3 * 0.3 / 0.2 + 0.3 * 0.3 / 0.5, 1e-9);
}

SampledAxis axis_of(const Domain& domain) {
  Space space;
  space.add("p", domain);
  return importance_sample(*CompiledSpace::compile(space), {}, {}).axes.front();
}

std::vector<double> bowl(const SampledAxis& axis, double middle) {
  std::vector<double> effect;
  for (std::size_t cell = 0; cell < axis.cells(); ++cell) {
    effect.push_back(std::pow(axis.centre(cell) - middle, 2));
  }
  return effect;
}

TEST(EffectWords, NameTheValues) {
  const auto rate = axis_of(loguniform(1e-4, 1));
  EXPECT_EQ(good_values(rate, bowl(rate, 0.5), 0.04), "0.00398107 to 0.0251189");
  EXPECT_TRUE(good_values(rate, bowl(rate, 0), 0.25).starts_with("up to 0.01"));
  EXPECT_TRUE(good_values(rate, bowl(rate, 1), 0.25).starts_with("from 0.0"));
  EXPECT_EQ(good_values(rate, bowl(rate, 0.5), 1), "");
  EXPECT_EQ(good_values(rate, Counts(50, 2.0), 0.2), "");
  const auto width = axis_of(randint(3, 7));
  EXPECT_EQ(good_values(width, Counts{3, 0, 0.1, 3}, 0.2), "4 to 5");
  EXPECT_EQ(good_values(width, Counts{3, 3, 3, 0}, 0.2), "6");
  const auto kind = axis_of(choice({"adam", "sgd", "lamb", "lion"}));
  EXPECT_EQ(good_values(kind, Counts{0, 5, 0.5, 5}, 0.2), "adam, lamb");
  EXPECT_EQ(good_values(kind, Counts{0, 0, 0, 5}, 0.2), "");
}

TEST(ImportanceSample, CellsAreLevelsWhereThereAreFew) {
  EXPECT_EQ(axis_of(choice({"a", "b", "c"})).cells(), 3);
  EXPECT_EQ(axis_of(randint(0, 50)).cells(), 50);
  EXPECT_EQ(axis_of(randint(0, 51)).cells(), ImportanceSample::kGridCells);
  EXPECT_FALSE(axis_of(randint(0, 51)).has_levels);
  EXPECT_EQ(axis_of(qnormal(0, 1, 0.5)).cells(), ImportanceSample::kGridCells);
  const auto counts = axis_of(lograndint(1, 9));
  EXPECT_EQ(counts.cells(), 8);
  EXPECT_NEAR(counts.edges[1], std::log(2) / std::log(9), 1e-12);
  EXPECT_EQ(counts.cell(0), 0);
  EXPECT_EQ(counts.cell(counts.edges[1]), 1);
  EXPECT_EQ(counts.cell(std::nextafter(1.0, 0)), 7);
}

}  // namespace
}  // namespace luthier
