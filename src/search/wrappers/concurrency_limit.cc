// A searcher around another that proposes nothing while so many trials run or are to run: what the
// one inside proposes next then knows more. Trials that wait paused don't count, so that a
// scheduler that waits for further trials gets them.
#include <memory>

#include "search/wrappers/wrapper.h"

namespace luthier {
namespace {

class ConcurrencyLimit : public Searcher {
 public:
  ConcurrencyLimit(std::int64_t most, std::unique_ptr<Searcher> inside)
      : most_(most), inside_(std::move(inside)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    return view.running_count() < most_ ? inside_->suggest(view, trial) : Suggestion(Wait{});
  }
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    inside_->on_trial_added(view, trial);
  }
  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    inside_->on_result(view, trial, result);
  }
  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    inside_->on_trial_changed(view, trial);
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    inside_->on_trial_ended(view, trial);
  }

 private:
  std::int64_t most_;
  std::unique_ptr<Searcher> inside_;
};

}  // namespace

PluginInfo concurrency_limit_info() {
  return wrapper_info(
      "lets another searcher propose only while few trials run",
      {.name = "most",
       .type = OptionType::integer,
       .default_value = 4,
       .meaning = "trials that run or are to run at a time; more keeps more workers "
                  "busy, each proposal knowing less",
       .minimum = 1,
       .maximum = 1000000});
}

std::unique_ptr<Searcher> make_concurrency_limit(const PluginContext& context,
                                                 std::unique_ptr<Searcher> inside) {
  return std::make_unique<ConcurrencyLimit>(context.options.integer("most"), std::move(inside));
}

}  // namespace luthier
