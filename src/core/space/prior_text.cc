// Reading and writing "lr ~ 1e-3 x2".
#include <cmath>
#include <optional>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/value_text.h"
#include "luthier/prior.h"

namespace luthier {
namespace {

constexpr std::string_view kForm =
    "write NAME ~ VALUE, as in 'lr ~ 1e-3', with a spread 'lr ~ 1e-3 x2' on a log scale or "
    "'momentum ~ 0.9 +- 0.05' on a linear one, or several values, 'optimizer ~ adam, sgd'";

class PriorReader {
 public:
  explicit PriorReader(std::string_view text) : text_(text) {}

  Result<Prior> read() {
    const auto tilde = text_.find('~');
    const std::string_view name = trim(text_.substr(0, tilde));
    if (tilde == std::string_view::npos || name.empty()) {
      return failure(ErrorCode::invalid_argument,
                     "the prior '{}' has no NAME ~; {}",
                     to_utf8(text_.substr(0, 200)),
                     kForm);
    }
    Prior prior{.parameter = std::string(name), .values = {}};
    ValueReader reader(text_.substr(tilde + 1));
    do {
      auto value = reader.read_value();
      if (!value) {
        return unreadable(value.error());
      }
      prior.values.push_back(std::move(*value));
    } while (reader.accept(','));
    if (const auto spread = read_spread(reader, prior); !spread) {
      return spread.error();
    }
    return prior;
  }

 private:
  Error unreadable(const Error& error) const {
    return failure(ErrorCode::invalid_argument,
                   "the prior '{}' can't be read: {}; {}",
                   to_utf8(text_.substr(0, 200)),
                   error.message,
                   kForm);
  }

  // "+- 0.05" or "x2", blanks or none before the number; nothing at the end.
  Result<> read_spread(ValueReader& reader, Prior& prior) const {
    const std::string_view rest = trim(reader.rest());
    if (rest.empty()) {
      return {};
    }
    const bool is_amount = rest.starts_with("+-");
    if (!is_amount && !rest.starts_with('x')) {
      return unreadable(reader.fail("expected ',', '+- SPREAD', 'xFACTOR' or the end"));
    }
    const auto size = parse_number(trim(rest.substr(is_amount ? 2 : 1)));
    if (!size || !std::isfinite(*size) || *size <= (is_amount ? 0 : 1)) {
      return unreadable(
          reader.fail(is_amount ? "'+-' takes a number above 0" : "'x' takes a factor above 1"));
    }
    prior.spread = is_amount ? Prior::Spread::amount : Prior::Spread::factor;
    prior.size = *size;
    return {};
  }

  std::string_view text_;
};

}  // namespace

Result<Prior> parse_prior(std::string_view text) {
  return PriorReader(text).read();
}

std::string to_text(const Prior& prior) {
  std::string out = prior.parameter + " ~ ";
  for (std::size_t i = 0; i < prior.values.size(); ++i) {
    out += (i == 0 ? "" : ", ") + value_text(prior.values[i]);
  }
  switch (prior.spread) {
    case Prior::Spread::usual:
      return out;
    case Prior::Spread::amount:
      return formatted("{} +- {}", out, format_number(prior.size));
    case Prior::Spread::factor:
      return formatted("{} x{}", out, format_number(prior.size));
  }
  return out;
}

}  // namespace luthier
