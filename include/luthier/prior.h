// Prior: where good values of a parameter are believed to lie, as a person writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

// A searcher that knows priors tries the first values first, and looks more often where they say;
// the less, the more trials have ended, and the less, the worse trials near these values did.
struct Prior {
  std::string parameter;
  ValueList values;  // at least one; equally likely, the first is tried first
  // How far good values are from these: one standard deviation on the parameter's own scale.
  enum class Spread : std::uint8_t {
    usual,   // a tenth of the range
    amount,  // so much to both sides
    factor,  // on a log scale: from a value divided by it to the value times it
  } spread = Spread::usual;
  double size = 0;  // of an amount (above 0) or a factor (above 1)
  friend bool operator==(const Prior&, const Prior&) = default;
};
// "lr ~ 1e-3", "lr ~ 1e-3 x2", "momentum ~ 0.9 +- 0.05", "optimizer ~ adam, sgd". Whether it suits
// a space is checked with the experiment.
Result<Prior> parse_prior(std::string_view text);
std::string to_text(const Prior& prior);  // the canonical form, which parses back to an equal one

}  // namespace luthier
