// The digits job's own promises: its split, and training that repeats bit for bit.
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "digits_data.h"
#include "digits_model.h"

namespace digits {
namespace {

const Data& data() {
  static const Data kData = load(DIGITS_CSV);
  return kData;
}

ModelOptions options(const char* optimizer) {
  ModelOptions options;
  options.layers = 2;
  options.units = 24;
  options.optimizer = optimizer;
  options.learning_rate = options.optimizer == "sgd" ? 0.05 : 0.003;
  options.dropout = 0.2;
  options.shift = 0.4;
  options.weight_decay = 1e-3;
  options.decay = 0.95;
  return options;
}

class DigitsTraining : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Optimizers, DigitsTraining, testing::Values("sgd", "adam"));

TEST(DigitsData, IsSplitDigitByDigitWithoutLosingAnImage) {
  const auto sizes = [](const Part& part) {
    std::vector<std::size_t> counts(10);
    for (const int label : part.labels) {
      ++counts[static_cast<std::size_t>(label)];
    }
    return counts;
  };
  const auto train = sizes(data().train);
  const auto validation = sizes(data().validation);
  const auto test = sizes(data().test);
  const std::vector<std::size_t> all = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
  for (std::size_t digit = 0; digit < all.size(); ++digit) {
    EXPECT_EQ(train[digit] + validation[digit] + test[digit], all[digit]);
    EXPECT_NEAR(static_cast<double>(train[digit]), 0.6 * static_cast<double>(all[digit]), 1);
    EXPECT_NEAR(static_cast<double>(test[digit]), 0.2 * static_cast<double>(all[digit]), 1);
  }
}

TEST(DigitsData, AddsValidationImagesToTraining) {
  const Data more = with_validation_in_training(data());
  EXPECT_EQ(more.train.labels.size(), data().train.labels.size() + data().validation.labels.size());
  EXPECT_EQ(more.train.images.rightCols(1), data().validation.images.rightCols(1));
  EXPECT_EQ(more.train.labels.back(), data().validation.labels.back());
  EXPECT_EQ(more.test.images, data().test.images);
}

TEST(DigitsData, NamesTheLineThatIsWrong) {
  const auto file = std::filesystem::path(testing::TempDir()) / "digits_bad.csv";
  std::ofstream(file) << "1,2,3\n";
  try {
    load(file);
    FAIL() << "a short line was accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("digits_bad.csv:1: column 3"), std::string::npos)
        << error.what();
  }
  std::filesystem::remove(file);
  EXPECT_THROW(load(file), std::runtime_error);
}

TEST_P(DigitsTraining, Learns) {
  DigitsModel model(data(), options(GetParam()), 1);
  const double before = model.validation_loss();
  for (int epoch = 0; epoch < 10; ++epoch) {
    model.train_epoch();
  }
  EXPECT_GT(before, 2.0);
  EXPECT_LT(model.validation_loss(), 0.5);
  EXPECT_GT(model.validation_accuracy(), 0.85);
  EXPECT_GT(model.test_accuracy(), 0.85);
}

TEST_P(DigitsTraining, GoesOnFromACheckpointBitForBit) {
  const auto directory =
      std::filesystem::path(testing::TempDir()) / ("digits_" + std::string(GetParam()));
  std::filesystem::create_directories(directory);
  DigitsModel straight(data(), options(GetParam()), 1);
  DigitsModel first(data(), options(GetParam()), 1);
  first.train_epoch();
  first.save(directory);
  DigitsModel second(data(), options(GetParam()), 1);
  second.load(directory);
  straight.train_epoch();
  EXPECT_EQ(straight.train_epoch(), second.train_epoch());
  EXPECT_EQ(straight.validation_loss(), second.validation_loss());
  EXPECT_NE(straight.validation_loss(), first.validation_loss());

  ModelOptions other = options(GetParam());
  other.units = 25;
  EXPECT_THROW(DigitsModel(data(), other, 1).load(directory), std::runtime_error);
  std::filesystem::resize_file(directory / "model.bin", 1000);
  EXPECT_THROW(second.load(directory), std::runtime_error);
  std::filesystem::remove_all(directory);
  EXPECT_THROW(second.load(directory), std::runtime_error);
}

TEST(DigitsModel, DescendsTheGradientOfItsLoss) {
  // One whole-batch step of plain gradient descent, small enough, must lower the training loss by
  // about rate x |gradient|^2; a wrong gradient would not. The slope is taken from two step sizes.
  ModelOptions plain;
  plain.layers = 2;
  plain.units = 16;
  plain.batch = static_cast<std::int64_t>(data().train.labels.size());
  plain.optimizer = "sgd";
  plain.momentum = 0;
  const auto drop = [&](double rate) {
    plain.learning_rate = rate;
    DigitsModel model(data(), plain, 3);
    const double before = model.train_epoch();
    return before - model.train_epoch();
  };
  const double small = drop(0.001);
  const double twice = drop(0.002);
  EXPECT_GT(small, 0);
  EXPECT_NEAR(twice / small, 2, 0.1);
}

}  // namespace
}  // namespace digits
