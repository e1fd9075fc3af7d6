#include <array>

#include "cli/command.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"
#include "core/json_writer.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier version")};
constexpr std::array kOptions = {kJson};

int run(const Arguments& arguments) {
  std::string out;
  if (arguments.has("json")) {
    JsonWriter(out).object().field("schema", 1).field("version", LUTHIER_VERSION).end();
    return finish(out + "\n");
  }
  return finish("luthier " LUTHIER_VERSION "\n");
}

}  // namespace

extern const Command kVersion;
const Command kVersion = {.name = "version",
                          .summary = "print the version",
                          .examples = kExamples,
                          .options = kOptions,
                          .run = run};

}  // namespace luthier::cli
