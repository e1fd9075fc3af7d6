#include "tuner/other_names.h"

#include "base/format.h"
#include "base/terminal_text.h"
#include "executors/results/understanding.h"

namespace luthier {

std::string other_names(const std::string& understanding) {
  const auto understood = parse_understanding(understanding);
  std::string sentence;
  for (const Meaning& meaning : understood ? understood->meanings : std::vector<Meaning>()) {
    if (meaning.printed != meaning.wanted) {
      sentence += formatted("{}{}' is read from '{}'{}",
                            sentence.empty() ? "'" : "; '",
                            printable(meaning.wanted),
                            printable(meaning.printed),
                            meaning.stream == OutputStream::output ? " on stdout" : " on stderr");
    }
  }
  return sentence;
}

}  // namespace luthier
