// TemplateScanner: follows the text of a JSON, YAML or TOML file and says what surrounds a
// placeholder in it: whether it is a whole value, or a part of quoted or plain text.
#pragma once

#include <string>
#include <string_view>

#include "executors/programs/command/file_template.h"

namespace luthier {

class TemplateScanner {
 public:
  explicit TemplateScanner(FileTemplate::Format format) : format_(format) {}

  void begin_line(std::string_view line);
  // A character that is no part of a placeholder.
  void pass(char c);
  // A placeholder, with what of the line follows it.
  FileTemplate::Place place(std::string_view rest);

 private:
  using Format = FileTemplate::Format;
  bool begins_value() const;
  void open_or_close(char c);

  Format format_;
  char quote_ = '\0';
  bool escaped_ = false;
  bool comment_ = false;
  bool block_ = false;          // YAML: a line of a literal or folded text
  bool block_follows_ = false;  // the lines that are indented more than block_indent_
  std::size_t block_indent_ = 0;
  int flow_ = 0;             // YAML: open [ and {
  char last_ = '\0';         // the last character that is no blank; '\0': none yet
  bool blank_after_ = true;  // blanks after it
};

}  // namespace luthier
