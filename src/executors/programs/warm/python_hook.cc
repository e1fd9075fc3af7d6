#include "executors/programs/warm/python_hook.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/format.h"
#include "base/try.h"
#include "executors/programs/spawn_packet.h"
#include "executors/programs/warm/stored_zip.h"

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char luthier_warm_start_begin[];
extern const char luthier_warm_start_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {
namespace {

constexpr std::string_view kPythonPath = "PYTHONPATH=";

std::string path_of(const FileDescriptor& file) {
  return formatted("/proc/{}/fd/{}", getpid(), file.get());
}

}  // namespace

Result<ImportRecord> ImportRecord::make(const std::string& text) {
  LUTHIER_TAKE(auto file, memory_file("luthier-imports", text.data(), text.size(), 0));
  ImportRecord record;
  record.file_ = std::move(file);
  return record;
}

std::string ImportRecord::text() const {
  std::string text;
  char part[4096];
  ssize_t count = 0;
  while ((count = pread(file_.get(), part, sizeof part, static_cast<off_t>(text.size()))) > 0) {
    text.append(part, static_cast<std::size_t>(count));
  }
  return text;
}

std::string ImportRecord::path() const {
  return path_of(file_);
}

Result<PythonHook> PythonHook::make() {
  // NOLINTBEGIN(*-security.PointerSub): ends of one embedded file
  const std::string_view source(
      luthier_warm_start_begin,
      static_cast<std::size_t>(luthier_warm_start_end - luthier_warm_start_begin));
  // NOLINTEND(*-security.PointerSub)
  const std::string archive = stored_zip({{"sitecustomize.py", source}});
  LUTHIER_TAKE(auto file, memory_file("luthier-warm-start", archive.data(), archive.size(), 0));
  PythonHook hook;
  hook.archive_ = std::move(file);
  return hook;
}

void PythonHook::put(Program& program,
                     const std::string& mode,
                     std::size_t own_begin,
                     const ImportRecord& record) const {
  std::string path = path_of(archive_);
  std::erase_if(program.environment, [&](const std::string& variable) {
    const bool found = variable.starts_with(kPythonPath);
    if (found && variable.size() > kPythonPath.size()) {
      path += ':' + variable.substr(kPythonPath.size());
    }
    return found;
  });
  program.environment.push_back(std::string(kPythonPath) + path);
  // For a script with a "#!" line the system puts the program's path in the place of its name.
  const std::string& script = own_begin <= 1 ? program.path : program.arguments.at(own_begin - 1);
  program.environment.push_back(task(mode, record, script));
}

std::string PythonHook::task(const std::string& mode,
                             const ImportRecord& record,
                             const std::string& script) const {
  return formatted(
      "LUTHIER_WARM_START={} {} {} {}", mode, path_of(archive_), record.path(), script);
}

Program PythonHook::recording(const Program& program,
                              std::size_t own_begin,
                              const ImportRecord& record) const {
  Program out = program;
  put(out, "record", own_begin, record);
  return out;
}

Program PythonHook::recording_forked(const Program& program, const ImportRecord& record) const {
  Program out = program;
  out.environment.push_back(task("record", record, ""));
  return out;
}

Program PythonHook::zygote(const Program& program,
                           std::size_t own_begin,
                           const ImportRecord& record) const {
  Program out = program;
  out.arguments.resize(std::min(own_begin, out.arguments.size()));
  std::erase_if(out.environment, differs_between_attempts);
  out.memory_bytes = 0;
  put(out, "zygote", own_begin, record);
  return out;
}

bool differs_between_attempts(const std::string& variable) {
  return variable.starts_with("LUTHIER_") || variable.starts_with("CUDA_VISIBLE_DEVICES=");
}

}  // namespace luthier
