// Covariance matrix adaptation evolution strategy (Hansen, 2016) in the unit cube of the numeric
// parameters: trials are drawn from a normal distribution, and it moves, widens or narrows with
// each generation of them that has ended. Bounds: a draw outside of the cube is repeated a few
// times, then mirrored into it, and learnt from as if the losses went on as in a mirror. Discrete
// parameters keep a margin (Hamano et al., 2022); restarts are IPOP or BIPOP.
//
// Departures. A generation is the next `population` trials that end, whoever proposed them and
// whichever generation they were drawn in, so that nothing ever waits; steps of those that were not
// drawn from the distribution as it is are cut to an ordinary length (Hansen, "Injecting external
// solutions into CMA-ES", 2011). Stopped and paused trials rank after completed ones by how far
// they got, failed ones last and never as parents. Each categorical parameter has probabilities of
// its own (cmaes/categories.h); a conditional parameter keeps its coordinate where it is inactive.
// One distribution serves all cells of a grid.
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/cmaes/model.h"
#include "search/points/explored.h"

namespace luthier {
namespace {

// Draws that violate a constraint, before one as declared takes their place.
constexpr int kMostForbidden = 50;

class Cmaes : public Searcher {
 public:
  Cmaes(const cmaes::ModelOptions& options, Objective objective)
      : options_(options), objective_(std::move(objective)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    if (!model_) {
      return offer(view, trial, new_model(view)).suggestion;
    }
    return offer(view, trial, *model_).suggestion;
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!model_) {
      model_.emplace(new_model(view));
    }
    const Config config = view.config(trial);
    // Whoever proposed it: if it is what was offered here, the draw behind it is known, which says
    // more than the value of a discrete parameter.
    const Offer offered = offer(view, trial, *model_);
    const bool taken = offered.draw && view.space().decode(offered.draw->coordinates) == config;
    model_->added(view.space(), trial, config, taken ? &*offered.draw : nullptr);
    explored_.add(view.space(), config);
    learn_from_paused(view);
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    cmaes::Members& members = model_->members();
    if (!members.is_live(trial) && !members.revive(trial)) {
      model_->added(view.space(), trial, view.config(trial), nullptr);
    }
    members.report(trial, result.training_iteration, ranked_loss(objective_, result));
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    const Config config = view.config(trial);
    explored_.add(view.space(), config);
    model_->added(view.space(), trial, config, nullptr);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    model_->members().end(trial, view.state(trial));
    model_->learn(view.space());
  }

 private:
  struct Offer {
    Suggestion suggestion;
    std::optional<cmaes::Model::Draw> draw;  // the last from the distribution, if any
  };

  cmaes::Model new_model(const ExperimentView& view) const {
    return {view.space(), options_, view.seed()};
  }

  Offer offer(const ExperimentView& view, TrialId trial, const cmaes::Model& model) const;

  // A trial paused by its scheduler may never go on: until it does, it has been stopped where it
  // is.
  void learn_from_paused(const ExperimentView& view) {
    for (const TrialId trial : model_->members().live_with_results()) {
      if (view.state(trial) == TrialState::paused) {
        model_->members().pause(trial);
      }
    }
    model_->learn(view.space());
  }

  cmaes::ModelOptions options_;
  Objective objective_;
  Explored explored_;
  std::optional<cmaes::Model> model_;
};

Cmaes::Offer Cmaes::offer(const ExperimentView& view,
                          TrialId trial,
                          const cmaes::Model& model) const {
  const auto number = static_cast<std::uint64_t>(trial.value);
  const CompiledSpace& space = view.space();
  Offer out;
  Rng declared(view.seed(), "space", number);
  if (!model.is_started()) {
    out.suggestion = explored_.as_declared(
        view,
        trial,
        model.has_axes() ? "start-up draw" : "independent draw: no parameter is numeric");
    return out;
  }
  Rng rng(view.seed(), "cmaes", number);
  const auto draw = [&](std::uint64_t cell) -> Result<Config> {
    const std::vector<double> grid = space.grid_point(cell);
    for (int i = 0; i < kMostForbidden; ++i) {
      out.draw = model.draw(grid, rng);
      Config config = space.decode(out.draw->coordinates);
      if (space.satisfies_constraints(config)) {
        return config;
      }
    }
    return space.sample(declared, cell);
  };
  out.suggestion =
      explored_.first_new(space, number % space.grid_size(), draw, model.description());
  return out;
}

std::vector<OptionSpec> options() {
  return {
      {.name = "startup_trials",
       .type = OptionType::integer,
       .default_value = 0,
       .meaning = "independent draws until so many trials have ended, the best of which is where "
                  "it starts from; 0: it starts from the centre; more explores longer",
       .minimum = 0,
       .maximum = 10000},
      {.name = "sigma",
       .default_value = 0.2,
       .meaning = "initial step size, as a share of every parameter's range; more explores wider",
       .minimum = 1e-6,
       .maximum = 1},
      {.name = "population",
       .type = OptionType::integer,
       .default_value = {},
       .meaning = "trials in a generation; absent: 4 + 3 log(numeric parameters); more is slower "
                  "and surer where there is noise or many optima",
       .minimum = 2,
       .maximum = 10000},
      {.name = "separable",
       .type = OptionType::boolean,
       .default_value = {},
       .meaning = "learn a width for each parameter and no dependence between them: faster with "
                  "many parameters; absent: with more than 500"},
      {.name = "adapt_learning_rate",
       .type = OptionType::boolean,
       .default_value = false,
       .meaning = "take a part of each step only while steps contradict each other: slower, and "
                  "surer where there is noise or many optima"},
      {.name = "restarts",
       .type = OptionType::text,
       .default_value = "ipop",
       .meaning = "once it gets no better: none, go on; ipop, start elsewhere with twice the "
                  "population; bipop, with short small runs in between",
       .choices = {"none", "ipop", "bipop"}},
  };
}

cmaes::RestartKind restart_kind(std::string_view name) {
  return name == "none"   ? cmaes::RestartKind::none
         : name == "ipop" ? cmaes::RestartKind::ipop
                          : cmaes::RestartKind::bipop;
}

// A full covariance of this many parameters takes a second to decompose.
constexpr std::size_t kMostForFull = 500;

bool is_separable(const PluginContext& context) {
  const NamedValues& given = context.options;
  return given.find("separable") != nullptr
             ? given.boolean("separable")
             : context.space != nullptr && context.space->axes().size() > kMostForFull;
}

}  // namespace

SearcherPlugin searcher_cmaes() {
  return {.info = {.summary = "covariance matrix adaptation: a normal distribution that learns",
                   .paper = "Hansen, The CMA Evolution Strategy: A Tutorial, 2016",
                   .options = options(),
                   .requirements = true},
          .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
            const NamedValues& given = context.options;
            cmaes::ModelOptions model{
                .startup_trials = static_cast<std::size_t>(given.integer("startup_trials")),
                .sigma = given.number("sigma"),
                .separable = is_separable(context),
                .adapt_learning_rate = given.boolean("adapt_learning_rate"),
                .restarts = restart_kind(given.text("restarts"))};
            if (given.find("population") != nullptr) {
              model.population = static_cast<std::size_t>(given.integer("population"));
            }
            return std::unique_ptr<Searcher>(
                std::make_unique<Cmaes>(model, context.objectives.front()));
          }};
}

}  // namespace luthier
