#include "search/wrappers/wrapper.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/failure.h"

namespace luthier {

std::span<const SearcherWrapper> searcher_wrappers() {
  static constexpr std::array kWrappers = {
      SearcherWrapper{"concurrency_limit", concurrency_limit_info, make_concurrency_limit},
      SearcherWrapper{"repeat", repeat_info, make_repeat}};
  return kWrappers;
}

const SearcherWrapper* find_wrapper(std::string_view name) {
  const auto rows = searcher_wrappers();
  const auto found = std::ranges::find(rows, name, &SearcherWrapper::name);
  return found == rows.end() ? nullptr : &*found;
}

PluginInfo wrapper_info(std::string summary, OptionSpec option) {
  return {.summary = std::move(summary),
          .paper = {},
          .options = {std::move(option),
                      {.name = "searcher",
                       .type = OptionType::text,
                       .default_value = "auto",
                       .meaning = "the searcher inside, with its options: \"tpe:candidates=64\""}},
          .multi_objective = true,
          .requirements = true,
          .priors = true};
}

Result<PluginSpec> searcher_inside(const PluginSpec& wrapper) {
  const Value* given = wrapper.options.find("searcher");
  const std::string* text = given != nullptr ? given->text() : nullptr;
  if (text == nullptr) {
    return failure(ErrorCode::invalid_argument,
                   "option 'searcher' of searcher '{}' is not text; name the searcher inside",
                   wrapper.name);
  }
  auto inside = parse_plugin_spec(*text);
  if (!inside) {
    return failure(ErrorCode::invalid_argument,
                   "option 'searcher' of searcher '{}': {}",
                   wrapper.name,
                   inside.error().message);
  }
  return inside;
}

}  // namespace luthier
