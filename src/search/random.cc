// Random search (Bergstra and Bengio, 2012): independent draws, identical under any number of
// workers. Over a finite space no configuration is drawn twice. With priors a constant share of the
// draws is from these: results change nothing.
#include "luthier/searcher.h"
#include "search/points/explored.h"
#include "search/priors/priors.h"

namespace luthier {
namespace {

class RandomSearch : public Searcher {
 public:
  explicit RandomSearch(Priors priors) : priors_(std::move(priors)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (auto believed = priors_.blind_proposal(view, trial, explored_)) {
      return *std::move(believed);
    }
    return explored_.as_declared(view, trial, "independent draw");
  }
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
    priors_.added(view, trial);
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    explored_.add(view.space(), view.config(trial));
  }

 private:
  Explored explored_;
  Priors priors_;
};

}  // namespace

SearcherPlugin searcher_random() {
  return {
      .info = {.summary = "independent draws from the declared distributions",
               .paper = "Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, 2012",
               .multi_objective = true,
               .requirements = true,
               .priors = true},
      .reads_results = false,
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
        return std::unique_ptr<Searcher>(std::make_unique<RandomSearch>(Priors(context)));
      }};
}

}  // namespace luthier
