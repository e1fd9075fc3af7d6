// The words of a metric's name as people read them: case and separators don't count, and some
// words say which data were measured (train, valid, test), others nothing (average, value, of).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace luthier {

// Which data a number was measured on. All but the first two are validation-like.
enum class DataKind : std::uint8_t { none, train, val, eval, dev, test };

struct DataContext {
  DataKind kind = DataKind::none;
  std::string label = {};  // the number of valid_1

  bool validation_like() const { return kind > DataKind::train; }
  friend bool operator==(const DataContext&, const DataContext&) = default;
};

std::string lower_case(std::string_view text);
// Runs of letters, digits and what is no separator, in lower case: "Val. Loss (%)" is val, loss.
std::vector<std::string> words_of(std::string_view name);
// `none` for a word that says nothing about data.
DataContext data_named_by(std::string_view word);

bool is_filler(std::string_view word);       // average, total, value, of, the, set, ...
bool is_preposition(std::string_view word);  // of, on, for, ...
bool is_of_another(std::string_view word);   // best, previous, target, min, max, initial, ...
bool is_spread(std::string_view word);       // std, deviation, variance, interval, ...
bool is_final(std::string_view word);
bool is_epoch_counter(
    std::string_view word);              // epoch, round, generation: what an outer loop counts
bool is_counter(std::string_view word);  // also step, iteration, batch

// The words of a name, taken apart.
struct ReadName {
  std::vector<std::string> words = {};  // without those that name data
  std::string joined = {};              // all words without anything between them
  std::string joined_with_note = {};    // ... with those of a note in brackets at its end
  std::string noted = {};               // the first word of that note
  std::string note = {};                // all its words, without anything between them
  DataContext data = {};
  bool of_another = false;  // one of the words says that it is another number: best, target, std
  bool final = false;
};
ReadName read_name(std::string_view name);

// read_name of names that come again and again, remembered; its memory is bounded.
class NameReader {
 public:
  const ReadName& read(const std::string& name);

 private:
  std::unordered_map<std::string, ReadName> known_;
};

}  // namespace luthier
