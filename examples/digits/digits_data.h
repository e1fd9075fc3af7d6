// The UCI optical digits (examples/data): 1,797 images of 8 x 8 pixels, and their split into three
// parts. The split is stratified (each digit is spread over the parts in the same proportion) and a
// pure function of the seed, so a test accuracy can be compared between runs and machines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <Eigen/Core>

namespace digits {

// Images in rows would be the file's layout; a column per image is what Eigen multiplies fastest.
struct Part {
  Eigen::MatrixXf images;   // 64 x n, pixels scaled from 0..16 to 0..1
  std::vector<int> labels;  // n digits, 0..9
};

struct Data {
  Part train;       // 60 %: the only part the network is fitted to
  Part validation;  // 20 %: the only part the tuner sees
  Part test;        // 20 %: looked at once, by the winner
};

inline constexpr std::uint64_t kSplitSeed = 20260101;

// Throws std::runtime_error naming the file and line when it is missing or not what it should be.
Data load(const std::filesystem::path& csv, std::uint64_t split_seed = kSplitSeed);

// For the winner's last training: validation images appended to the training images.
Data with_validation_in_training(const Data& data);

}  // namespace digits
