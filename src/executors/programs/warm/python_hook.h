// PythonHook: what makes an interpreter run warm_start.py before its script: an archive and a
// record of imports, both memory files that it finds below this process's /proc entry. Nothing is
// written to a disk.
#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "luthier/error.h"

namespace luthier {

// What attempts import, as warm_start.py notes it; an empty one to be written, or to be read.
class ImportRecord {
 public:
  static Result<ImportRecord> make(const std::string& text = "");
  std::string text() const;
  std::string path() const;

 private:
  FileDescriptor file_;
};

class PythonHook {
 public:
  static Result<PythonHook> make();
  // The program, whose imports are recorded. `own_begin`: python_command.h.
  Program recording(const Program& program,
                    std::size_t own_begin,
                    const ImportRecord& record) const;
  // The same for one that a zygote forks.
  Program recording_forked(const Program& program, const ImportRecord& record) const;
  // A zygote for programs whose arguments begin with the same `own_begin` ones.
  Program zygote(const Program& program, std::size_t own_begin, const ImportRecord& record) const;

 private:
  void put(Program& program,
           const std::string& mode,
           std::size_t own_begin,
           const ImportRecord& record) const;
  std::string task(const std::string& mode,
                   const ImportRecord& record,
                   const std::string& script) const;

  FileDescriptor archive_;
};

// Whether a variable ("NAME=value") may differ between attempts that one zygote forks.
bool differs_between_attempts(const std::string& variable);

}  // namespace luthier
