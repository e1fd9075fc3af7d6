// The same as data_parallel.py in C++: a trial that trains on Ray workers of its own. Each has a
// part of every batch, and the trial averages their gradients. See README.md for how it is built.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <luthier/ray_trial.h>

namespace nested {

using Numbers = std::vector<double>;

constexpr int kPixels = 64;
constexpr int kDigits = 10;
constexpr std::size_t kRow = kPixels + 1;  // of the data: the pixels, then the digit
constexpr std::size_t kBatch = 64;
constexpr int kEpochs = 3;

Numbers read_digits(const std::string& csv) {
  std::ifstream file(csv);
  Numbers rows;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t i = 0; std::getline(cells, cell, ','); ++i) {
      rows.push_back(std::stod(cell) / (i < kPixels ? 16 : 1));
    }
  }
  if (rows.empty() || rows.size() % kRow != 0) {
    throw std::runtime_error(csv + " does not hold the digits");
  }
  return rows;
}

// One child worker: every `workers`-th image of a batch.
class Part {
 public:
  // The data comes from the object store.
  static Part* create(Numbers rows, int rank, int workers) {
    return new Part(std::move(rows), rank, workers);  // Ray owns it
  }

  // Softmax regression: the sums over the images of cross-entropy, then of its gradient.
  Numbers step(Numbers weights, std::vector<int> batch) {
    Numbers sums(1 + weights.size(), 0.0);
    for (std::size_t i = rank_; i < batch.size(); i += workers_) {
      add(weights, &rows_[static_cast<std::size_t>(batch[i]) * kRow], sums);
    }
    return sums;
  }

 private:
  Part(Numbers rows, int rank, int workers)
      : rows_(std::move(rows)),
        rank_(static_cast<std::size_t>(rank)),
        workers_(static_cast<std::size_t>(workers)) {}

  static void add(const Numbers& weights, const double* image, Numbers& sums) {
    double shares[kDigits] = {};
    for (int pixel = 0; pixel < kPixels; ++pixel) {
      for (int digit = 0; digit < kDigits; ++digit) {
        shares[digit] += image[pixel] * weights[pixel * kDigits + digit];
      }
    }
    const double largest = *std::max_element(shares, shares + kDigits);
    double total = 0;
    for (double& share : shares) {
      share = std::exp(share - largest);
      total += share;
    }
    const int label = static_cast<int>(image[kPixels]);
    sums[0] -= std::log(shares[label] / total);
    for (int digit = 0; digit < kDigits; ++digit) {
      const double error = shares[digit] / total - (digit == label ? 1 : 0);
      for (int pixel = 0; pixel < kPixels; ++pixel) {
        sums[1 + pixel * kDigits + digit] += image[pixel] * error;
      }
    }
  }

  const Numbers rows_;
  const std::size_t rank_;
  const std::size_t workers_;
};
RAY_REMOTE(Part::create, &Part::step);

// Runs one epoch; returns the mean loss over it.
double train_epoch(std::vector<ray::ActorHandle<Part>>& parts,
                   const std::vector<int>& order,
                   double rate,
                   Numbers& weights) {
  double loss = 0;
  for (std::size_t begin = 0; begin < order.size(); begin += kBatch) {
    const std::size_t end = std::min(begin + kBatch, order.size());
    const std::vector<int> batch(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                 order.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<ray::ObjectRef<Numbers>> steps;
    steps.reserve(parts.size());
    for (auto& part : parts) {
      // Ray may lose the result of a reference that is moved: a constant is copied.
      const auto step = part.Task(&Part::step).Remote(weights, batch);
      steps.push_back(step);
    }
    for (const auto& step : steps) {
      const Numbers sums = *step.Get();
      loss += sums[0];
      for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] -= rate * sums[1 + i] / static_cast<double>(batch.size());
      }
    }
  }
  return loss / static_cast<double>(order.size());
}

void train(luthier::ray_trial::Trial& trial) {
  const int workers = trial.config<int>("workers");
  const Numbers rows = read_digits(DIGITS_CSV);
  const auto data = ray::Put(rows);
  std::vector<ray::ActorHandle<Part>> parts;
  for (int rank = 0; rank < workers; ++rank) {
    parts.push_back(ray::Actor(Part::create)
                        .SetResource("CPU", 1.0)
                        .SetPlacementGroup(trial.bundles(), 1 + rank)
                        .Remote(data, rank, workers));
  }
  std::vector<int> order(rows.size() / kRow);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(1);
  Numbers weights(kPixels * kDigits, 0.0);
  while (trial.iteration() < kEpochs) {
    std::shuffle(order.begin(), order.end(), random);
    const double loss = train_epoch(parts, order, trial.config<double>("lr"), weights);
    if (!trial.report({{"loss", loss}})) {
      break;
    }
  }
  for (auto& part : parts) {
    part.Kill();
  }
}

}  // namespace nested

LUTHIER_RAY_TRAINABLE(nested::train)
