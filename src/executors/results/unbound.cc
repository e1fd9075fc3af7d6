#include "executors/results/unbound.h"

#include <algorithm>

namespace luthier {
namespace {

bool in_place_of_one(const Meaning& meaning, const std::vector<Meaning>& understood) {
  return std::ranges::any_of(understood, [&](const Meaning& known) {
    return known.wanted == meaning.wanted && known.form == meaning.form &&
           known.data == meaning.data && known.stream == meaning.stream &&
           known.unit == meaning.unit && known.counted == meaning.counted &&
           known.final == meaning.final;
  });
}

}  // namespace

void Unbound::line(OutputStream stream, std::string_view text) {
  readers_[static_cast<std::size_t>(stream)].line(
      text, [&](const Heard& heard) { listener_.hear(stream, heard); });
}

void Unbound::finish(OutputStream stream) {
  readers_[static_cast<std::size_t>(stream)].finish(
      [&](const Heard& heard) { listener_.hear(stream, heard); });
  listener_.finish(stream);
}

std::vector<Metrics> Unbound::in_place_of(const Understood& understood) {
  const auto& own = listener_.understood();
  const bool same = own && std::ranges::all_of(own->meanings, [&](const Meaning& meaning) {
                      return in_place_of_one(meaning, understood.meanings);
                    });
  return same ? listener_.take() : std::vector<Metrics>();
}

}  // namespace luthier
