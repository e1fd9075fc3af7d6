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
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::string_view kRequest = ".request";
constexpr std::string_view kAnswer = ".answer";
constexpr std::size_t kLargestRequest = 128 << 10;  // one with a configuration

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
    return failure(is_foreign(errno) ? ErrorCode::corruption : ErrorCode::io,
                   "can't write {}: {}; check the directory's permissions and free space",
                   files.path(name).string(),
                   file_trouble(errno));
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

std::string text_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member && member->value.text() ? *member->value.text() : std::string();
}

std::int64_t integer_of(const Json& json, std::string_view name, std::int64_t otherwise) {
  const Json* member = json.find(name);
  return member ? member->value.integer().value_or(otherwise) : otherwise;
}

// Members that are values; the space knows which it has.
Result<Config> config_of(const Json& json) {
  Config config;
  const Json* member = json.find("config");
  for (const auto& [name, each] : member ? member->members : decltype(Json::members)()) {
    auto value = each.to_value();
    if (!value) {
      return refused("a parameter's value is an object");
    }
    config.set(name, *std::move(value));
  }
  return config;
}

Result<> read_into(ControlRequest& request, std::string_view text) {
  LUTHIER_TAKE(const auto json, parse_json(text, {.special_numbers = true}));
  request.trial.value = integer_of(json, "trial", -1);
  request.who = text_of(json, "who");
  if (std::string id = text_of(json, "id"); !id.empty()) {
    request.id = std::move(id);
  }
  request.more_samples = integer_of(json, "more_samples", 0);
  const Json* time = json.find("more_time_s");
  request.more_time_s = time ? time->value.number().value_or(0) : 0;
  LUTHIER_TAKE(request.config, config_of(json));
  LUTHIER_TAKE(request.request, read_request(text_of(json, "request"), request.trial));
  return {};
}

std::string written(const ControlRequest& request) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("request", to_text(request.request))
      .field("trial", request.trial.value)
      .field("who", request.who)
      .field("id", request.id);
  if (request.request == RequestKind::extend) {
    json.field("more_samples", request.more_samples).field("more_time_s", request.more_time_s);
  }
  if (request.request == RequestKind::enqueue) {
    json.raw_field("config", to_json(request.config));
  }
  json.end();
  return out;
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

Result<std::optional<TrialId>> read_answer(const ContainedFiles& files, const std::string& name) {
  const auto reply = parse_json(read_file(files, name).value_or(std::string()));
  files.remove(name);
  if (!reply) {
    return reply.error();
  }
  const Json* ok = reply->find("ok");
  if (ok && ok->value.boolean() && *ok->value.boolean()) {
    return std::optional(TrialId{integer_of(*reply, "trial", -1)});
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
    const std::string file = name.substr(0, name.size() - kRequest.size());
    ControlRequest request{.id = file, .file = file};
    const auto read = text ? read_into(request, *text) : refused("it is not a regular file");
    if (read) {
      requests.push_back(std::move(request));
    } else {
      answer(request, read.error());
    }
  }
  return requests;
}

void ControlFiles::answer(const ControlRequest& request, const Result<TrialId>& result) const {
  const NamedValues values{{"ok", result.ok()},
                           {"message", result.ok() ? "done" : result.error().message},
                           {"trial", result.ok() ? result->value : -1}};
  // Nobody may be waiting any more; then the file is all that remains of the request.
  static_cast<void>(write_file(files_, request.file + std::string(kAnswer), to_json(values)));
}

Result<std::optional<TrialId>> ControlFiles::ask(const ControlRequest& request,
                                                 std::chrono::milliseconds patience,
                                                 const std::function<bool()>& is_there) const {
  const std::string content = written(request);
  if (content.size() > kLargestRequest) {
    return refused("it is larger than 128 KB");
  }
  const std::string asked = request.file + std::string(kRequest);
  const std::string answered = request.file + std::string(kAnswer);
  LUTHIER_TRY(write_file(files_, asked, content));
  switch (wait_for(files_, answered, patience, is_there)) {
    case Waited::answered:
      return read_answer(files_, answered);
    case Waited::left:
      files_.remove(asked);
      return std::optional<TrialId>();
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
