// Names seen in an attempt's output, for messages and `luthier try`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/hearing.h"
#include "executors/results/words/mention.h"

namespace luthier {

class SeenNames {
 public:
  void note(OutputStream stream, const Heard& heard);
  void remember(const Metrics& record);

  struct Name {
    std::string name;
    std::string printed;
    std::string line;
    OutputStream stream = OutputStream::output;
    MentionForm form = MentionForm::pair;
    DataContext data = {};
    std::int64_t times = 0;
    std::int64_t latest = 0;
    double last = 0;
  };
  const std::vector<Name>& names() const { return names_; }

 private:
  struct Place {
    std::size_t mention = 0;
    std::optional<std::size_t> name = {};  // nothing: it is not kept
  };
  // Where the names of a shape's numbers stand.
  struct Places {
    std::uint64_t shape = 0;
    std::vector<Place> names;
  };

  std::vector<Place> places_of(OutputStream stream, const Heard& heard);
  std::optional<std::size_t> place_of(OutputStream stream, const Mention& mention);

  std::array<std::array<Places, kShapesKept>, 2> places_;  // of each stream
  std::vector<Name> names_;
  std::int64_t lines_ = 0;
};

// How alike two names are, from 0 to 1.
double similarity(std::string_view a, std::string_view b);
// A pattern for the number that `name` has in `line`; empty where none can be made.
std::string pattern_for(std::string_view line, std::string_view name, double value);

}  // namespace luthier
