// Wrappers: searchers around another one, which their text option `searcher` names with its
// options, "tpe:candidates=64". That one may be a wrapper again. Whether several objectives,
// requirements and priors are taken is up to the searcher inside.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "luthier/experiment_spec.h"
#include "luthier/searcher.h"

namespace luthier {

struct SearcherWrapper {
  std::string_view name;
  PluginInfo (*info)();
  std::unique_ptr<Searcher> (*make)(const PluginContext& context, std::unique_ptr<Searcher> inside);
};

std::span<const SearcherWrapper> searcher_wrappers();
const SearcherWrapper* find_wrapper(std::string_view name);  // null: it is none

// What a wrapper with these options, all of them, is around.
Result<PluginSpec> searcher_inside(const PluginSpec& wrapper);

// With `option`, and the one that names the searcher inside.
PluginInfo wrapper_info(std::string summary, OptionSpec option);

PluginInfo repeat_info();
std::unique_ptr<Searcher> make_repeat(const PluginContext& context,
                                      std::unique_ptr<Searcher> inside);
PluginInfo concurrency_limit_info();
std::unique_ptr<Searcher> make_concurrency_limit(const PluginContext& context,
                                                 std::unique_ptr<Searcher> inside);

}  // namespace luthier
