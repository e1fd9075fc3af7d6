// SyntheticFunction: a function over a conditional or mixed space whose least value is known to be
// 0. Every active parameter adds a term of at least 0: a category its offset, a number its squared
// distance (in the unit cube) to a centre that depends on the instance. Both families of synthetic
// benchmarks are tables of such terms.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/benchmark.h"
#include "luthier/compiled_space.h"
#include "luthier/plugin.h"

namespace luthier {

struct SyntheticTerm {
  const char* parameter;             // as after `-p`, condition included
  double weight = 1;                 // of a number's squared distance
  std::vector<double> offsets = {};  // of a choice's values, one of them 0
  const char* moved_by = nullptr;    // the centre is another for each value of this parameter
  double ripple = 0;                 // height of the local minima around the centre
  bool shifts = false;               // the instance decides which value has which offset
};

struct SyntheticDefinition {
  const char* name;
  std::vector<SyntheticTerm> terms;  // parents before children
};

class SyntheticFunction {
 public:
  // `instance` moves the centres.
  SyntheticFunction(std::string family, const SyntheticDefinition& definition, int instance);

  const CompiledSpace& space() const { return space_; }
  double operator()(const Config& config) const;
  Config optimum() const;  // a configuration of value 0, up to rounding

 private:
  std::vector<double> offsets(std::size_t axis) const;  // by value of a choice
  double centre(std::size_t axis, const Config& config) const;
  double term(std::size_t axis, double coordinate, const Config& config) const;

  std::string stream_;
  std::uint64_t instance_;
  CompiledSpace space_;
  std::vector<SyntheticTerm> terms_;  // in the order of the axes
};

// A benchmark of one evaluation; `definitions` are numbered from 1.
Result<std::shared_ptr<const Benchmark>> make_synthetic(
    const std::string& family,
    std::span<const SyntheticDefinition> definitions,
    const NamedValues& options,
    std::string text);
// The options of such a family: function and instance.
std::vector<OptionSpec> synthetic_options(std::size_t functions);

}  // namespace luthier
