// Serves the experiments of a directory over HTTP: pages for people, JSON for programs.
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/failure.h"
#include "base/file_descriptor.h"
#include "base/format.h"
#include "base/listening_socket.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/end_event.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "service/http/experiments_service.h"
#include "tuner/machine/machine.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier serve                                   # the experiments of "
                     "./luthier-results"),
    std::string_view("luthier serve --results /data/tuning --port 8080"),
    std::string_view("luthier serve --host 0.0.0.0 --token-file token   # for other machines")};
constexpr std::array kOptions = {
    kResults,
    Option{.name = "port",
           .argument = "N",
           .meaning = "the port to listen on; 0: any free one",
           .default_text = "7420"},
    Option{.name = "host",
           .argument = "ADDRESS",
           .meaning = "the IP address to listen on; from other machines a token is always needed",
           .default_text = "127.0.0.1"},
    Option{.name = "token-file",
           .argument = "FILE",
           .meaning = "a token in its first line, which everyone needs then; whoever has it may "
                      "also act",
           .completes = Completes::file},
    Option{.name = "viewer-token-file",
           .argument = "FILE",
           .meaning = "a token in its first line, for those who may only look",
           .completes = Completes::file},
    Option{.name = "url",
           .argument = "URL",
           .meaning = "where people reach it through a proxy, such as https://tune.example.org; "
                      "everyone needs a token then"},
    Option{.name = "while-input",
           .meaning = "end when standard input, a pipe, ends: with the program that holds it"},
    kJson};

constexpr std::size_t kTokenBytes = 20;

Result<int> port_of(const Arguments& arguments) {
  constexpr int kUsual = 7420;
  const auto text = arguments.text("port");
  const auto number = text ? parse_integer(*text) : std::optional<std::int64_t>(kUsual);
  if (!number || *number < 0 || *number > 65535) {
    return failure(
        ErrorCode::invalid_argument, "--port is '{}'; it must be a number from 0 to 65535", *text);
  }
  return static_cast<int>(*number);
}

// The tokens: those of files, or new ones. Where there is a file for operators, viewers have a
// token only if there is one for them too.
Result<> take_tokens(const Arguments& arguments, AccessRules& rules) {
  const auto file = arguments.text("token-file");
  const auto viewer_file = arguments.text("viewer-token-file");
  LUTHIER_TAKE(rules.token, file ? read_token(*file) : random_secret(kTokenBytes));
  rules.own_processes_are_trusted = !file;
  if (viewer_file) {
    LUTHIER_TAKE(rules.viewer_token, read_token(*viewer_file));
  } else if (!file) {
    LUTHIER_TAKE(rules.viewer_token, random_secret(kTokenBytes));
  }
  if (rules.token == rules.viewer_token) {
    return failure(ErrorCode::invalid_argument,
                   "{} and {} hold the same token; viewers need one of their own",
                   *file,
                   *viewer_file);
  }
  return {};
}

Result<AccessRules> rules_of(const Arguments& arguments) {
  const std::string host = arguments.text("host").value_or("localhost");
  AccessRules rules{.address = host == "localhost" ? "127.0.0.1" : host, .host_name = host_name()};
  LUTHIER_TRY(take_tokens(arguments, rules));
  if (const auto url = arguments.text("url")) {
    LUTHIER_TAKE(rules.url, checked_url(*url));
  }
  return rules;
}

// Where to look with a browser; with `token`, if it is not empty.
std::string address_of(const AccessRules& rules, const std::string& token) {
  const bool everywhere = rules.address == "0.0.0.0" || rules.address == "::";
  const std::string host = everywhere ? rules.host_name : in_brackets(rules.address);
  const std::string direct = formatted("http://{}:{}", host, rules.port);
  return formatted(
      "{}/{}", rules.url.empty() ? direct : rules.url, token.empty() ? "" : "?token=" + token);
}

void say_notes(const Arguments& arguments, const AccessRules& rules) {
  talk(formatted("experiments of {}; end with Ctrl-C", results_directory(arguments).string()));
  if (!rules.url.empty()) {
    talk(formatted("the proxy finds it at {}, port {}", rules.address, rules.port));
  }
}

// Tokens made for this run are in the addresses, since nobody knows them yet; those of files are
// not.
bool announce(const Arguments& arguments, const AccessRules& rules) {
  const std::string address = address_of(rules, arguments.has("token-file") ? "" : rules.token);
  const std::string viewers = arguments.has("token-file") || arguments.has("viewer-token-file")
                                  ? ""
                                  : address_of(rules, rules.viewer_token);
  if (!rules.loopback() && rules.url.empty()) {
    talk(
        formatted("what is sent is not encrypted; on a network that others use, put a proxy with "
                  "TLS in front, or listen on 127.0.0.1 and connect with ssh -L {}:127.0.0.1:{}",
                  rules.port,
                  rules.port));
  }
  if (arguments.has("json")) {
    std::string out;
    JsonWriter json(out);
    json.object().field("schema", 1).field("address", address);
    if (!viewers.empty()) {
      json.field("viewer_address", viewers);
    }
    json.field("port", rules.port).end();
    return print(out + "\n");
  }
  say_notes(arguments, rules);
  if (!viewers.empty()) {
    talk("read-only: " + viewers);
  }
  return print(address + "\n");
}

Result<> serve(const Arguments& arguments, int stop) {
  LUTHIER_TAKE(const auto port, port_of(arguments));
  LUTHIER_TAKE(auto rules, rules_of(arguments));
  const std::string address = rules.address;
  ExperimentsService service(results_directory(arguments), person(), std::move(rules));
  LUTHIER_TAKE(const auto server, HttpServer::listen(service, address, port));
  service.listens_on(server->port());
  return announce(arguments, service.rules()) ? server->serve(stop) : Result<>();
}

// Readable when either is, or has ended.
Result<FileDescriptor> either(int one, int other) {
  FileDescriptor out(epoll_create1(EPOLL_CLOEXEC));
  for (const int each : {one, other}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = each}};
    if (!out || epoll_ctl(out.get(), EPOLL_CTL_ADD, each, &event) != 0) {
      return Error{ErrorCode::invalid_argument,
                   "--while-input needs a pipe as standard input; drop it or give one"};
    }
  }
  return out;
}

int run(const Arguments& arguments) {
  const auto end = end_event();
  if (!end) {
    return fail(end.error());
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto stop = arguments.has("while-input") ? either(end->get(), STDIN_FILENO)
                                                 : Result<FileDescriptor>(FileDescriptor());
  if (!stop) {
    return fail(stop.error());
  }
  const auto served = serve(arguments, *stop ? stop->get() : end->get());
  return served ? kSuccess : fail(served.error());
}

}  // namespace

extern const Command kServe;
const Command kServe = {.name = "serve",
                        .summary = "show experiments in a browser, and serve them as JSON",
                        .examples = kExamples,
                        .options = kOptions,
                        .run = run};

}  // namespace luthier::cli
