#include "support/fake_view_for_search.h"

#include "base/check.h"
#include "core/space/prior_check.h"
#include "search/wrappers/wrapper.h"

namespace luthier::testing {
namespace {

std::unique_ptr<Searcher> made(std::string_view name,
                               const NamedValues& options,
                               PluginContext context) {
  for (const SearcherRow& row : builtin_searchers()) {
    if (row.name == name) {
      const SearcherPlugin plugin = row.plugin();
      context.options = resolve_options(name, plugin.info.options, options).value();
      auto searcher = plugin.make(context);
      return std::move(searcher.value());
    }
  }
  const SearcherWrapper* wrapper = find_wrapper(name);
  LUTHIER_CHECK(wrapper != nullptr, "no such searcher");
  context.options = resolve_options(name, wrapper->info().options, options).value();
  const PluginSpec inside = searcher_inside({std::string(name), context.options}).value();
  return wrapper->make(context, made(inside.name, inside.options, context));
}

}  // namespace

std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const NamedValues& options,
                                        std::uint64_t seed,
                                        Mode mode) {
  return make_searcher(
      name, options, seed, std::vector<Objective>{{.metric = "loss", .mode = mode}});
}

std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const NamedValues& options,
                                        std::uint64_t seed,
                                        const std::vector<Objective>& objectives) {
  return made(name, options, {.options = {}, .objectives = objectives, .seed = seed});
}

std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const FakeView& view,
                                        const std::vector<std::string>& priors,
                                        const NamedValues& options) {
  std::vector<Prior> read;
  for (const std::string& prior : priors) {
    read.push_back(parse_prior(prior).value());
  }
  LUTHIER_CHECK(prior_problems(read, view.space()).empty(), "the priors suit the space");
  return made(name,
              options,
              {.options = {},
               .objectives = view.objectives(),
               .seed = view.seed(),
               .space = &view.space(),
               .priors = read});
}

std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const FakeView& view,
                                        std::span<const RelatedTask> related,
                                        const NamedValues& options) {
  return made(name,
              options,
              {.options = {},
               .objectives = view.objectives(),
               .seed = view.seed(),
               .space = &view.space(),
               .related = related});
}

FakeView::FakeView(const Space& space, std::uint64_t seed, Mode mode)
    : FakeView(space, seed, std::vector<Objective>{{.metric = "loss", .mode = mode}}) {}

FakeView::FakeView(const Space& space, std::uint64_t seed, std::vector<Objective> objectives)
    : space_(std::move(CompiledSpace::compile(space).value())),
      objectives_(std::move(objectives)),
      seed_(seed) {}

TrialId FakeView::add(Searcher& searcher, Config config) {
  const TrialId trial{trial_count()};
  trials_.push_back({.config = std::move(config)});
  searcher.on_trial_added(*this, trial);
  return trial;
}

void FakeView::report(Searcher& searcher, TrialId trial, double loss) {
  report(searcher, trial, Metrics{{"loss", Value(loss)}});
}

void FakeView::report(Searcher& searcher, TrialId trial, const Metrics& metrics) {
  at(trial).state = TrialState::running;
  const TrialResult result{.training_iteration = ++at(trial).iteration,
                           .metrics = metrics,
                           .excess = judge_ ? judge_(metrics) : std::vector<double>()};
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
  return run(searcher,
             [&](const Config& config) { return Metrics{{"loss", Value(function(config))}}; });
}

std::optional<TrialId> FakeView::run(Searcher& searcher, const Program& program) {
  Suggestion suggestion = ask(searcher);
  auto* proposal = std::get_if<Proposal>(&suggestion);
  if (proposal == nullptr) {
    return std::nullopt;
  }
  const TrialId trial = add(searcher, std::move(proposal->config));
  report(searcher, trial, program(config(trial)));
  end(searcher, trial);
  return trial;
}

}  // namespace luthier::testing
