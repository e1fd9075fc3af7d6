// Thinned: points of a curve as they come, at most so many: evenly spaced ones, the first and the
// last among them. Memory does not grow with the curve.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace luthier {

template <class Point>
class Thinned {
 public:
  explicit Thinned(std::size_t most) : most_(most < 2 ? 2 : most) {}

  void add(Point point) {
    const bool kept = count_ % stride_ == 0;
    ++count_;
    if (!kept) {
      last_ = std::move(point);
      return;
    }
    last_.reset();
    points_.push_back(std::move(point));
    if (points_.size() >= most_) {
      halve();
    }
  }
  std::int64_t count() const { return count_; }  // all that were added
  std::vector<Point> points() const {
    auto all = points_;
    if (last_) {
      all.push_back(*last_);
    }
    return all;
  }

 private:
  // Every other one goes; the newest stays as the last.
  void halve() {
    if (points_.size() % 2 == 0) {
      last_ = points_.back();
    }
    for (std::size_t i = 1; 2 * i < points_.size(); ++i) {
      points_[i] = std::move(points_[2 * i]);
    }
    points_.resize((points_.size() + 1) / 2);
    stride_ *= 2;
  }

  const std::size_t most_;
  std::int64_t stride_ = 1;
  std::int64_t count_ = 0;
  std::vector<Point> points_;
  std::optional<Point> last_;  // where it is not among points_
};

}  // namespace luthier
