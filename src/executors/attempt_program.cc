#include "executors/attempt_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/contained_files.h"
#include "executors/trial_environment.h"
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

Result<> write_parameters(const Config& config,
                          const CommandTemplate& command,
                          const std::filesystem::path& directory) {
  auto formats = command.files();
  if (std::ranges::find(formats, ParameterFormat::json) == formats.end()) {
    formats.push_back(ParameterFormat::json);
  }
  for (const auto format : formats) {
    const auto path = parameters_path(directory, format);
    if (!write_file(files_of_trial(directory),
                    path.filename().string(),
                    format_parameters(config, format))) {
      return Error{
          ErrorCode::io,
          "the parameters could not be written to " + path.string() + ": " +
              (is_foreign(errno) ? file_trouble(errno) : std::string(errno_in_words(errno)))};
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
