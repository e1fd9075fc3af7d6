// DullLines: tells with one look at each byte which of the lines that come say nothing: they hold
// no word that is listened for, and are no heading, table, bar, object or passage that others
// depend on.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace luthier {

class DullLines {
 public:
  // `words` are listened for; `any_case`: they are in lower case and stand for every spelling.
  DullLines(std::vector<std::string> words, bool any_case);

  // How many bytes at the beginning of `bytes` are whole dull lines, but for the last of these: a
  // line may be the header of the next one's table.
  std::size_t skippable(std::string_view bytes) const;

 private:
  enum class Mark : std::uint8_t { none, equals, begins_word, telling };

  bool is_dull(std::string_view bytes, std::size_t& end) const;
  bool word_at(std::string_view rest) const;

  std::vector<std::string> words_;
  bool any_case_;
  std::array<Mark, 256> marks_ = {};
};

}  // namespace luthier
