#include "digits_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include "luthier/rng.h"

namespace digits {
namespace {

constexpr Eigen::Index kDigits = 10;

using Matrix = Eigen::MatrixXf;
using Vector = Eigen::VectorXf;

// Turns scores into probabilities in place (one column an image); returns the mean cross-entropy.
double softmax(Matrix& scores, const std::vector<int>& labels) {
  double loss = 0;
  for (Eigen::Index i = 0; i < scores.cols(); ++i) {
    auto column = scores.col(i);
    const float label_score = column[labels[static_cast<std::size_t>(i)]];
    const float highest = column.maxCoeff();
    column = (column.array() - highest).exp();
    const float sum = column.sum();
    column /= sum;
    loss += highest + std::log(sum) - label_score;
  }
  return loss / static_cast<double>(scores.cols());
}

double accuracy(const Matrix& scores, const std::vector<int>& labels) {
  int right = 0;
  for (Eigen::Index i = 0; i < scores.cols(); ++i) {
    Eigen::Index best = 0;
    scores.col(i).maxCoeff(&best);
    right += best == labels[static_cast<std::size_t>(i)] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(scores.cols());
}

// Zeroes each entry with probability `share` and scales the others up, so that the mean stays.
void drop_units(Matrix& activations, double share, luthier::Rng& rng) {
  constexpr int kBits = 16;  // four entries share one draw
  const auto threshold = static_cast<std::uint64_t>(share * (1 << kBits));
  const auto scale = static_cast<float>(1 / (1 - share));
  std::uint64_t bits = 0;
  for (Eigen::Index i = 0; i < activations.size(); ++i) {
    bits = i % 4 == 0 ? rng.bits() : bits >> kBits;
    const bool dropped = (bits & ((1 << kBits) - 1)) < threshold;
    activations.data()[i] *= dropped ? 0.0F : scale;
  }
}

// Moves every image by its own random vector of at most `pixels` (below 1) each way: the weighted
// mean of the pixel's four neighbours, background outside.
void shift_images(Matrix& images, double pixels, luthier::Rng& rng) {
  constexpr Eigen::Index kSide = 8;
  for (auto column : images.colwise()) {
    Eigen::Matrix<float, kSide + 2, kSide + 2> framed = decltype(framed)::Zero();
    framed.block<kSide, kSide>(1, 1) = Eigen::Map<const Matrix>(column.data(), kSide, kSide);
    const double down = rng.uniform(-pixels, pixels);
    const double right = rng.uniform(-pixels, pixels);
    const Eigen::Index row = down < 0 ? 0 : 2;
    const Eigen::Index col = right < 0 ? 0 : 2;
    const auto a = static_cast<float>(std::abs(down));
    const auto b = static_cast<float>(std::abs(right));
    Eigen::Map<Matrix>(column.data(), kSide, kSide) =
        (1 - a) * (1 - b) * framed.block<kSide, kSide>(1, 1) +
        a * (1 - b) * framed.block<kSide, kSide>(row, 1) +
        (1 - a) * b * framed.block<kSide, kSide>(1, col) +
        a * b * framed.block<kSide, kSide>(row, col);
  }
}

std::vector<Eigen::Index> shuffled(Eigen::Index count, luthier::Rng rng) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[rng.below(i)]);
  }
  return order;
}

Part take(const Part& part, std::span<const Eigen::Index> members) {
  Part batch{.images = Matrix(part.images.rows(), static_cast<Eigen::Index>(members.size())),
             .labels = {}};
  for (std::size_t i = 0; i < members.size(); ++i) {
    batch.images.col(static_cast<Eigen::Index>(i)) = part.images.col(members[i]);
    batch.labels.push_back(part.labels[static_cast<std::size_t>(members[i])]);
  }
  return batch;
}

}  // namespace

luthier::Space search_space(std::int64_t most_layers, std::int64_t most_units) {
  luthier::Space space;
  space.add("layers", luthier::randint(1, most_layers + 1));
  space.add("units", luthier::lograndint(32, most_units + 1));
  space.add("batch", luthier::choice({16, 32, 64}));
  space.add("optimizer", luthier::choice({"sgd", "adam"}));
  space.add("lr", luthier::loguniform(3e-4, 0.5));
  space.add("momentum", luthier::uniform(0.0, 0.95)).when("optimizer", "sgd");
  space.add("weight_decay", luthier::loguniform(1e-5, 1e-1));
  space.add("dropout", luthier::uniform(0.0, 0.5));
  space.add("shift", luthier::uniform(0.0, 0.9));
  space.add("decay", luthier::uniform(0.92, 0.98));
  return space;
}

ModelOptions model_options(const luthier::Config& config) {
  ModelOptions options;
  options.layers = config.integer("layers");
  options.units = config.integer("units");
  options.batch = config.integer("batch");
  options.optimizer = config.text("optimizer");
  options.learning_rate = config.number("lr");
  options.momentum = options.optimizer == "sgd" ? config.number("momentum") : 0;
  options.weight_decay = config.number("weight_decay");
  options.dropout = config.number("dropout");
  options.shift = config.number("shift");
  options.decay = config.number("decay");
  return options;
}

DigitsModel::DigitsModel(const Data& data, ModelOptions options, std::uint64_t seed)
    : data_(data), options_(std::move(options)), seed_(seed) {
  Eigen::Index inputs = data.train.images.rows();
  Eigen::Index offset = 0;
  for (std::int64_t i = 0; i <= options_.layers; ++i) {
    const Eigen::Index outputs = i < options_.layers ? options_.units : kDigits;
    layers_.push_back({.inputs = inputs, .outputs = outputs, .offset = offset});
    offset += (inputs + 1) * outputs;
    inputs = outputs;
  }
  parameters_ = mean_ = squares_ = Vector::Zero(offset);
  luthier::Rng rng(seed_, "digits.weights");
  for (const Layer& layer : layers_) {
    // He et al. (2015): keeps the activations' variance through rectified layers.
    const double deviation = std::sqrt(2.0 / static_cast<double>(layer.inputs));
    for (Eigen::Index i = 0; i < layer.inputs * layer.outputs; ++i) {
      parameters_[layer.offset + i] = static_cast<float>(deviation * rng.normal());
    }
  }
}

Eigen::Map<const Matrix> DigitsModel::weights(const Layer& layer) const {
  return {parameters_.data() + layer.offset, layer.outputs, layer.inputs};
}

template <class Drop>
std::vector<Matrix> DigitsModel::forward(const Matrix& images, Drop drop) const {
  std::vector<Matrix> activations{images};
  for (const Layer& layer : layers_) {
    const auto bias =
        parameters_.segment(layer.offset + layer.inputs * layer.outputs, layer.outputs);
    Matrix output = (weights(layer) * activations.back()).colwise() + bias;
    if (&layer != &layers_.back()) {
      output = output.cwiseMax(0.0F);
      drop(output);
    }
    activations.push_back(std::move(output));
  }
  return activations;
}

Vector DigitsModel::backward(const std::vector<Matrix>& activations, Matrix delta) const {
  const auto scale = static_cast<float>(1 / (1 - options_.dropout));
  Vector gradient(parameters_.size());
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    float* const start = gradient.data() + layer.offset;
    Eigen::Map<Matrix>(start, layer.outputs, layer.inputs) = delta * activations[i].transpose();
    Eigen::Map<Vector>(start + layer.inputs * layer.outputs, layer.outputs) = delta.rowwise().sum();
    if (i > 0) {
      // An activation is zero where the unit was off or dropped: no gradient passes there.
      const auto passes = (activations[i].array() > 0).cast<float>() * scale;
      delta = ((weights(layer).transpose() * delta).array() * passes).matrix().eval();
    }
  }
  return gradient;
}

void DigitsModel::update(const Vector& gradient) {
  constexpr double kMeanDecay = 0.9;  // Kingma and Ba (2015), their defaults
  constexpr double kSquareDecay = 0.999;
  const double rate = options_.learning_rate * std::pow(options_.decay, epoch_);
  ++updates_;
  parameters_ *= static_cast<float>(1 - rate * options_.weight_decay);
  if (options_.optimizer == "sgd") {
    mean_ = static_cast<float>(options_.momentum) * mean_ + gradient;
    parameters_ -= static_cast<float>(rate) * mean_;
    return;
  }
  mean_ += static_cast<float>(1 - kMeanDecay) * (gradient - mean_);
  squares_ += static_cast<float>(1 - kSquareDecay) * (gradient.cwiseAbs2() - squares_);
  const auto mean_scale = static_cast<float>(rate / (1 - std::pow(kMeanDecay, updates_)));
  const auto square_scale = static_cast<float>(1 / (1 - std::pow(kSquareDecay, updates_)));
  parameters_.array() -=
      mean_scale * mean_.array() / ((square_scale * squares_.array()).sqrt() + 1e-8F);
}

double DigitsModel::train_epoch() {
  const auto epoch = static_cast<std::uint64_t>(epoch_);
  const auto order =
      shuffled(data_.train.images.cols(), luthier::Rng(seed_, "digits.order", epoch));
  luthier::Rng shift_rng(seed_, "digits.shift", epoch);
  luthier::Rng drop_rng(seed_, "digits.dropout", epoch);
  const auto drop = [&](Matrix& activations) {
    if (options_.dropout > 0) {
      drop_units(activations, options_.dropout, drop_rng);
    }
  };
  double loss = 0;
  const auto size = static_cast<std::size_t>(options_.batch);
  for (std::size_t first = 0; first < order.size(); first += size) {
    Part batch =
        take(data_.train, std::span(order).subspan(first, std::min(size, order.size() - first)));
    if (options_.shift > 0) {
      shift_images(batch.images, options_.shift, shift_rng);
    }
    auto activations = forward(batch.images, drop);
    Matrix delta = std::move(activations.back());
    const auto count = static_cast<double>(batch.labels.size());
    loss += softmax(delta, batch.labels) * count;
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
      delta(batch.labels[i], static_cast<Eigen::Index>(i)) -= 1;
    }
    update(backward(activations, delta / static_cast<float>(count)));
  }
  ++epoch_;
  return loss / static_cast<double>(order.size());
}

Matrix DigitsModel::scores(const Part& part) const {
  return forward(part.images, [](Matrix&) {}).back();
}

double DigitsModel::validation_loss() const {
  Matrix probabilities = scores(data_.validation);
  return softmax(probabilities, data_.validation.labels);
}

double DigitsModel::validation_accuracy() const {
  return accuracy(scores(data_.validation), data_.validation.labels);
}

double DigitsModel::test_accuracy() const {
  return accuracy(scores(data_.test), data_.test.labels);
}

// The file: parameter count, epoch, updates (64-bit each), then the three vectors (32-bit floats).
void DigitsModel::save(const std::filesystem::path& directory) const {
  std::ofstream file(directory / "model.bin", std::ios::binary);
  const std::array<std::int64_t, 3> header{parameters_.size(), epoch_, updates_};
  file.write(reinterpret_cast<const char*>(header.data()), sizeof header);
  for (const Vector* vector : {&parameters_, &mean_, &squares_}) {
    file.write(reinterpret_cast<const char*>(vector->data()),
               vector->size() * std::streamsize{sizeof(float)});
  }
  if (!file.flush()) {
    throw std::runtime_error("cannot write the model into " + directory.string());
  }
}

void DigitsModel::load(const std::filesystem::path& directory) {
  std::ifstream file(directory / "model.bin", std::ios::binary);
  std::array<std::int64_t, 3> header{};
  file.read(reinterpret_cast<char*>(header.data()), sizeof header);
  if (!file || header[0] != parameters_.size()) {
    throw std::runtime_error("the model in " + directory.string() +
                             " is missing or of another shape");
  }
  epoch_ = header[1];
  updates_ = header[2];
  for (Vector* vector : {&parameters_, &mean_, &squares_}) {
    file.read(reinterpret_cast<char*>(vector->data()),
              vector->size() * std::streamsize{sizeof(float)});
  }
  if (!file) {
    throw std::runtime_error("the model in " + directory.string() + " is cut short");
  }
}

}  // namespace digits
