#include "tuner/stored/control_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>

#include "base/check.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"

namespace luthier {
namespace {

constexpr std::string_view kRequest = ".request";
constexpr std::string_view kAnswer = ".answer";
constexpr std::size_t kLargestRequest = 4096;

Error refused(const char* why) {
  return {ErrorCode::invalid_argument, std::string("the request can't be read: ") + why};
}

bool write_whole(int file, std::string_view content) {
  return ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
}

// Whole or not at all: written beside, then renamed.
Result<> write_file(const ContainedFiles& files,
                    const std::string& name,
                    const std::string& content) {
  const std::string temporary = name + ".tmp";
  FileDescriptor file = files.open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  const bool written = file && fchmod(file.get(), 0600) == 0 && write_whole(file.get(), content);
  file.reset();
  if (!written || !files.rename(temporary, name)) {
    return Error{is_foreign(errno) ? ErrorCode::corruption : ErrorCode::io,
                 formatted("can't write {}: {}; check the directory's permissions and free space",
                           files.path(name).string(),
                           file_trouble(errno))};
  }
  return {};
}

// Nothing when it can't be read.
std::optional<std::string> read_file(const ContainedFiles& files, const std::string& name) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  std::string content(kLargestRequest, '\0');
  const ssize_t count = file ? ::read(file.get(), content.data(), content.size()) : -1;
  content.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return count < 0 ? std::nullopt : std::optional(std::move(content));
}

std::string text_of(const NamedValues& values, std::string_view name) {
  const Value* value = values.find(name);
  return value && value->text() ? *value->text() : std::string();
}

Result<> read_into(ControlRequest& request, std::string_view text) {
  LUTHIER_TAKE(const auto values, parse_json_object(text));
  const Value* trial = values.find("trial");
  request.trial.value = trial ? trial->integer().value_or(-1) : -1;
  request.who = text_of(values, "who");
  LUTHIER_TAKE(const auto kind, read_request(text_of(values, "request"), request.trial));
  request.request = kind;
  return {};
}

enum class Waited : std::uint8_t { answered, left, too_long };

Waited wait_for(const ContainedFiles& files,
                const std::string& answer,
                std::chrono::milliseconds patience,
                const std::function<bool()>& is_there) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!files.status(answer)) {
    if (std::chrono::steady_clock::now() > give_up) {
      return Waited::too_long;
    }
    if (!is_there()) {  // what it answered before it left stands there now
      return files.status(answer) ? Waited::answered : Waited::left;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Waited::answered;
}

Result<std::optional<std::string>> read_answer(const ContainedFiles& files,
                                               const std::string& name) {
  const auto reply = parse_json_object(read_file(files, name).value_or(std::string()));
  files.remove(name);
  if (!reply) {
    return reply.error();
  }
  const Value* ok = reply->find("ok");
  if (ok && ok->boolean() && *ok->boolean()) {
    return std::optional(text_of(*reply, "message"));
  }
  return Error{ErrorCode::invalid_argument, text_of(*reply, "message")};
}

}  // namespace

std::vector<ControlRequest> ControlFiles::take() const {
  auto names = files_.list({}).value_or(std::vector<std::string>());
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kRequest); });
  std::ranges::sort(names);
  std::vector<ControlRequest> requests;
  for (const auto& name : names) {
    const auto text = read_file(files_, name);
    files_.remove_all(name);
    ControlRequest request{.id = name.substr(0, name.size() - kRequest.size())};
    const auto read = text ? read_into(request, *text) : refused("it is not a regular file");
    if (read) {
      requests.push_back(std::move(request));
    } else {
      answer(request, read.error());
    }
  }
  return requests;
}

void ControlFiles::answer(const ControlRequest& request, const Result<>& result) const {
  const NamedValues values{{"ok", result.ok()},
                           {"message", result.ok() ? "done" : result.error().message}};
  // Nobody may be waiting any more; then the file is all that remains of the request.
  static_cast<void>(write_file(files_, request.id + std::string(kAnswer), to_json(values)));
}

Result<std::optional<std::string>> ControlFiles::ask(const ControlRequest& request,
                                                     std::chrono::milliseconds patience,
                                                     const std::function<bool()>& is_there) const {
  const NamedValues values{
      {"request", to_text(request.request)}, {"trial", request.trial.value}, {"who", request.who}};
  const std::string asked = request.id + std::string(kRequest);
  const std::string answered = request.id + std::string(kAnswer);
  LUTHIER_TRY(write_file(files_, asked, to_json(values)));
  switch (wait_for(files_, answered, patience, is_there)) {
    case Waited::answered:
      return read_answer(files_, answered);
    case Waited::left:
      files_.remove(asked);
      return std::optional<std::string>();
    case Waited::too_long:
      files_.remove(asked);
      return failure(ErrorCode::unavailable,
                     "the running controller did not answer within {} s; look at it with `luthier "
                     "show`",
                     format_number(std::chrono::duration<double>(patience).count()));
  }
  LUTHIER_CHECK(false, "a way to wait");
}

}  // namespace luthier
