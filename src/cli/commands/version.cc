#include <array>

#include "cli/command.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier version")};
constexpr std::array kOptions = {kJson};

int run(const Arguments& arguments) {
  const std::string version = LUTHIER_VERSION;
  return finish(arguments.has("json") ? "{\"schema\": 1, \"version\": \"" + version + "\"}\n"
                                      : "luthier " + version + "\n");
}

}  // namespace

extern const Command kVersion;
const Command kVersion = {.name = "version",
                          .summary = "print the version",
                          .examples = kExamples,
                          .options = kOptions,
                          .run = run};

}  // namespace luthier::cli
