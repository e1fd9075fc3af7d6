#include "executors/programs/command/file_template.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/file_descriptor.h"
#include "base/format.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/programs/command/command_template.h"
#include "executors/programs/command/parameter_files.h"
#include "executors/programs/command/template_scanner.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 3> kOfTrial = {"trial.dir", "trial.id", "trial.seed"};
// What {words} that are ours begin with, though they mean something in a command only.
constexpr std::array<std::string_view, 4> kOurs = {"trial.", "params.", "args", "template:"};
// What the trial's directory holds already.
constexpr std::array<std::string_view, 5> kTaken = {
    "result.json", "progress.csv", "stdout.log", "stderr.log", "checkpoints"};

constexpr std::size_t kLargest = std::size_t{16} << 20;

Error wrong(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message)};
}

FileTemplate::Format format_of(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".json"                          ? FileTemplate::Format::json
         : extension == ".yaml" || extension == ".yml" ? FileTemplate::Format::yaml
         : extension == ".toml"                        ? FileTemplate::Format::toml
                                                       : FileTemplate::Format::text;
}

// Never waits for another to write: a pipe is no template, it could be read only once.
Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0) {
    return wrong(
        formatted("there is no template {} that can be read ({}); its path is relative to the "
                  "working directory",
                  path,
                  std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    return wrong(formatted(
        "the template {} is {}; name an ordinary file, because each trial gets a copy of it",
        path,
        S_ISDIR(status.st_mode) ? "a directory" : "not a regular file"));
  }
  std::string text;
  std::array<char, 1U << 16> buffer;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return wrong(formatted("the template {} can't be read: {}", path, std::strerror(errno)));
    }
    if (count == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLargest) {
      return wrong(formatted("the template {} is larger than 16 MiB; name a smaller file", path));
    }
  }
}

bool is_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, plain);
}

// Cuts a file into lines of pieces.
class Cutter {
 public:
  Cutter(std::string path,
         FileTemplate::Format format,
         std::span<const std::string> parameters,
         const ParameterWords& words)
      : path_(std::move(path)), scanner_(format), words_(words) {
    known_.assign(parameters.begin(), parameters.end());
    known_.insert(known_.end(), kOfTrial.begin(), kOfTrial.end());
  }

  void line(std::string_view text) {
    ++number_;
    scanner_.begin_line(text);
    out_ = &lines.emplace_back();
    while (!text.empty()) {
      text.remove_prefix(piece(text));
    }
  }

  std::vector<FileTemplate::Line> lines;
  std::vector<std::string> problems;
  bool any = false;

 private:
  // The word between the braces that `text` begins with; empty when it is none.
  static std::string_view word_at(std::string_view text) {
    const auto end = text.find('}');
    const auto word = end == text.npos ? std::string_view() : text.substr(1, end - 1);
    return is_word(word) ? word : std::string_view();
  }
  bool is_known(std::string_view word) const {
    return std::ranges::find(known_, word) != known_.end();
  }
  bool is_asked_about(std::string_view word) const {
    const auto begins = [&](std::string_view ours) { return word.starts_with(ours); };
    return std::ranges::any_of(kOurs, begins) || closest_name(word, known_).has_value();
  }

  // Takes the next piece of the line; returns its length.
  std::size_t piece(std::string_view text) {
    if (text.starts_with("{{")) {
      const auto word = word_at(text.substr(1));
      if (!word.empty() && text.substr(word.size() + 2).starts_with("}}") &&
          (is_known(word) || is_asked_about(word))) {
        keep(text.substr(1, word.size() + 2));
        return word.size() + 4;
      }
    } else if (text.starts_with('{')) {
      if (const auto word = word_at(text); !word.empty() && take(word, text)) {
        return word.size() + 2;
      }
    }
    scanner_.pass(text.front());
    keep(text.substr(0, 1));
    return 1;
  }

  void keep(std::string_view text) {
    if (out_->empty() || out_->back().placeholder) {
      out_->push_back({});
    }
    out_->back().text += text;
  }

  bool take(std::string_view word, std::string_view text) {
    const std::string where = formatted("{}, line {}: ", path_, number_);
    if (words_.is_secret(word)) {
      problems.push_back(formatted(
          "{}{{{}}} is a secret, which must not be written to a file; read it from the environment",
          where,
          word));
    } else if (!is_known(word)) {
      if (is_asked_about(word)) {
        problems.push_back(formatted("{}{}; {{{{{}}}}} stands for {{{}}} itself",
                                     where,
                                     unknown_name("placeholder", word, known_),
                                     word,
                                     word));
      }
      return false;
    }
    any = true;
    const auto place = scanner_.place(text.substr(word.size() + 2));
    out_->push_back({.text = std::string(word), .placeholder = true, .place = place});
    return true;
  }

  const std::string path_;
  TemplateScanner scanner_;
  const ParameterWords& words_;
  std::vector<std::string> known_;
  FileTemplate::Line* out_ = nullptr;
  std::size_t number_ = 0;
};

// Text that YAML reads as this text, not as a number or a word of its own.
bool is_plain_in_yaml(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kOwn = {
      "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto plain = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') ||
           std::string_view("_-./").find(c) != std::string_view::npos;
  };
  std::string lower(text);
  std::ranges::transform(
      lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return !text.empty() && (letter(text.front()) || text.front() == '/' || text.front() == '_') &&
         std::ranges::all_of(text, plain) && std::ranges::find(kOwn, lower) == kOwn.end();
}

std::string whole_value(const Value& value, FileTemplate::Format format) {
  switch (format) {
    case FileTemplate::Format::yaml:
      if (const auto* text = value.text(); text != nullptr && is_plain_in_yaml(*text)) {
        return *text;
      }
      return format_value(value, ParameterFormat::yaml);
    case FileTemplate::Format::toml:
      return format_value(value, ParameterFormat::toml);
    default:
      return to_json(value);
  }
}

// Within quotes that are there already. Nothing: it can't stand there.
std::optional<std::string> within_quotes(const std::string& text,
                                         FileTemplate::Place place,
                                         FileTemplate::Format format) {
  if (place == FileTemplate::Place::double_quotes) {
    const std::string quoted = json_string(text);
    return quoted.substr(1, quoted.size() - 2);
  }
  if (format == FileTemplate::Format::toml) {
    return text.find_first_of("'\n") == std::string::npos ? std::optional(text) : std::nullopt;
  }
  std::string out;
  for (const char c : text) {
    out += c == '\'' ? "''" : std::string(1, c);
  }
  return out;
}

std::optional<Value> of_trial(std::string_view name, const CommandContext& context) {
  if (name == "trial.dir") {
    return context.directory.string();
  }
  if (name == "trial.id") {
    return context.trial.value;
  }
  if (name == "trial.seed") {
    return static_cast<std::int64_t>(context.seed);
  }
  return std::nullopt;
}

}  // namespace

Result<FileTemplate> FileTemplate::read(const std::string& path,
                                        std::span<const std::string> parameters,
                                        const ParameterWords& words) {
  FileTemplate made;
  made.path_ = path;
  made.format_ = format_of(path);
  const std::string name = made.name();
  if (name.starts_with("params.") || name.starts_with("events.out.") ||
      std::ranges::find(kTaken, name) != kTaken.end()) {
    return wrong(
        formatted("the template {} has the name of a file that luthier writes into the trial's "
                  "directory; rename it",
                  path));
  }
  LUTHIER_TAKE(auto text, read_file(path));
  made.digest_ = sha256(text);
  Cutter cutter(path, made.format_, parameters, words);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    cutter.line(std::string_view(text).substr(at, end - at));
    at = end;
  }
  if (!cutter.any && cutter.problems.empty()) {
    std::vector<std::string> braces;
    for (const std::string& parameter : parameters) {
      braces.push_back(formatted("{{{}}}", parameter));
    }
    cutter.problems.push_back(formatted(
        "the template {} holds no placeholder such as {}; add one, or pass the file itself",
        path,
        join(braces, ", ")));
  }
  if (!cutter.problems.empty()) {
    return wrong(join(cutter.problems, "\n"));
  }
  made.lines_ = std::move(cutter.lines);
  return made;
}

std::string FileTemplate::name() const {
  return std::filesystem::path(path_).filename().string();
}

// Where a parameter is not active, JSON and YAML have null; elsewhere the line is left out. So it
// is with null in TOML, which has none.
Result<std::string> FileTemplate::fill_line(const Line& line,
                                            const CommandContext& context,
                                            const ParameterWords& words) const {
  const bool has_null = format_ == Format::json || format_ == Format::yaml;
  std::string out;
  for (const Piece& piece : line) {
    if (!piece.placeholder) {
      out += piece.text;
      continue;
    }
    const auto own = of_trial(piece.text, context);
    const Value* value = own ? &*own : context.config->find(piece.text);
    if (!has_null && (value == nullptr || (format_ == Format::toml && value->is_null()))) {
      return std::string();
    }
    if (piece.place == Place::value) {
      out += whole_value(value ? *value : Value(), format_);
      continue;
    }
    const std::string text = value ? words.text(piece.text, *value) : "";
    const auto written = piece.place == Place::text ? std::optional(text)
                                                    : within_quotes(text, piece.place, format_);
    if (!written) {
      return wrong(formatted("{}: {} can't be in single quotes, where {{{}}} is; use double quotes",
                             path_,
                             json_string(text),
                             piece.text));
    }
    out += *written;
  }
  return out;
}

Result<std::string> FileTemplate::fill(const CommandContext& context,
                                       const ParameterWords& words) const {
  std::string out;
  for (const Line& line : lines_) {
    auto filled = fill_line(line, context, words);
    if (!filled) {
      return filled;
    }
    out += *filled;
  }
  return out;
}

}  // namespace luthier
