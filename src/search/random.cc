// Random search (Bergstra and Bengio, 2012): independent draws, identical under any number of
// workers. Over a finite space no configuration is drawn twice.
#include "luthier/searcher.h"
#include "search/points/explored.h"

namespace luthier {
namespace {

class RandomSearch : public Searcher {
 public:
  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    return explored_.as_declared(view, trial, "independent draw");
  }
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
  }

 private:
  Explored explored_;
};

}  // namespace

SearcherPlugin searcher_random() {
  return {
      .info = {.summary = "independent draws from the declared distributions",
               .paper = "Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, 2012",
               .multi_objective = true,
               .requirements = true},
      .reads_results = false,
      .make = [](const PluginContext&) -> Result<std::unique_ptr<Searcher>> {
        return std::unique_ptr<Searcher>(std::make_unique<RandomSearch>());
      }};
}

}  // namespace luthier
