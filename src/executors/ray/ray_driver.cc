#include "executors/ray/ray_driver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "executors/programs/child.h"
#include "executors/programs/guardian_client.h"
#include "executors/ray/ray_wire.h"

namespace luthier {
namespace {

constexpr int kTheirSocket = 3;
constexpr std::string_view kPythonPath = "PYTHONPATH=";
constexpr std::size_t kReadBytes = 1u << 16;
constexpr std::size_t kTalkKept = 1u << 14;
constexpr int kGoodbyeMs = 3000;

Error not_started(const std::string& program, int number) {
  return {
      ErrorCode::io,
      formatted(
          "{} could not be started: {}; give a Python that has Ray with --executor ray:python=PATH",
          program,
          errno_in_words(number))};
}

// This process's own, with the package to import, and the time after which Ray ends a process that
// can't reach the head: that is how a lost head is noticed.
std::vector<std::string> environment_of(const RayConnection& connection) {
  std::vector<std::string> out;
  std::string path = connection.package;
  for (char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with(kPythonPath)) {
      path += (path.empty() ? "" : ":") + std::string(text.substr(kPythonPath.size()));
    } else {
      out.emplace_back(text);
    }
  }
  if (!path.empty()) {
    out.push_back(std::string(kPythonPath) + path);
  }
  if (std::getenv("RAY_gcs_rpc_server_reconnect_timeout_s") == nullptr) {
    out.push_back("RAY_gcs_rpc_server_reconnect_timeout_s=" +
                  std::to_string(connection.patience.count()));
  }
  return out;
}

std::string text_of(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  const std::string* text = found != nullptr ? found->value.text() : nullptr;
  return text != nullptr ? *text : std::string();
}

RayAmounts amounts_of(const Json& object) {
  RayAmounts out;
  for (const auto& [name, value] : object.members) {
    const auto number = value.value.number();
    if (number && *number > 0) {
      out[name] = *number;
    }
  }
  return out;
}

std::vector<RayNode> nodes_of(const Json& word) {
  std::vector<RayNode> out;
  if (const Json* found = word.find("nodes")) {
    for (const Json& each : found->items) {
      const Json* resources = each.find("resources");
      out.push_back({text_of(each, "name"), resources ? amounts_of(*resources) : RayAmounts()});
    }
  }
  return out;
}

RayDriverWord word_of(const Json& json) {
  using Kind = RayDriverWord::Kind;
  if (json.find("ready") != nullptr) {
    return {.kind = Kind::ready, .text = text_of(json, "ready"), .nodes = nodes_of(json)};
  }
  if (json.find("unusable") != nullptr) {
    return {.kind = Kind::unusable, .text = text_of(json, "unusable")};
  }
  if (const Json* ended = json.find("ended")) {
    return {.kind = Kind::ended,
            .text = text_of(json, "reason"),
            .worker = static_cast<std::uint64_t>(ended->value.integer().value_or(0))};
  }
  return {.kind = Kind::nodes, .nodes = nodes_of(json)};
}

}  // namespace

Result<RayDriver> RayDriver::launch(const RayConnection& connection) {
  int ends[2];
  int talk[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return not_started(connection.interpreter, errno);
  }
  RayDriver driver;
  driver.socket_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs = above_standard(FileDescriptor(ends[1]));
  if (pipe2(talk, O_CLOEXEC) != 0) {
    return not_started(connection.interpreter, errno);
  }
  driver.talk_ = FileDescriptor(talk[0]);
  const FileDescriptor their_talk = above_standard(FileDescriptor(talk[1]));
  for (const int fd : {driver.socket(), driver.talk()}) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  const auto environment = environment_of(connection);
  std::vector<char*> variables;
  for (const auto& each : environment) {
    variables.push_back(const_cast<char*>(each.c_str()));
  }
  variables.push_back(nullptr);
  const int error = spawn_child(connection.interpreter,
                                {connection.interpreter, "-m", "luthier._ray_driver"},
                                variables.data(),
                                {{their_talk.get(), STDOUT_FILENO},
                                 {their_talk.get(), STDERR_FILENO},
                                 {theirs.get(), kTheirSocket}},
                                &driver.pid_);
  if (error != 0) {
    driver.pid_ = 0;
    return not_started(connection.interpreter, error);
  }
  driver.say_hello(connection);
  return driver;
}

void RayDriver::say_hello(const RayConnection& connection) {
  std::string line;
  JsonWriter(line)
      .object()
      .field("do", "connect")
      .field("address", connection.address)
      .field("node_ip", connection.node_ip)
      .field("code", connection.code)
      .field("version", ray_wire::kVersion)
      .end();
  send(line);
}

void RayDriver::start_worker(std::uint64_t worker,
                             const RayShape& shape,
                             const std::string& place) {
  std::string line;
  JsonWriter(line)
      .object()
      .field("do", "start")
      .field("worker", worker)
      .field("place", place)
      .field("resources", shape.resources)
      .field("strategy", shape.strategy)
      .field("bundles", shape.bundles)
      .end();
  send(line);
}

void RayDriver::kill_worker(std::uint64_t worker) {
  std::string line;
  JsonWriter(line).object().field("do", "kill").field("worker", worker).end();
  send(line);
}

void RayDriver::ask_nodes() {
  send(R"({"do": "nodes"})");
}

RayDriver::RayDriver(RayDriver&& other) noexcept
    : socket_(std::move(other.socket_)),
      talk_(std::move(other.talk_)),
      pid_(std::exchange(other.pid_, 0)),
      incoming_(std::move(other.incoming_)),
      outgoing_(std::move(other.outgoing_)),
      said_(std::move(other.said_)) {}

RayDriver& RayDriver::operator=(RayDriver&& other) noexcept {
  if (this != &other) {
    end();
    socket_ = std::move(other.socket_);
    talk_ = std::move(other.talk_);
    pid_ = std::exchange(other.pid_, 0);
    incoming_ = std::move(other.incoming_);
    outgoing_ = std::move(other.outgoing_);
    said_ = std::move(other.said_);
  }
  return *this;
}

RayDriver::~RayDriver() {
  end();
}

void RayDriver::end() {
  socket_.reset();
  if (pid_ == 0) {
    return;
  }
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd polled{process.get(), POLLIN, 0};
  if (!process || poll(&polled, 1, kGoodbyeMs) <= 0) {
    kill();
  }
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
  talk_.reset();
}

void RayDriver::kill() {
  if (pid_ != 0) {
    ::kill(pid_, SIGKILL);
  }
}

bool RayDriver::read() {
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    incoming_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  return count < 0 && (errno == EAGAIN || errno == EINTR);
}

std::optional<RayDriverWord> RayDriver::next() {
  const std::size_t end = incoming_.find('\n');
  if (end == std::string::npos) {
    return std::nullopt;
  }
  const auto json = parse_json(std::string_view(incoming_).substr(0, end));
  incoming_.erase(0, end + 1);
  return json ? word_of(*json)
              : RayDriverWord{.kind = RayDriverWord::Kind::unusable,
                              .text = "luthier-ray wrote a line that is not JSON"};
}

void RayDriver::send(std::string_view line) {
  outgoing_.append(line).append(1, '\n');
  flush();
}

void RayDriver::flush() {
  std::size_t sent = 0;
  while (sent < outgoing_.size()) {
    const ssize_t count = ::send(socket_.get(),
                                 outgoing_.data() + sent,
                                 outgoing_.size() - sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;  // its end is read, too
    }
    sent += static_cast<std::size_t>(count);
  }
  outgoing_.erase(0, sent);
}

void RayDriver::read_talk() {
  static thread_local std::array<char, kReadBytes> buffer;
  ssize_t count = 0;
  while (talk_ && (count = ::read(talk_.get(), buffer.data(), buffer.size())) > 0) {
    said_.append(buffer.data(), static_cast<std::size_t>(count));
    if (said_.size() > kTalkKept) {
      said_.erase(0, said_.size() - kTalkKept);
    }
  }
}

std::string RayDriver::how_it_ended() {
  int status = 0;
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd polled{process.get(), POLLIN, 0};
  if (pid_ == 0 || !process || poll(&polled, 1, kGoodbyeMs) <= 0 ||
      waitpid(pid_, &status, 0) != pid_) {
    return {};
  }
  pid_ = 0;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == 0 || signal == SIGABRT) {
    return {};
  }
  const char* name = sigdescr_np(signal);
  return formatted(
      "luthier-ray was ended by signal {} ({})", signal, name != nullptr ? name : "unknown");
}

// Ray ends its process with a wall of text; the first fatal line says what it is about. Python says
// it in the last line.
std::string RayDriver::last_words() {
  read_talk();
  if (is_refused()) {
    return "its token was refused";
  }
  if (const std::string signal = how_it_ended(); !signal.empty()) {
    return signal;
  }
  std::string last;
  std::string spoken;
  for (const auto& line : split(said_, '\n')) {
    const std::string text(trim(line));
    const auto message = text.find("] ");
    if (text.starts_with("[") && message != std::string::npos) {
      const bool fatal = text.substr(0, message).find(" C ") != std::string::npos;
      const bool error = text.substr(0, message).find(" E ") != std::string::npos;
      if (fatal) {
        return to_utf8(text.substr(message + 2));
      }
      last = error && last.empty() ? text.substr(message + 2) : last;
    }
    spoken = text.empty() ? spoken : text;
  }
  return to_utf8(last.empty() ? spoken : last);
}

Result<std::string> find_ray_python(const std::string& given) {
  const char* variable = std::getenv("LUTHIER_RAY_PYTHON");
  std::string name = !given.empty() ? given : variable != nullptr ? variable : "";
  if (name.empty()) {
    std::error_code ignored;
    const auto own = std::filesystem::current_path(ignored) / ".venv" / "bin" / "python";
    name = access(own.c_str(), X_OK) == 0 ? own.string() : "python3";
  }
  return find_program(name);
}

std::filesystem::path installed(const std::filesystem::path& file) {
  std::error_code ignored;
  std::vector<std::filesystem::path> programs = {
      std::filesystem::read_symlink("/proc/self/exe", ignored)};
  if (const auto luthier = find_program("luthier")) {
    programs.push_back(std::filesystem::canonical(*luthier, ignored));
  }
  for (const auto& program : programs) {
    const auto found = program.parent_path().parent_path() / file;
    if (std::filesystem::exists(found, ignored)) {
      return found;
    }
  }
  return {};
}

std::string ray_refusal(const std::string& address, const std::string& last_words) {
  const auto has = [&](const char* word) { return last_words.find(word) != std::string::npos; };
  if (has("uthenticat") || has("token") || has("Token")) {
    return formatted(
        "the Ray cluster at {} refused the authentication token; set RAY_AUTH_MODE=token and put "
        "the cluster's token into RAY_AUTH_TOKEN or ~/.ray/auth_token",
        address);
  }
  return formatted("the Ray cluster at {} can't be used{}; check with `ray status --address={}`",
                   address,
                   last_words.empty() ? "" : ": " + last_words,
                   address);
}

}  // namespace luthier
