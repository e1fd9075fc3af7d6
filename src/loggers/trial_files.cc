#include "loggers/trial_files.h"

#include <utility>

#include "loggers/private_files.h"

namespace luthier {

Result<> TrialFolder::open(std::string name) {
  auto flushed = flush();
  name_ = std::move(name);
  return flushed;
}

Result<> TrialFolder::flush() {
  if (waiting_.empty()) {
    return {};
  }
  const std::string bytes = std::exchange(waiting_, {});
  return directory_.empty() ? Result<>() : append_to_file(directory_ / name_, bytes);
}

Result<> TrialFolder::replace_end(std::size_t bytes, std::string_view by) {
  if (waiting_.size() >= bytes) {
    waiting_.replace(waiting_.size() - bytes, bytes, by);
    return {};
  }
  if (!directory_.empty()) {
    if (auto cut = cut_file(directory_ / name_, bytes); !cut) {
      return cut;
    }
  }
  waiting_.append(by);
  return {};
}

Result<> TrialFolder::replace(const std::string& name, std::string_view bytes) {
  return directory_.empty() ? Result<>() : replace_file(directory_ / name, bytes);
}

Result<> TrialFolder::rewrite(const Rewrite& rewrite) {
  if (auto flushed = flush(); !flushed || directory_.empty()) {
    return flushed;
  }
  const std::filesystem::path file = directory_ / name_;
  const std::filesystem::path temporary = temporary_name(file);
  if (auto written = rewrite(file, temporary); !written) {
    return written;
  }
  return move_file(temporary, file);
}

}  // namespace luthier
