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

  // How many bytes at the beginning of `bytes` are whole dull lines. `but_last`: without the last
  // of these, as a line may be the header of the next one's table.
  std::size_t skippable(std::string_view bytes, bool but_last) const;

 private:
  enum class Mark : std::uint8_t { none, of_word, telling };
  // A word, and its character that is the rarest in most texts.
  struct Word {
    std::string text;
    std::size_t rarest = 0;
    std::size_t beside = 0;  // the character that is compared first

    bool stands_around(std::string_view bytes, std::size_t at, bool any_case) const;
  };

  void listen_for(std::string text);
  bool is_dull(std::string_view bytes, std::size_t& end) const;
  bool is_word(std::string_view bytes, std::size_t at) const;
  std::size_t next_marked(std::string_view bytes, std::size_t at) const;

  std::vector<Word> words_;
  bool any_case_;
  std::array<Mark, 256> marks_ = {};
};

}  // namespace luthier
