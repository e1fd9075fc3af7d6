#include "executors/attempt_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file_descriptor.h"
#include "executors/trial_environment.h"

namespace luthier {
namespace {

// Readable and writable by nobody else, whatever the umask.
bool write_file(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + ".new";
  const FileDescriptor file(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return false;
  }
  return rename(temporary.c_str(), path.c_str()) == 0;
}

}  // namespace

Result<> write_parameters(const Config& config,
                          const CommandTemplate& command,
                          const std::filesystem::path& directory) {
  auto formats = command.files();
  if (std::ranges::find(formats, ParameterFormat::json) == formats.end()) {
    formats.push_back(ParameterFormat::json);
  }
  for (const auto format : formats) {
    const auto path = parameters_path(directory, format);
    if (!write_file(path, format_parameters(config, format))) {
      return Error{
          ErrorCode::io,
          "the parameters could not be written to " + path.string() + ": " + errno_in_words(errno)};
    }
  }
  return {};
}

Result<Program> make_program(const StartRequest& request,
                             const CommandTemplate& command,
                             const AttemptPlaces& places) {
  if (command.empty()) {  // a function: the launcher knows which
    return Program{.directory = places.working_directory,
                   .environment = environment_of({.request = &request,
                                                  .directory = places.directory,
                                                  .checkpoint_out = places.checkpoint_out})};
  }
  auto arguments = command.expand({.trial = request.id.trial,
                                   .seed = request.seed,
                                   .directory = places.directory,
                                   .config = &request.config});
  if (!arguments) {
    return arguments.error();
  }
  auto path = find_program(arguments->front());
  if (!path) {
    return path.error();
  }
  Program program{.directory = places.working_directory,
                  .path = *std::move(path),
                  .arguments = *std::move(arguments),
                  .environment = environment_of({.request = &request,
                                                 .directory = places.directory,
                                                 .checkpoint_out = places.checkpoint_out})};
  program.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(request.resources.memory_bytes, 0));
  return program;
}

}  // namespace luthier
