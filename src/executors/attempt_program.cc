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

Result<> write_parameters(const CommandTemplate& command, const CommandContext& context) {
  const auto write = [](const std::filesystem::path& path, const std::string& text) {
    return write_file(path, text)
               ? Result<>()
               : Result<>(Error{ErrorCode::io,
                                "the parameters could not be written to " + path.string() + ": " +
                                    errno_in_words(errno)});
  };
  const Config config = command.words().without_secrets(*context.config);
  auto written = write(flat_parameters_path(context.directory),
                       format_parameters(config, ParameterFormat::json));
  for (const auto format : command.files()) {
    if (written) {
      written = write(parameters_path(context.directory, format),
                      format_parameters(config, format, ParameterShape::nested));
    }
  }
  for (const FileTemplate& file : command.templates()) {
    const auto text = file.fill(context, command.words());
    if (!text) {
      return text.error();
    }
    if (written) {
      written = write(context.directory / file.name(), *text);
    }
  }
  return written;
}

Result<Program> make_program(const StartRequest& request,
                             const CommandTemplate& command,
                             const AttemptPlaces& places) {
  auto environment = environment_of({.request = &request,
                                     .directory = places.directory,
                                     .checkpoint_out = places.checkpoint_out,
                                     .words = &command.words()});
  if (command.empty()) {  // a function: the launcher knows which
    return Program{.directory = places.working_directory, .environment = std::move(environment)};
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
                  .environment = std::move(environment)};
  program.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(request.resources.memory_bytes, 0));
  return program;
}

}  // namespace luthier
