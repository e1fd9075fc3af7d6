// Screen: turns the bytes of one output stream into the lines that a person would see: colours and
// cursor movements taken out, line ends of all kinds, what was overdrawn marked. Memory is bounded
// whatever comes, and where the bytes are cut into writes makes no difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace luthier {

struct ScreenLine {
  std::string_view text;
  bool overdrawn = false;  // ended at a bare carriage return or backspaces: another draws over it
  bool overdraws = false;  // was itself drawn over another
  bool cut = false;        // its beginning is missing: it was too long
};

class Screen {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{1} << 20;
  using OnLine = std::function<void(const ScreenLine& line)>;

  void write(std::string_view bytes, const OnLine& on_line);
  void finish(const OnLine& on_line);  // the last line may lack its end

  // Nothing of a line has come yet.
  bool at_line_begin() const;

 private:
  enum class Escape : std::uint8_t { none, begun, sequence, title, title_end, charset };

  void byte(char c, const OnLine& on_line);
  void escape(char c, const OnLine& on_line);
  void end_sequence(char c, const OnLine& on_line);
  void append(std::string_view text);
  void settle(const OnLine& on_line);  // a carriage return or backspaces before more text
  void end_line(bool overdrawn, const OnLine& on_line);

  std::string line_;
  bool cut_ = false;
  bool overdraws_ = false;
  bool returned_ = false;       // carriage returns came, it is open what they mean
  std::size_t backspaces_ = 0;  // likewise
  Escape escape_ = Escape::none;
  std::string parameters_;  // of the escape sequence
};

}  // namespace luthier
