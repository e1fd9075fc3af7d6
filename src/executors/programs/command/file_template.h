// FileTemplate: a user's own file with {name} placeholders, and its filled copy for one trial. In
// JSON, YAML and TOML a value is written as that format has it, quoted where it has to be; in any
// other file it is the text an argument would be. All other braces of the file stay.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "executors/programs/command/parameter_words.h"
#include "luthier/error.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

struct CommandContext;

class FileTemplate {
 public:
  // Reads the file and checks its placeholders; every problem is named, one a line.
  static Result<FileTemplate> read(const std::string& path,
                                   std::span<const std::string> parameters,
                                   const ParameterWords& words);

  const std::string& path() const { return path_; }
  std::string name() const;                              // of the copy: the file's own
  const std::string& digest() const { return digest_; }  // SHA-256 of the file
  // An error for a value that can't stand where its placeholder does.
  Result<std::string> fill(const CommandContext& context, const ParameterWords& words) const;

  enum class Format : std::uint8_t { text, json, yaml, toml };
  // What surrounds a placeholder.
  enum class Place : std::uint8_t { value, double_quotes, single_quotes, text };
  struct Piece {
    std::string text;  // as it is, or the name of a placeholder
    bool placeholder = false;
    Place place = Place::text;
  };
  using Line = std::vector<Piece>;  // with its end of line

 private:
  Result<std::string> fill_line(const Line& line,
                                const CommandContext& context,
                                const ParameterWords& words) const;

  std::string path_;
  std::string digest_;
  Format format_ = Format::text;
  std::vector<Line> lines_;
};

}  // namespace luthier
