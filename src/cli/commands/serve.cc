// Serves the experiments of a directory over HTTP: pages for people, JSON for programs.

#include <array>
#include <csignal>

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
           .meaning = "a token in its first line, which everyone needs then",
           .completes = Completes::file},
    Option{.name = "url",
           .argument = "URL",
           .meaning = "where people reach it through a proxy, such as https://tune.example.org; "
                      "everyone needs a token then"},
    kJson};

constexpr std::size_t kTokenBytes = 20;

Result<int> port_of(const Arguments& arguments) {
  constexpr int kUsual = 7420;
  const auto text = arguments.text("port");
  const auto number = text ? parse_integer(*text) : std::optional<std::int64_t>(kUsual);
  if (!number || *number < 0 || *number > 65535) {
    return Error{ErrorCode::invalid_argument,
                 "--port is '" + *text + "'; it must be a number from 0 to 65535"};
  }
  return static_cast<int>(*number);
}

Result<AccessRules> rules_of(const Arguments& arguments) {
  const std::string host = arguments.text("host").value_or("localhost");
  AccessRules rules{.address = host == "localhost" ? "127.0.0.1" : host, .host_name = host_name()};
  if (const auto file = arguments.text("token-file")) {
    LUTHIER_TAKE(rules.token, read_token(*file));
    rules.own_processes_are_trusted = false;
  } else {
    LUTHIER_TAKE(rules.token, random_secret(kTokenBytes));
  }
  if (const auto url = arguments.text("url")) {
    LUTHIER_TAKE(rules.url, checked_url(*url));
  }
  return rules;
}

// Where to look with a browser. With a token made for this run, which nobody else knows yet.
std::string address_of(const AccessRules& rules, bool with_token) {
  const bool everywhere = rules.address == "0.0.0.0" || rules.address == "::";
  const std::string host = everywhere ? rules.host_name : in_brackets(rules.address);
  const std::string direct = formatted("http://{}:{}", host, rules.port);
  return formatted(
      "{}/{}", rules.url.empty() ? direct : rules.url, with_token ? "?token=" + rules.token : "");
}

bool announce(const Arguments& arguments, const AccessRules& rules) {
  const std::string address = address_of(rules, !arguments.has("token-file"));
  if (!rules.loopback() && rules.url.empty()) {
    talk(
        "what is sent is not encrypted; on a network that others use, put a proxy with TLS in "
        "front, or listen on 127.0.0.1 and connect with ssh -L " +
        std::to_string(rules.port) + ":127.0.0.1:" + std::to_string(rules.port));
  }
  if (arguments.has("json")) {
    return print("{\"schema\": 1, \"address\": " + json_string(address) +
                 ", \"port\": " + std::to_string(rules.port) + "}\n");
  }
  talk("experiments of " + results_directory(arguments).string() + "; end with Ctrl-C");
  if (!rules.url.empty()) {
    talk(formatted("the proxy finds it at {}, port {}", rules.address, rules.port));
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

int run(const Arguments& arguments) {
  const auto end = end_event();
  if (!end) {
    return fail(end.error());
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto served = serve(arguments, end->get());
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
