// PythonModule: `import luthier` in the Python programs of trials, so that a script can report
// whether or not the package is installed for its interpreter. An archive with the report API
// stands last in PYTHONPATH; the module in it gives way to an installed package. It is a memory
// file that the interpreter finds below this process's /proc entry: nothing is written to a disk.
#pragma once

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "luthier/error.h"

namespace luthier {

class PythonModule {
 public:
  static Result<PythonModule> make();
  void offer(Program& program) const;

 private:
  FileDescriptor archive_;
};

}  // namespace luthier
