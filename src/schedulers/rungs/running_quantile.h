// RunningQuantile: a fixed quantile of a growing multiset, linearly interpolated (the "linear"
// method of NumPy, type 7 of Hyndman and Fan 1996). Two heaps meet at the quantile: an insertion
// costs O(log n), a look-up O(1), eight bytes a value.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace luthier {

class RunningQuantile {
 public:
  explicit RunningQuantile(double quantile) : quantile_(quantile) {}  // 0 .. 1

  std::size_t size() const { return low_.size() + high_.size(); }

  // `value` must be finite.
  void insert(double value) {
    if (low_.empty() || value < low_.front()) {
      push(low_, std::less<>(), value);
    } else {
      push(high_, std::greater<>(), value);
    }
    const auto wanted = static_cast<std::size_t>(std::floor(position())) + 1;
    while (low_.size() < wanted && !high_.empty()) {
      push(low_, std::less<>(), pop(high_, std::greater<>()));
    }
    while (low_.size() > wanted) {
      push(high_, std::greater<>(), pop(low_, std::less<>()));
    }
  }

  // Precondition: size() > 0.
  double value() const {
    const double below = low_.front();
    const double fraction = position() - std::floor(position());
    if (fraction == 0 || high_.empty()) {
      return below;
    }
    const double gap = high_.front() - below;
    // From the nearer end, as NumPy does it: equal bits, so equal decisions at a tie.
    return fraction < 0.5 ? below + gap * fraction : high_.front() - gap * (1 - fraction);
  }

 private:
  double position() const { return static_cast<double>(size() - 1) * quantile_; }

  template <class Order>
  static void push(std::vector<double>& heap, Order order, double value) {
    heap.push_back(value);
    std::push_heap(heap.begin(), heap.end(), order);
  }
  template <class Order>
  static double pop(std::vector<double>& heap, Order order) {
    std::pop_heap(heap.begin(), heap.end(), order);
    const double value = heap.back();
    heap.pop_back();
    return value;
  }

  double quantile_;
  std::vector<double> low_;   // max-heap: everything at or below the quantile
  std::vector<double> high_;  // min-heap: the rest
};

}  // namespace luthier
