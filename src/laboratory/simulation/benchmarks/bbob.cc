#include "laboratory/simulation/benchmarks/bbob.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

using bbob::Matrix;
using bbob::Vector;

constexpr std::array<std::string_view, BbobFunction::kFunctions> kNames = {
    "sphere",
    "ellipsoid_separable",
    "rastrigin_separable",
    "bueche_rastrigin",
    "linear_slope",
    "attractive_sector",
    "step_ellipsoid",
    "rosenbrock",
    "rosenbrock_rotated",
    "ellipsoid",
    "discus",
    "bent_cigar",
    "sharp_ridge",
    "different_powers",
    "rastrigin",
    "weierstrass",
    "schaffers_f7",
    "schaffers_f7_ill_conditioned",
    "griewank_rosenbrock",
    "schwefel",
    "gallagher_101",
    "gallagher_21",
    "katsuura",
    "lunacek_bi_rastrigin",
};

// base^(i / (n - 1)): the axes' scales, from 1 to base.
double graded(double base, std::size_t i, std::size_t n) {
  return std::pow(base, static_cast<double>(i) / static_cast<double>(n - 1));
}

Vector graded_all(double base, std::size_t n) {
  Vector out(n);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = graded(base, i, n);
  }
  return out;
}

double square(double x) {
  return x * x;
}
double square_sum(const Vector& x, std::size_t from = 0) {
  double sum = 0;
  for (std::size_t i = from; i < x.size(); ++i) {
    sum += square(x[i]);
  }
  return sum;
}
double round_half_up(double x) {
  return std::floor(x + 0.5);
}

Vector minus(const Vector& x, const Vector& y) {
  Vector out(x.size());
  std::ranges::transform(x, y, out.begin(), std::minus<>());
  return out;
}

// T_osz: small smooth irregularities.
double oscillate(double x) {
  if (x == 0) {
    return 0;
  }
  const double t = std::log(std::abs(x)) / 0.1;
  const double wave =
      x > 0 ? std::sin(t) + std::sin(0.79 * t) : std::sin(0.55 * t) + std::sin(0.31 * t);
  return std::copysign(std::pow(std::exp(t + 0.49 * wave), 0.1), x);
}
Vector oscillate(Vector x) {
  std::ranges::transform(x, x.begin(), [](double v) { return oscillate(v); });
  return x;
}

// T_asy: breaks the symmetry between the two sides of the optimum.
Vector skew(Vector x, double beta) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] > 0) {
      const double grade = static_cast<double>(i) / static_cast<double>(x.size() - 1);
      x[i] = std::pow(x[i], 1 + beta * grade * std::sqrt(x[i]));
    }
  }
  return x;
}

Vector scale(Vector x, double condition) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] *= graded(std::sqrt(condition), i, x.size());
  }
  return x;
}

// Squared distance to the region of interest.
double penalty(const Vector& x) {
  double sum = 0;
  for (const double v : x) {
    sum += square(std::max(0.0, std::abs(v) - 5));
  }
  return sum;
}

double ellipsoid(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    sum += graded(1e6, i, z.size()) * square(z[i]);
  }
  return sum;
}

double rastrigin(const Vector& z) {
  double cosines = 0;
  for (const double v : z) {
    cosines += std::cos(2 * std::numbers::pi * v);
  }
  return 10 * (static_cast<double>(z.size()) - cosines) + square_sum(z);
}

Vector bueche(Vector z) {
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] *= graded(std::sqrt(10.0), i, z.size()) * (z[i] > 0 && i % 2 == 0 ? 10 : 1);
  }
  return z;
}

double linear_slope(const Vector& x, const Vector& optimum) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double slope = std::copysign(graded(10, i, x.size()), optimum[i]);
    sum += 5 * std::abs(slope) - slope * (optimum[i] * x[i] < 25 ? x[i] : optimum[i]);
  }
  return sum;
}

double attractive_sector(const Vector& z, const Vector& optimum) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    sum += square(z[i] * optimum[i] > 0 ? 100 * z[i] : z[i]);
  }
  return std::pow(oscillate(sum), 0.9);
}

double rosenbrock_term(double a, double b) {
  return 100 * square(square(a) - b) + square(a - 1);
}
double rosenbrock_factor(std::size_t dimension) {
  return std::max(1.0, std::sqrt(static_cast<double>(dimension)) / 8);
}
Vector scaled_and_moved(Vector x, double factor, double offset) {
  std::ranges::transform(x, x.begin(), [&](double v) { return factor * v + offset; });
  return x;
}
double rosenbrock(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) {
    sum += rosenbrock_term(z[i], z[i + 1]);
  }
  return sum;
}
double griewank_rosenbrock(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) {
    const double s = rosenbrock_term(z[i], z[i + 1]);
    sum += s / 4000 - std::cos(s);
  }
  return 10 * sum / static_cast<double>(z.size() - 1) + 10;
}

double different_powers(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    sum += std::pow(std::abs(z[i]),
                    2 + 4 * static_cast<double>(i) / static_cast<double>(z.size() - 1));
  }
  return std::sqrt(sum);
}

double weierstrass(const Vector& z) {
  const auto waves = [](double v) {
    double sum = 0;
    for (int k = 0; k < 12; ++k) {
      sum += std::pow(0.5, k) * std::cos(2 * std::numbers::pi * std::pow(3, k) * (v + 0.5));
    }
    return sum;
  };
  double sum = 0;
  for (const double v : z) {
    sum += waves(v);
  }
  return 10 * std::pow(sum / static_cast<double>(z.size()) - waves(0), 3);
}

double schaffers(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) {
    const double s = square(z[i]) + square(z[i + 1]);
    sum += std::pow(s, 0.25) * (1 + square(std::sin(50 * std::pow(s, 0.1))));
  }
  return square(sum / static_cast<double>(z.size() - 1));
}

double katsuura(const Vector& z) {
  const auto n = static_cast<double>(z.size());
  double result = 1;
  for (std::size_t i = 0; i < z.size(); ++i) {
    double sum = 0;
    for (int j = 1; j < 33; ++j) {
      const double power = std::ldexp(1.0, j);
      sum += std::abs(power * z[i] - round_half_up(power * z[i])) / power;
    }
    result *= std::pow(1 + static_cast<double>(i + 1) * sum, 10 / std::pow(n, 1.2));
  }
  return 10 / n / n * (result - 1);
}

// The order that sorts `keys`.
std::vector<std::size_t> order_of(const Vector& keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return keys[i]; });
  return order;
}

constexpr double kLunacekFirst = 2.5;
constexpr double kSchwefelHalf = 4.2096874637 / 2;

std::int64_t seed_of(int function, int instance) {
  // Functions 4 and 18 share the constants of the functions they are variants of.
  const int base = function == 4 ? 3 : function == 18 ? 17 : function;
  return base + std::int64_t{10000} * instance;
}

constexpr std::int64_t kSecondSeed = 1000000;

}  // namespace

Result<BbobFunction> BbobFunction::make(int function, int dimension, int instance) {
  if (function < 1 || function > kFunctions) {
    return Error{
        .message = formatted("there is no BBOB function {}; they are numbered 1 to 24", function)};
  }
  if (dimension < 2 || instance < 1) {
    return Error{.message = "a BBOB function has at least 2 dimensions and an instance from 1 on"};
  }
  return BbobFunction(function, dimension, instance);
}

std::string_view BbobFunction::name() const {
  return kNames[static_cast<std::size_t>(function_ - 1)];
}

BbobFunction::BbobFunction(int function, int dimension, int instance)
    : function_(function),
      seed_(seed_of(function, instance)),
      optimum_value_(bbob::optimum_value(seed_)),
      first_(0),
      second_(0) {
  const auto n = static_cast<std::size_t>(dimension);
  optimum_ = bbob::shift(n, function == 12 ? seed_ + kSecondSeed : seed_);
  switch (function) {
    case 4:
      for (std::size_t i = 0; i < n; i += 2) {
        optimum_[i] = std::abs(optimum_[i]);
      }
      break;
    case 5:
      std::ranges::transform(
          optimum_, optimum_.begin(), [](double v) { return std::copysign(5.0, v); });
      break;
    case 8:
      std::ranges::transform(optimum_, optimum_.begin(), [](double v) { return 0.75 * v; });
      break;
    case 9:
    case 19:
      first_ = bbob::rotation(n, seed_);
      optimum_ = first_.transposed_times(Vector(n, 0.5 / rosenbrock_factor(n)));
      break;
    case 20: {
      const Vector side = bbob::uniform_numbers(n, seed_);
      std::ranges::transform(side, optimum_.begin(), [](double v) {
        return v < 0.5 ? -kSchwefelHalf : kSchwefelHalf;
      });
      break;
    }
    case 21:
      place_peaks(101);
      break;
    case 22:
      place_peaks(21);
      break;
    case 24: {
      const Vector side = bbob::normal_numbers(n, seed_);
      std::ranges::transform(
          side, optimum_.begin(), [](double v) { return std::copysign(kLunacekFirst / 2, v); });
      set_rotations(100);
      break;
    }
    case 16:
      set_rotations(0.01);
      break;
    case 23:
      set_rotations(100);
      break;
    default:
      set_rotations(10);
  }
}

// R, and Q scaled: R * diagonal * Q.
void BbobFunction::set_rotations(double condition) {
  const std::size_t n = optimum_.size();
  first_ = bbob::rotation(n, seed_ + kSecondSeed);
  second_ =
      function_ == 7 || function_ == 17 || function_ == 18
          ? bbob::rotation(n, seed_)
          : bbob::product(first_, graded_all(std::sqrt(condition), n), bbob::rotation(n, seed_));
}

void BbobFunction::place_peaks(std::size_t peaks) {
  const std::size_t n = optimum_.size();
  const bool many = peaks == 101;
  const double width = many ? 10 : 9.8;
  const double half = many ? 5 : 4.9;
  first_ = bbob::rotation(n, seed_);
  const auto conditions = order_of(bbob::uniform_numbers(peaks - 1, seed_));
  const Vector numbers = bbob::uniform_numbers(n * peaks, seed_);
  for (std::size_t i = 0; i < peaks; ++i) {
    const double grade = static_cast<double>(i) - 1;
    const double condition =
        i == 0 ? (many ? std::sqrt(1000.0) : 1000.0) : graded(1000, conditions[i - 1], peaks - 1);
    Peak peak{.height = i == 0 ? 10 : grade / static_cast<double>(peaks - 2) * 8 + 1.1,
              .scales = Vector(n),
              .place = Vector(n)};
    const auto axes =
        order_of(bbob::uniform_numbers(n, seed_ + 1000 * static_cast<std::int64_t>(i)));
    for (std::size_t j = 0; j < n; ++j) {
      peak.scales[j] =
          std::pow(condition, static_cast<double>(axes[j]) / static_cast<double>(n - 1) - 0.5);
      peak.place[j] = (width * numbers[i * n + j] - half) * (i == 0 ? 0.8 : 1);
    }
    if (i == 0) {
      optimum_ = peak.place;
    }
    peak.place = first_.times(peak.place);
    peaks_.push_back(std::move(peak));
  }
}

double BbobFunction::operator()(std::span<const double> x) const {
  return value(Vector(x.begin(), x.end())) + optimum_value_;
}

double BbobFunction::value(const Vector& x) const {
  const std::size_t n = x.size();
  const auto shifted = [&] { return minus(x, optimum_); };
  const auto rotated = [&] { return first_.times(shifted()); };
  switch (function_) {
    case 1:
      return square_sum(shifted());
    case 2:
      return ellipsoid(oscillate(shifted()));
    case 3:
      return rastrigin(scale(skew(oscillate(shifted()), 0.2), 10));
    case 4:
      return rastrigin(bueche(oscillate(shifted()))) + 100 * penalty(x);
    case 5:
      return linear_slope(x, optimum_);
    case 6:
      return attractive_sector(second_.times(shifted()), optimum_);
    case 7:
      return step_ellipsoid(x) + penalty(x);
    case 8:
      return rosenbrock(scaled_and_moved(shifted(), rosenbrock_factor(n), 1));
    case 9:
      return rosenbrock(scaled_and_moved(first_.times(x), rosenbrock_factor(n), 0.5));
    case 10:
      return ellipsoid(oscillate(rotated()));
    case 11: {
      const Vector z = oscillate(rotated());
      return 1e6 * square(z[0]) + square_sum(z, 1);
    }
    case 12: {
      const Vector z = first_.times(skew(rotated(), 0.5));
      return square(z[0]) + 1e6 * square_sum(z, 1);
    }
    case 13: {
      const Vector z = second_.times(shifted());
      return square(z[0]) + 100 * std::sqrt(square_sum(z, 1));
    }
    case 14:
      return different_powers(rotated());
    case 15:
      return rastrigin(second_.times(skew(oscillate(rotated()), 0.2)));
    case 16:
      return weierstrass(second_.times(oscillate(rotated()))) +
             10 / static_cast<double>(n) * penalty(x);
    case 17:
      return schaffers(scale(second_.times(skew(rotated(), 0.5)), 10)) + 10 * penalty(x);
    case 18:
      return schaffers(scale(second_.times(skew(rotated(), 0.5)), 1000)) + 10 * penalty(x);
    case 19:
      return griewank_rosenbrock(scaled_and_moved(first_.times(x), rosenbrock_factor(n), 0.5));
    case 20:
      return schwefel(x);
    case 21:
    case 22:
      return gallagher(x) + penalty(x);
    case 23:
      return katsuura(second_.times(shifted())) + penalty(x);
    default:
      return lunacek(x) + 1e4 * penalty(x);
  }
}

double BbobFunction::step_ellipsoid(const Vector& x) const {
  Vector z = scale(second_.times(minus(x, optimum_)), 10);
  const double first = z[0];
  for (double& v : z) {
    v = std::abs(v) > 0.5 ? round_half_up(v) : round_half_up(10 * v) / 10;
  }
  z = first_.times(z);
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    sum += graded(100, i, z.size()) * square(z[i]);
  }
  return 0.1 * std::max(std::abs(first) * 1e-4, sum);
}

double BbobFunction::schwefel(const Vector& x) const {
  const std::size_t n = x.size();
  constexpr double kWhole = 2 * kSchwefelHalf;
  Vector z(n);
  double before = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double mirrored = std::copysign(2.0, optimum_[i]) * x[i];
    z[i] = mirrored + (i > 0 ? 0.25 * (before - kWhole) : 0);
    before = mirrored;
  }
  std::ranges::transform(z, z.begin(), [&](double v) { return v - kWhole; });
  z = scale(z, 10);
  double sum = 0;
  for (double& v : z) {
    v += kWhole;
    sum += 100 * v * std::sin(std::sqrt(std::abs(100 * v)));
  }
  return 0.01 * (418.9828872724339 - sum / static_cast<double>(n)) + 100 * penalty(z);
}

double BbobFunction::gallagher(const Vector& x) const {
  const Vector rotated = first_.times(x);
  double highest = 0;
  for (const Peak& peak : peaks_) {
    double distance = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      distance += peak.scales[j] * square(rotated[j] - peak.place[j]);
    }
    highest =
        std::max(highest, peak.height * std::exp(-0.5 / static_cast<double>(x.size()) * distance));
  }
  return square(oscillate(10 - highest));
}

double BbobFunction::lunacek(const Vector& x) const {
  const auto n = static_cast<double>(x.size());
  const double s = 1 - 1 / (2 * std::sqrt(n + 20) - 8.2);
  const double second = -std::sqrt((square(kLunacekFirst) - 1) / s);
  Vector centred(x.size());
  double to_first = 0;
  double to_second = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double mirrored = std::copysign(2.0, optimum_[i]) * x[i];
    centred[i] = mirrored - kLunacekFirst;
    to_first += square(centred[i]);
    to_second += square(mirrored - second);
  }
  const Vector z = second_.times(centred);
  double cosines = 0;
  for (const double v : z) {
    cosines += std::cos(2 * std::numbers::pi * v);
  }
  return std::min(to_first, n + s * to_second) + 10 * (n - cosines);
}

}  // namespace luthier
