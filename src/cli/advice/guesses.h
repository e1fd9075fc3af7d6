// Guesses: what is wrong with the words of a command, and where it is known, what was meant. When
// everything wrong is of that kind, one sentence ends with the whole command as it works.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/advice/correction.h"
#include "cli/advice/foreign_options.h"
#include "cli/command.h"

namespace luthier::cli {

// The option that is meant by a slip of the fingers, one dash for two, or a longer name: --sampels,
// -min, --samples-per-cell. `names` have their dashes.
std::optional<std::string> close_option(const std::string& word,
                                        std::span<const std::string> names);

class Guesses {
 public:
  // `words`: those after the name of the command; both must outlive this.
  Guesses(const Command& command, std::span<const std::string> words);

  void problem(std::string sentence);
  // Words `at` to `at + count` are meant to be `with`; `name` is the option that is not known here;
  // empty: it is something else that is wrong.
  void meant(const std::string& name,
             std::string sentence,
             std::size_t at,
             std::size_t count,
             std::vector<std::string> with);
  // The program begins with `word`, at `at`, where no `--` is.
  void program_without_dashes(const std::string& word, std::size_t at);
  // An option of another tool: word `at`, with its value in the same word or in the next.
  void foreign(const std::string& name,
               const ForeignOption& option,
               const std::optional<std::string>& value,
               std::size_t at,
               std::size_t count);

  bool empty() const { return problems_.empty(); }
  // Every problem, one a line. `has_objective`: --min or --max is among the words.
  std::string text(bool has_objective);

 private:
  struct Said {  // an option of `metric` or `direction`
    std::string value;
    std::size_t at = 0;
    std::size_t count = 0;
  };
  void settle_objective(bool has_objective);
  void settle_halving();
  std::string one_sentence() const;

  const Command& command_;
  Correction correction_;
  std::vector<std::string> problems_;
  std::vector<std::string> names_;  // options that are not known here
  std::size_t corrected_ = 0;
  std::optional<Said> metric_;
  std::optional<Said> direction_;
  std::vector<Said> halving_;  // "max_t=81"
};

}  // namespace luthier::cli
