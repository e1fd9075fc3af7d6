#include "support/fake_view_for_search.h"

#include "base/check.h"

namespace luthier::testing {

std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const NamedValues& options,
                                        std::uint64_t seed,
                                        Mode mode) {
  for (const SearcherRow& row : builtin_searchers()) {
    if (row.name == name) {
      const SearcherPlugin plugin = row.plugin();
      const std::vector<Objective> objectives = {{.metric = "loss", .mode = mode}};
      auto resolved = resolve_options(name, plugin.info.options, options);
      auto made =
          plugin.make({.options = resolved.value(), .objectives = objectives, .seed = seed});
      return std::move(made.value());
    }
  }
  LUTHIER_CHECK(false, "no such searcher");
}

FakeView::FakeView(const Space& space, std::uint64_t seed, Mode mode)
    : space_(std::move(CompiledSpace::compile(space).value())),
      objectives_({{.metric = "loss", .mode = mode}}),
      seed_(seed) {}

TrialId FakeView::add(Searcher& searcher, Config config) {
  const TrialId trial{trial_count()};
  trials_.push_back({.config = std::move(config)});
  searcher.on_trial_added(*this, trial);
  return trial;
}

void FakeView::report(Searcher& searcher, TrialId trial, double loss) {
  at(trial).state = TrialState::running;
  const TrialResult result{.training_iteration = ++at(trial).iteration,
                           .metrics = {{"loss", Value(loss)}}};
  searcher.on_result(*this, trial, result);
}

void FakeView::end(Searcher& searcher, TrialId trial, TrialState state) {
  at(trial).state = state;
  searcher.on_trial_ended(*this, trial);
}

void FakeView::change(Searcher& searcher, TrialId trial, Config config) {
  at(trial).config = std::move(config);
  searcher.on_trial_changed(*this, trial);
}

Suggestion FakeView::ask(const Searcher& searcher) const {
  return searcher.suggest(*this, TrialId{trial_count()});
}

std::optional<TrialId> FakeView::step(Searcher& searcher, const Function& function) {
  Suggestion suggestion = ask(searcher);
  auto* proposal = std::get_if<Proposal>(&suggestion);
  if (proposal == nullptr) {
    return std::nullopt;
  }
  const TrialId trial = add(searcher, std::move(proposal->config));
  report(searcher, trial, function(config(trial)));
  end(searcher, trial);
  return trial;
}

}  // namespace luthier::testing
