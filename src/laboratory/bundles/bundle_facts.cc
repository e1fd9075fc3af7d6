#include <algorithm>

#include "laboratory/bundles/bundle.h"

namespace luthier {

void BundleFacts::take(const Event& event) {
  if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
    luthier_version = created->luthier_version;
  } else if (const auto* started = std::get_if<ControllerStarted>(&event.body)) {
    jobs = std::max(jobs, started->jobs);
    finished = false;
  } else if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    add(added->proposed_by, added->version);
  } else if (const auto* decided = std::get_if<DecisionMade>(&event.body)) {
    add(decided->decided_by, decided->version);
  } else if (const auto* asked = std::get_if<ControlRequested>(&event.body)) {
    const bool whole = asked->trial.value < 0;
    interventions.push_back(asked->request + (whole ? "" : " " + to_text(asked->trial)));
  } else if (const auto* stopped = std::get_if<ControllerStopped>(&event.body)) {
    finished = stopped->finished;
  }
}

void BundleFacts::add(const std::string& name, std::int64_t version) {
  const PluginVersion plugin{name, version};
  const auto place = std::ranges::lower_bound(plugins, plugin);
  if (place == plugins.end() || *place != plugin) {
    plugins.insert(place, plugin);
  }
}

}  // namespace luthier
