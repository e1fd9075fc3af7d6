// Hearing: what one attempt's program says, bytes of both its streams in, results out. What counts
// as a result is decided once an experiment (an Understanding) and then holds for every attempt;
// until it is decided, results are held back, not guessed. Depends on bytes, never on time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

enum class OutputStream : std::uint8_t { output, error };

// Thorough takes every line apart; quick knows lines again that differ only in their numbers. They
// say the same.
enum class Reading : std::uint8_t { quick, thorough };

// A name that the user typed and that results should carry under exactly this spelling.
struct WantedMetric {
  std::string name;
  bool objective =
      false;  // makes a line or group a result; else only looked for (rules, time_attr)
};

struct HearingOptions {
  std::vector<WantedMetric> wanted;
  std::string regex;  // --metric-regex; empty: the built-in forms
};
// A pattern that can't be used: one sentence with what would work.
Result<> check_hearing(const HearingOptions& options);

// What an experiment decided about its programs' output: for each wanted name the spelling,
// context, stream, form and unit it stands for, and the shape of a group. Immutable; goes into the
// log as text.
class Understanding {
 public:
  static Result<Understanding> parse(
      std::string_view text);                        // what text() gave, also of older versions
  const std::string& text() const { return text_; }  // one line of JSON
  std::string in_words() const;  // "val_loss is 'Val Loss' of lines such as ..."; for people

 private:
  friend class Hearing;
  std::string text_;
};

// Why nothing was heard, and what would be: for messages and `luthier try`.
struct Diagnosis {
  struct Seen {
    std::string name;  // as it would have to be typed after --min or --max
    std::string line;  // one it stands in, printable
    OutputStream stream = OutputStream::output;
    std::int64_t times = 0;
    double last = 0;
    bool chosen = false;  // what a wanted name was taken to mean
    std::string wanted;   // that name
    std::string regex;    // a --metric-regex that hears it on that very line; tried
  };
  std::vector<Seen> seen;              // by likeness to the objective, then the most recent
  std::vector<std::string> ambiguous;  // names among which the objective could not be decided
  std::string nearest_line;            // the line most like what was wanted; empty: none
  std::string
      nearest_advice;  // what would hear it, tried on that line: "--min 'valid loss'"; or empty
};

class Hearing {
 public:
  // `options` are valid. `understanding`: decided before, by this experiment.
  Hearing(const HearingOptions& options,
          std::optional<Understanding> understanding,
          Reading reading = Reading::quick);
  ~Hearing();
  Hearing(Hearing&&) noexcept;
  Hearing& operator=(Hearing&&) noexcept;

  void write(OutputStream stream, std::string_view bytes);
  void finish(OutputStream stream);  // its end; the last line may lack its own
  // Nothing more comes: what was held back is decided now or never.
  void finish();

  // Another attempt of the experiment decided; from now on, and for what was held back, that holds.
  void adopt(const Understanding& understanding);
  // Once this attempt decided, or adopted.
  const std::optional<Understanding>& understanding() const;

  // Complete results since the last call, in order; each has at least one objective. Names are
  // those the user typed, where they match, else as printed.
  std::vector<Metrics> take();

  // A record of another source (a file, the report descriptor): adds each wanted name that one of
  // its names means (by the same rules), so that `Val Loss` of a CSV file is `val_loss`.
  Metrics named_as_wanted(Metrics record);

  // Remembers names of another source, for diagnosis().
  void remember(const Metrics& record);
  Diagnosis diagnosis() const;

 private:
  class Ear;
  std::unique_ptr<Ear> ear_;
};

}  // namespace luthier
