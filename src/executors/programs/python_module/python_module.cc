#include "executors/programs/python_module/python_module.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/format.h"
#include "base/try.h"
#include "executors/programs/spawn_packet.h"
#include "executors/programs/warm/stored_zip.h"

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char luthier_python_module_begin[];
extern const char luthier_python_module_end[];
extern const char luthier_python_init_begin[];
extern const char luthier_python_init_end[];
extern const char luthier_python_trial_begin[];
extern const char luthier_python_trial_end[];
extern const char luthier_python_values_begin[];
extern const char luthier_python_values_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {
namespace {

constexpr std::string_view kPythonPath = "PYTHONPATH=";

std::string_view text(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};  // NOLINT(*-security.PointerSub)
}

std::string archive() {
  return stored_zip(
      {{"luthier.py", text(luthier_python_module_begin, luthier_python_module_end)},
       {"trial/luthier/__init__.py", text(luthier_python_init_begin, luthier_python_init_end)},
       {"trial/luthier/_trial.py", text(luthier_python_trial_begin, luthier_python_trial_end)},
       {"trial/luthier/_values.py", text(luthier_python_values_begin, luthier_python_values_end)}});
}

}  // namespace

Result<PythonModule> PythonModule::make() {
  const std::string bytes = archive();
  PythonModule out;
  LUTHIER_TAKE(out.archive_, memory_file("luthier-python", bytes.data(), bytes.size(), 0));
  return out;
}

void PythonModule::offer(Program& program) const {
  const std::string place = formatted("/proc/{}/fd/{}", getpid(), archive_.get());
  const auto found = std::ranges::find_if(program.environment, [](const std::string& variable) {
    return variable.starts_with(kPythonPath);
  });
  if (found == program.environment.end()) {
    program.environment.push_back(std::string(kPythonPath) + place);
  } else {
    *found += (found->size() == kPythonPath.size() ? "" : ":") + place;
  }
}

}  // namespace luthier
