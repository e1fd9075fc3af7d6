#include "tuner/tuner_options.h"

#include <array>
#include <ctime>

#include "base/text.h"

namespace luthier {

Result<> Tuner::Impl::check() const {
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return {};
}

ExperimentSpec Tuner::Impl::named_spec() const {
  ExperimentSpec named = spec;
  if (named.name.empty()) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "experiment_%Y-%m-%d_%H-%M-%S", &parts);
    named.name = text.data();
  }
  return named;
}

}  // namespace luthier
