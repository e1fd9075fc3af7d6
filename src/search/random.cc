// Random search (Bergstra and Bengio, 2012): independent draws, identical under any number of
// workers.
#include "luthier/searcher.h"

namespace luthier {
namespace {

class RandomSearch : public Searcher {
 public:
  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    Rng rng(view.seed(), "space", static_cast<std::uint64_t>(trial.value));
    const auto cell = static_cast<std::uint64_t>(trial.value) % view.space().grid_size();
    auto config = view.space().sample(rng, cell);
    if (!config) {
      return Exhausted{config.error().message};
    }
    return Proposal{.config = std::move(*config), .reason = "independent draw"};
  }
};

}  // namespace

SearcherPlugin searcher_random() {
  return {
      .info = {.summary = "independent draws from the declared distributions",
               .paper = "Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, 2012",
               .multi_objective = true},
      .reads_results = false,
      .make = [](const PluginContext&) -> Result<std::unique_ptr<Searcher>> {
        return std::unique_ptr<Searcher>(std::make_unique<RandomSearch>());
      }};
}

}  // namespace luthier
