// A multilayer perceptron on the digits: rectified linear units, softmax, mini-batch SGD with
// momentum or Adam, weight decay, dropout, and a learning rate that falls with the epochs.
// Training is a pure function of (options, seed): bit-equal between runs, also across a checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "digits_data.h"
#include "luthier/space.h"
#include "luthier/value.h"

namespace digits {

struct ModelOptions {
  std::int64_t layers = 1;         // hidden layers, 1 to 3
  std::int64_t units = 64;         // in each of them
  std::int64_t batch = 32;         // images a step
  std::string optimizer = "adam";  // or "sgd"
  double learning_rate = 1e-3;
  double momentum = 0.9;    // sgd only
  double weight_decay = 0;  // decoupled from the gradient (Loshchilov and Hutter, 2019)
  double dropout = 0;       // share of hidden units left out in each step
  double shift = 0;         // training images are moved by up to so many pixels, at random
  double decay = 1;         // the learning rate is multiplied by this after each epoch
};

// What can be tuned: networks of up to so many hidden layers and units.
luthier::Space search_space(std::int64_t most_layers, std::int64_t most_units);
// Reads the parameters of that space.
ModelOptions model_options(const luthier::Config& config);

class DigitsModel {
 public:
  // `data` must outlive the model.
  DigitsModel(const Data& data, ModelOptions options, std::uint64_t seed);

  // One pass over the training images in a fresh order; returns the mean training loss.
  double train_epoch();

  double validation_loss() const;      // mean cross-entropy
  double validation_accuracy() const;  // share of images recognised
  double test_accuracy() const;        // for the winner, once

  // Everything training goes on from: the weights, the optimizer's moments, the epoch. Throws
  // std::runtime_error when the file can't be written, or was written by another kind of model.
  void save(const std::filesystem::path& directory) const;
  void load(const std::filesystem::path& directory);

 private:
  // Where a layer's weights (outputs x inputs) and biases lie in a flat vector of parameters.
  struct Layer {
    Eigen::Index inputs;
    Eigen::Index outputs;
    Eigen::Index offset;
  };

  Eigen::Map<const Eigen::MatrixXf> weights(const Layer& layer) const;
  // Activations of every layer, the input first; the last are the scores of the ten digits.
  // `drop` is called on each hidden layer's activations.
  template <class Drop>
  std::vector<Eigen::MatrixXf> forward(const Eigen::MatrixXf& images, Drop drop) const;
  Eigen::MatrixXf scores(const Part& part) const;
  // The gradient of the loss over a batch, given d loss / d scores.
  Eigen::VectorXf backward(const std::vector<Eigen::MatrixXf>& activations,
                           Eigen::MatrixXf delta) const;
  void update(const Eigen::VectorXf& gradient);

  const Data& data_;
  ModelOptions options_;
  std::uint64_t seed_;
  std::vector<Layer> layers_;
  Eigen::VectorXf parameters_;
  Eigen::VectorXf mean_;     // of the gradients; sgd: the velocity
  Eigen::VectorXf squares_;  // mean of the squared gradients; adam only
  std::int64_t epoch_ = 0;
  std::int64_t updates_ = 0;
};

}  // namespace digits
