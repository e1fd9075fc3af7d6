#include "tuner/machine/gpus.h"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "base/failure.h"
#include "base/text.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

// Device files nvidia0, nvidia1, ...; nvidiactl and others are none of a gpu's.
std::size_t device_files(const fs::path& directory) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const std::string_view number =
        name.starts_with("nvidia") ? std::string_view(name).substr(6) : std::string_view();
    const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    count += !number.empty() && digits ? 1 : 0;
  }
  return count;
}

// A container may see all of the driver's gpus and the files of some; files may outlive their gpus.
std::optional<std::size_t> count_gpus(const fs::path& root) {
  const std::size_t files = device_files(root / "dev");
  std::error_code error;
  fs::directory_iterator known(root / "proc/driver/nvidia/gpus", error);
  if (error) {
    return files > 0 ? std::optional(files) : std::nullopt;
  }
  return std::min(files, static_cast<std::size_t>(std::distance(known, fs::directory_iterator())));
}

bool is_gpu(const std::string& name, const std::optional<std::size_t>& count) {
  if (name.starts_with("GPU-") || name.starts_with("MIG-")) {
    return true;
  }
  const auto number = parse_integer(name);
  return number && *number >= 0 && (!count || *number < static_cast<std::int64_t>(*count));
}

}  // namespace

std::optional<std::vector<std::string>> visible_gpus(const char* variable, const fs::path& root) {
  const auto count = count_gpus(root);
  std::vector<std::string> names;
  if (variable == nullptr) {
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
      names.push_back(std::to_string(i));
    }
    return count ? std::optional(names) : std::nullopt;
  }
  for (const auto& part : split(variable, ',')) {
    std::string name(trim(part));
    if (!is_gpu(name, count)) {
      break;
    }
    names.push_back(std::move(name));
  }
  return names;
}

Result<SharedGpus> shared_gpus(double declared,
                               const std::optional<std::vector<std::string>>& visible) {
  if (!visible) {
    return SharedGpus{.amount = std::max(declared, 0.0), .names = {}};
  }
  const auto there = static_cast<double>(visible->size());
  if (declared > there) {
    return failure(ErrorCode::invalid_argument,
                   "--gpus is {}, and {}{} visible here; ask for fewer, or see "
                   "CUDA_VISIBLE_DEVICES and nvidia-smi",
                   format_number(declared),
                   counted(static_cast<std::int64_t>(visible->size()), "gpu"),
                   visible->size() == 1 ? " is" : " are");
  }
  return SharedGpus{.amount = declared < 0 ? there : declared, .names = *visible};
}

}  // namespace luthier
