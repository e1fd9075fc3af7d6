#include "tuner/control_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/text.h"
#include "core/json.h"

namespace luthier {
namespace {

constexpr std::string_view kRequest = ".request";
constexpr std::string_view kAnswer = ".answer";
constexpr std::size_t kLargestRequest = 4096;

// Whole or not at all: written beside, then renamed.
Result<> write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  const int file =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool written =
      file >= 0 && fchmod(file, 0600) == 0 &&
      write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  if (file >= 0) {
    close(file);
  }
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) {
    return Error{
        ErrorCode::io,
        "can't write " + path.string() + "; check the directory's permissions and free space"};
  }
  return {};
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content(kLargestRequest, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  return content;
}

std::string text_of(const NamedValues& values, std::string_view name) {
  const Value* value = values.find(name);
  return value && value->text() ? *value->text() : std::string();
}

}  // namespace

std::vector<ControlRequest> ControlFiles::take() const {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
    if (entry.path().extension() == kRequest) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  std::vector<ControlRequest> requests;
  for (const auto& file : files) {
    const auto values = parse_json_object(read_file(file));
    std::filesystem::remove(file, ignored);
    ControlRequest request{.id = file.stem().string()};
    if (values) {
      request.request = text_of(*values, "request");
      request.who = text_of(*values, "who");
      const Value* trial = values->find("trial");
      request.trial.value = trial ? trial->integer().value_or(-1) : -1;
      requests.push_back(std::move(request));
    } else {
      answer(request, values.error());
    }
  }
  return requests;
}

void ControlFiles::answer(const ControlRequest& request, const Result<>& result) const {
  const NamedValues values{{"ok", result.ok()},
                           {"message", result.ok() ? "done" : result.error().message}};
  // Nobody may be waiting any more; then the file is all that remains of the request.
  static_cast<void>(write_file(directory_ / (request.id + std::string(kAnswer)), to_json(values)));
}

Result<std::string> ControlFiles::ask(const ControlRequest& request,
                                      std::chrono::milliseconds patience) const {
  const NamedValues values{
      {"request", request.request}, {"trial", request.trial.value}, {"who", request.who}};
  const auto asked = directory_ / (request.id + std::string(kRequest));
  if (const auto written = write_file(asked, to_json(values)); !written) {
    return written.error();
  }
  const auto answered = directory_ / (request.id + std::string(kAnswer));
  const auto give_up = std::chrono::steady_clock::now() + patience;
  std::error_code ignored;
  while (!std::filesystem::exists(answered, ignored)) {
    if (std::chrono::steady_clock::now() > give_up) {
      std::filesystem::remove(asked, ignored);
      return Error{ErrorCode::unavailable,
                   "the running controller did not answer within " +
                       format_number(std::chrono::duration<double>(patience).count()) +
                       " s; look at it with `luthier show`"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto reply = parse_json_object(read_file(answered));
  std::filesystem::remove(answered, ignored);
  if (!reply) {
    return reply.error();
  }
  const Value* ok = reply->find("ok");
  if (ok && ok->boolean() && *ok->boolean()) {
    return text_of(*reply, "message");
  }
  return Error{ErrorCode::invalid_argument, text_of(*reply, "message")};
}

}  // namespace luthier
