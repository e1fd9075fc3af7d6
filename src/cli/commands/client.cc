// Serves one program through the client protocol; what the Python package starts.
#include "cli/commands/client.h"

#include <fcntl.h>

#include <array>
#include <csignal>

#include "base/format.h"
#include "base/text.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"
#include "service/client_service.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier client          # one JSON object a line: docs/client_protocol.md")};
constexpr std::array kOptions = {
    Option{.name = "fd",
           .argument = "N",
           .meaning = "the descriptor of a socket, instead of standard input and output"}};

int run(const Arguments& arguments) {
  int in = 0;
  int out = 1;
  if (const auto text = arguments.text("fd")) {
    const auto number = parse_integer(*text);
    if (!number || *number < 0 || *number > 1'000'000) {
      return fail_usage(
          formatted("--fd is '{}'; it must be the number of an open descriptor", *text));
    }
    in = out = static_cast<int>(*number);
  }
  if (in > 2) {
    fcntl(in, F_SETFD, FD_CLOEXEC);  // no trial is to have it
  }
  std::signal(SIGPIPE, SIG_IGN);
  // What interrupts a run must not end this process before the run begins or after it has ended; a
  // program that is started from here has neither ignored, nohup or not.
  std::signal(SIGINT, [](int) {});
  std::signal(SIGHUP, [](int) {});
  LineSocket socket(in, out);
  ClientService(socket).serve();
  return kSuccess;
}

}  // namespace

const Command kClient = {.name = "client",
                         .summary = "serve a program that drives experiments",
                         .examples = kExamples,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli
