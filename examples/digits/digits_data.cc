#include "digits_data.h"

#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "luthier/rng.h"

namespace digits {
namespace {

constexpr int kPixels = 64;
constexpr int kClasses = 10;

struct Row {
  std::array<float, kPixels> pixels;
  int label;
};

Row parse_row(const std::string& line, const std::string& where) {
  Row row{};
  const char* next = line.data();
  const char* const end = next + line.size();
  for (int column = 0; column <= kPixels; ++column) {
    int value = 0;
    const auto [stop, error] = std::from_chars(next, end, value);
    const bool last = column == kPixels;
    const int highest = last ? kClasses - 1 : 16;
    if (error != std::errc() || value < 0 || value > highest ||
        (!last && (stop == end || *stop != ','))) {
      throw std::runtime_error(where + ": column " + std::to_string(column + 1) +
                               " is not a number from 0 to " + std::to_string(highest));
    }
    if (last) {
      row.label = value;
    } else {
      row.pixels[static_cast<std::size_t>(column)] = static_cast<float>(value) / 16.0F;
    }
    next = stop + 1;
  }
  return row;
}

std::vector<Row> read_rows(const std::filesystem::path& csv) {
  std::ifstream file(csv);
  if (!file) {
    throw std::runtime_error("cannot read the digits from " + csv.string());
  }
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    rows.push_back(parse_row(line, csv.string() + ":" + std::to_string(rows.size() + 1)));
  }
  return rows;
}

void shuffle(std::vector<std::size_t>& items, luthier::Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[rng.below(i)]);
  }
}

Part gather(const std::vector<Row>& rows, const std::vector<std::size_t>& members) {
  Part part;
  part.images.resize(kPixels, static_cast<Eigen::Index>(members.size()));
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Row& row = rows[members[i]];
    part.images.col(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::VectorXf>(row.pixels.data(), kPixels);
    part.labels.push_back(row.label);
  }
  return part;
}

}  // namespace

Data load(const std::filesystem::path& csv, std::uint64_t split_seed) {
  const auto rows = read_rows(csv);
  std::array<std::vector<std::size_t>, 3> parts;
  for (int digit = 0; digit < kClasses; ++digit) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].label == digit) {
        members.push_back(i);
      }
    }
    luthier::Rng rng(split_seed, "digits.split", static_cast<std::uint64_t>(digit));
    shuffle(members, rng);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::size_t fifth = i * 5 / members.size();
      parts[fifth < 3 ? 0 : fifth - 2].push_back(members[i]);
    }
  }
  return {gather(rows, parts[0]), gather(rows, parts[1]), gather(rows, parts[2])};
}

Data with_validation_in_training(const Data& data) {
  Data more = data;
  more.train.images.resize(kPixels, data.train.images.cols() + data.validation.images.cols());
  more.train.images << data.train.images, data.validation.images;
  more.train.labels.insert(
      more.train.labels.end(), data.validation.labels.begin(), data.validation.labels.end());
  return more;
}

}  // namespace digits
