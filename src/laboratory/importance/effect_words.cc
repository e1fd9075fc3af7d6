#include "laboratory/importance/effect_words.h"

#include <algorithm>

#include "base/format.h"
#include "base/terminal_text.h"
#include "core/space/distribution.h"

namespace luthier {
namespace {

std::string value_text(const SampledAxis& axis, double coordinate) {
  const Value value = Distribution(axis.domain).value(coordinate);
  const bool real = std::holds_alternative<double>(value.data());
  return real ? short_number(*value.number()) : to_text(value);
}

std::string good_categories(const SampledAxis& axis, std::span<const double> effect, double most) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t cell = 0; cell < effect.size(); ++cell) {
    if (effect[cell] <= most) {
      text += (text.empty() ? "" : ", ") + value_text(axis, axis.centre(cell));
      ++count;
    }
  }
  return count * 2 <= effect.size() ? text : "";
}

// Of levels the values themselves, else the edges.
std::string good_stretch(const SampledAxis& axis, std::size_t first, std::size_t last) {
  const auto text = [&](std::size_t cell, double edge) {
    return value_text(axis, axis.has_levels ? axis.centre(cell) : edge);
  };
  const bool from_start = first == 0;
  const bool to_end = last + 1 == axis.cells();
  if (from_start && to_end) {
    return "";
  }
  const std::string low = text(first, axis.edges[first]);
  const std::string high = text(last, axis.edges[last + 1]);
  if (low == high) {
    return low;
  }
  return from_start ? "up to " + high : to_end ? "from " + low : formatted("{} to {}", low, high);
}

}  // namespace

std::string good_values(const SampledAxis& axis, std::span<const double> effect, double tolerance) {
  const auto [least, largest] = std::ranges::minmax_element(effect);
  const double most = *least + tolerance * (*largest - *least);
  if (!(*least < *largest)) {
    return "";
  }
  if (axis.kind == AxisKind::categorical) {
    return good_categories(axis, effect, most);
  }
  auto first = static_cast<std::size_t>(least - effect.begin());
  auto last = first;
  while (first > 0 && effect[first - 1] <= most) {
    --first;
  }
  while (last + 1 < effect.size() && effect[last + 1] <= most) {
    ++last;
  }
  return good_stretch(axis, first, last);
}

}  // namespace luthier
