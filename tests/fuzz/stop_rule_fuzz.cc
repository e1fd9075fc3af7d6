// Stop rules, and plugins with options ("asha:max_t=81"): whatever is accepted has a canonical form
// that parses back to itself. The first line: metrics that are known, with commas between them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "input.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

void check_rule(std::string_view text, const std::vector<std::string>& known) {
  const auto rule = parse_stop_rule(text, known);
  if (!rule) {
    return;
  }
  const auto again = parse_stop_rule(rule->text);
  LUTHIER_CHECK(again && *again == *rule, rule->text.c_str());
}

void check_plugin(std::string_view text) {
  const auto spec = parse_plugin_spec(text);
  if (!spec) {
    return;
  }
  const std::string canonical = to_text(*spec);
  const auto again = parse_plugin_spec(canonical);
  LUTHIER_CHECK(again && *again == *spec, canonical.c_str());
}

void check_score(std::string_view text) {
  const auto score = parse_score(text);
  LUTHIER_CHECK(!score || *parse_score(to_text(*score)) == *score, "a score changed on its way");
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  luthier::Input input(data, size);
  const std::string first(input.up_to('\n'));
  std::vector<std::string> known;
  for (const auto& name : luthier::split(first, ',')) {
    known.emplace_back(name);
  }
  const std::string_view text = input.rest();
  luthier::check_rule(text, known);
  luthier::check_plugin(text);
  luthier::check_score(text);
  return 0;
}
