// remarks.json: read by anybody, replaced by one writer at a time.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/system_clock.h"
#include "store/files.h"
#include "tuner/stored/remarks.h"

namespace luthier {
namespace {

constexpr const char* kName = "remarks.json";
constexpr const char* kNew = "remarks.json.new";
constexpr const char* kLock = "remarks.lock";
constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kPause = std::chrono::milliseconds(5);

// Held while the file is replaced. The kernel drops it when its holder dies; the empty file stays.
Result<FileDescriptor> locked(const ContainedFiles& files) {
  FileDescriptor file = files.open(kLock, O_RDWR | O_CREAT);
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (file) {
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) {
      return file;
    }
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      break;
    }
    if (std::chrono::steady_clock::now() > give_up) {
      return failure(ErrorCode::unavailable,
                     "another process has been writing {} for seconds; try again",
                     files.path(kName).string());
    }
    std::this_thread::sleep_for(kPause);
  }
  return system_error("write", files.path(kLock));
}

// Nothing: there is no such file.
Result<std::optional<std::string>> text_of(const ContainedFiles& files) {
  const FileDescriptor file = files.open(kName, O_RDONLY);
  if (!file && errno == ENOENT) {
    return std::optional<std::string>();
  }
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return system_error("read", files.path(kName));
  }
  std::string text(
      std::min<std::size_t>(static_cast<std::size_t>(status.st_size), kMostRemarks + 1), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + have, text.size() - have);
    if (count <= 0) {
      break;
    }
    have += static_cast<std::size_t>(count);
  }
  text.resize(have);
  return std::optional(std::move(text));
}

std::string unreadable(const ContainedFiles& files, const std::string& why) {
  return formatted("can't read the notes in {}: {}; without that file there are none",
                   files.path(kName).string(),
                   why);
}

Result<AllRemarks> read_all(const ContainedFiles& files) {
  LUTHIER_TAKE(const auto text, text_of(files));
  if (!text) {
    return AllRemarks();
  }
  if (text->size() > kMostRemarks) {
    return Error{ErrorCode::corruption, unreadable(files, "it is larger than 8 MB")};
  }
  auto all = parse_remarks(*text);
  return all ? std::move(all)
             : Error{ErrorCode::corruption, unreadable(files, all.error().message)};
}

Result<> write_new(const ContainedFiles& files, const std::string& text) {
  files.remove(kNew);  // what a killed writer left, or a link that somebody put there
  const FileDescriptor file = files.open(kNew, O_WRONLY | O_CREAT | O_EXCL);
  if (!file || ::fchmod(file.get(), 0600) != 0) {
    return system_error("write", files.path(kNew));
  }
  LUTHIER_TRY(write_all(file.get(), text, files.path(kNew)));
  return ::fsync(file.get()) == 0 ? Result<>() : system_error("write", files.path(kNew));
}

Result<> replace(const ContainedFiles& files, const std::string& text) {
  auto written = write_new(files, text);
  if (!written) {
    files.remove(kNew);
    return written;
  }
  if (!files.rename(kNew, kName)) {
    return system_error("write", files.path(kName));
  }
  return sync_directory(files, {});
}

std::string answer_to(const RemarkChange& change,
                      const std::string& name,
                      const Remarks& before,
                      const Remarks& now) {
  const std::string whose = change.trial.value < 0 ? name : "trial " + to_text(change.trial);
  if (!change.note) {
    return now.tags.empty() ? whose + " has no tags"
                            : formatted("{} is tagged {}", whose, join(now.tags, ", "));
  }
  const std::string_view what = now.note.empty()      ? "the note on {} was removed"
                                : before.note.empty() ? "wrote the note on {}"
                                : change.append       ? "added a paragraph to the note on {}"
                                                      : "replaced the note on {}";
  std::string sentence(what);
  return sentence.replace(sentence.find("{}"), 2, whose);
}

}  // namespace

AllRemarks read_remarks(const std::filesystem::path& experiment) {
  auto all = read_all(ContainedFiles(experiment));
  return all ? *std::move(all) : AllRemarks{.problem = all.error().message};
}

Result<RemarkAnswer> change_remarks(const std::filesystem::path& experiment,
                                    const RemarkChange& change) {
  const ContainedFiles files(experiment);
  LUTHIER_TAKE(const auto lock, locked(files));
  LUTHIER_TAKE(auto all, read_all(files));
  const AllRemarks before = all;
  LUTHIER_TRY(apply(change, SystemClock().now(), all));
  if (all != before) {
    const std::string text = to_json(all) + "\n";
    if (text.size() > kMostRemarks) {
      return failure(ErrorCode::invalid_argument,
                     "the notes of {} would be larger than 8 MB together; shorten one",
                     experiment.filename().string());
    }
    LUTHIER_TRY(replace(files, text));
  }
  const Remarks& now = all.of(change.trial);
  return RemarkAnswer{
      answer_to(change, experiment.filename().string(), before.of(change.trial), now), now};
}

bool is_remarks_file(std::string_view name) {
  return name == kName || name == kNew || name == kLock;
}

Result<> copy_remarks(const std::filesystem::path& from, const std::filesystem::path& to) {
  LUTHIER_TAKE(const auto text, text_of(ContainedFiles(from)));
  return text ? replace(ContainedFiles(to), *text) : Result<>();
}

}  // namespace luthier
