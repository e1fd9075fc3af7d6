// Bootstrap: the percentile band of a median or a mean over seeds. Deterministic: resamples come
// from the counter-based generator, and one set of them serves every position of a curve, so bands
// do not flicker along it. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luthier {

enum class Centre : std::uint8_t { median, mean };

struct Spread {
  double centre = 0;
  double quartile_1 = 0;
  double quartile_3 = 0;
  double low = 0;  // of the 95% band of the centre
  double high = 0;
};

class Bootstrap {
 public:
  static constexpr int kResamples = 1000;

  // For `size` values, at least 1.
  explicit Bootstrap(std::size_t size, Centre centre);
  // Precondition: as many values as said; no NaN.
  Spread spread(std::span<const double> values) const;

 private:
  double resampled_median(const std::uint16_t* counts,
                          std::span<const std::size_t> order,
                          std::span<const double> values) const;
  double resampled_mean(const std::uint16_t* counts, std::span<const double> values) const;

  std::size_t size_;
  Centre centre_;
  std::vector<std::uint16_t> counts_;  // how often resample r holds value i: [r * size + i]
};

}  // namespace luthier
