// What a trial wrote. Nothing in it can take over the terminal.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/contained_files.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/assembly.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier logs digits 42"),
                                  std::string_view("luthier logs digits 42 --stderr --follow"),
                                  std::string_view("luthier logs digits 42 --json")};
constexpr std::array kOperands = {kExperiment, kTrial};
constexpr std::array kOptions = {
    Option{.name = "stderr",
           .letter = 'e',
           .meaning = "show standard error instead of standard output"},
    Option{.name = "follow", .letter = 'f', .meaning = "keep printing until the trial ends"},
    kResults,
    kJson};
constexpr std::size_t kLongestLine = std::size_t{64} << 10;
constexpr auto kPollInterval = std::chrono::milliseconds(200);

// A file that grows, and starts anew when it is rotated.
class GrowingFile {
 public:
  GrowingFile(const ContainedFiles& files, std::filesystem::path name, bool json)
      : files_(files), name_(std::move(name)), json_(json) {}

  // Prints what was added. False when stdout can't take it.
  bool print_new() {
    const FileDescriptor file = files_.open(name_, O_RDONLY);
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0) {
      return true;
    }
    if (status.st_size < offset_) {
      offset_ = 0;
    }
    std::array<char, 1 << 16> buffer;
    ssize_t count = 0;
    while ((count = ::pread(file.get(), buffer.data(), buffer.size(), offset_)) > 0) {
      offset_ += count;
      if (!take({buffer.data(), static_cast<std::size_t>(count)})) {
        return false;
      }
    }
    return true;
  }
  bool finish_line() { return line_.empty() || end_line(); }

 private:
  bool take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      line_ += bytes.substr(0, end);
      bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
      const bool whole = end != std::string_view::npos;
      if ((whole || line_.size() > kLongestLine) && !end_line()) {
        return false;
      }
    }
    return true;
  }
  bool end_line() {
    const std::string line = json_
                                 ? formatted("{{\"schema\": 1, \"line\": {}}}", json_string(line_))
                                 : printable_lines(line_);
    line_.clear();
    return print(line + "\n");
  }

  const ContainedFiles& files_;
  const std::filesystem::path name_;
  const bool json_;
  off_t offset_ = 0;
  std::string line_;
};

// A trial that has not ended may write more, as long as someone runs it.
bool may_write(const std::filesystem::path& directory, TrialId trial) {
  const auto state = read_state(directory);
  return state && !is_ended((*state)->state(trial)) && is_running(directory);
}

int follow(GrowingFile& file, const std::filesystem::path& directory, TrialId trial) {
  while (may_write(directory, trial)) {
    std::this_thread::sleep_for(kPollInterval);
    if (!file.print_new()) {
      return kSystem;
    }
  }
  return file.print_new() && file.finish_line() ? kSuccess : kSystem;
}

int run(const Arguments& arguments) {
  const auto experiment = read_experiment(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  const auto trial = find_trial(*experiment->state, arguments.operands()[1]);
  if (!trial) {
    return fail(trial.error());
  }
  const std::string name = arguments.has("stderr") ? "stderr.log" : "stdout.log";
  const ContainedFiles files(experiment->directory,
                             std::filesystem::path("trials") / to_text(*trial));
  const auto path = files.path(name);
  if (!files.open(name, O_RDONLY) && !arguments.has("follow")) {
    if (errno != ENOENT) {
      return fail({is_foreign(errno) ? ErrorCode::corruption : ErrorCode::io,
                   formatted("can't read {}: {}", path.string(), file_trouble(errno))});
    }
    const TrialState state = experiment->state->state(*trial);
    return fail(
        {ErrorCode::not_found,
         formatted(
             "trial {} of '{}' ({}) has no {}; only trials whose program was started have logs",
             to_text(*trial),
             experiment->state->spec().name,
             to_text(state),
             path.string())});
  }
  GrowingFile rotated(files, name + ".1", arguments.has("json"));
  GrowingFile file(files, name, arguments.has("json"));
  if (!rotated.print_new() || !rotated.finish_line() || !file.print_new()) {
    return kSystem;
  }
  if (arguments.has("follow")) {
    return follow(file, experiment->directory, *trial);
  }
  return file.finish_line() ? kSuccess : kSystem;
}

}  // namespace

extern const Command kLogs;
const Command kLogs = {.name = "logs",
                       .summary = "print what a trial wrote",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli
