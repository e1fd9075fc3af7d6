#include "loggers/trial_files.h"

#include <utility>

#include "base/try.h"
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
  return files_ ? append_to_file(*files_, directory_ / name_, bytes) : Result<>();
}

Result<> TrialFolder::replace_end(std::size_t bytes, std::string_view by) {
  if (waiting_.size() >= bytes) {
    waiting_.replace(waiting_.size() - bytes, bytes, by);
    return {};
  }
  if (files_) {
    LUTHIER_TRY(cut_file(*files_, directory_ / name_, bytes));
  }
  waiting_.append(by);
  return {};
}

Result<> TrialFolder::replace(const std::string& name, std::string_view bytes) {
  return files_ ? replace_file(*files_, directory_ / name, bytes) : Result<>();
}

Result<> TrialFolder::rewrite(const Rewrite& rewrite) {
  if (auto flushed = flush(); !flushed || !files_) {
    return flushed;
  }
  const std::filesystem::path file = directory_ / name_;
  const std::filesystem::path temporary = temporary_name(file);
  LUTHIER_TRY(rewrite(*files_, file, temporary));
  return move_file(*files_, temporary, file);
}

}  // namespace luthier
