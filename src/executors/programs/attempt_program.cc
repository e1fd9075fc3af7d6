#include "executors/programs/attempt_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/contained_files.h"
#include "base/failure.h"
#include "base/try.h"
#include "executors/programs/command/trial_environment.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

// Readable and writable by nobody else, whatever the umask.
bool write_file(const ContainedFiles& files, const std::string& name, const std::string& text) {
  const std::string temporary = name + ".new";
  const FileDescriptor file = files.open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  return file &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         files.rename(temporary, name);
}

}  // namespace

Result<> write_parameters(const CommandTemplate& command, const CommandContext& context) {
  const ContainedFiles files = files_of_trial(context.directory);
  const auto write = [&](const std::filesystem::path& path, const std::string& text) {
    const std::string name = path.filename().string();
    // The engine makes the directory, unless descriptors had run out.
    if (write_file(files, name, text) ||
        (errno == ENOENT && files.make_directories({}) && write_file(files, name, text))) {
      return Result<>();
    }
    const int number = errno;
    const bool passes = number == EMFILE || number == ENFILE;
    return Result<>(failure(passes ? ErrorCode::unavailable : ErrorCode::io,
                            "the parameters could not be written to {}: {}",
                            path.string(),
                            file_trouble(number)));
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
    LUTHIER_TAKE(const auto text, file.fill(context, command.words()));
    if (written) {
      written = write(context.directory / file.name(), text);
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
  LUTHIER_TAKE(auto arguments,
               command.expand({.trial = request.id.trial,
                               .seed = request.seed,
                               .directory = places.directory,
                               .config = &request.config}));
  LUTHIER_TAKE(auto path, find_program(arguments.front()));
  Program program{.directory = places.working_directory,
                  .path = std::move(path),
                  .arguments = std::move(arguments),
                  .environment = std::move(environment)};
  program.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(request.resources.memory_bytes, 0));
  return program;
}

}  // namespace luthier
