#include "core/log/canonical_export.h"

#include "base/format.h"
#include "core/json_writer.h"
#include "core/state/measured_metrics.h"

namespace luthier {
namespace {

// What `write` writes, as one more item of the list.
template <class Write>
void append_item(std::string& list, const Write& write) {
  list += list.empty() ? "" : ", ";
  JsonWriter json(list);
  write(json.object());
  json.end();
}

}  // namespace

void CanonicalExport::take(const Event& event) {
  std::visit([this](const auto& body) { on(body); }, event.body);
}

void CanonicalExport::on(const TrialAdded& event) {
  Trial& trial = trials_[event.trial];
  trial.proposed_by = event.proposed_by;
  trial.config = to_json(event.config);
  trial.current = trial.config;
}

void CanonicalExport::on(const TrialChosen& event) {
  if (event.choice.kind == ChoiceKind::run && event.choice.config) {
    trials_[event.choice.trial].chosen_config = to_json(*event.choice.config);
  }
}

void CanonicalExport::on(const AttemptStarted& event) {
  Trial& trial = trials_[event.trial];
  trial.state = "running";
  trial.stop.reset();
  if (trial.chosen_config) {
    trial.current = *trial.chosen_config;
    trial.chosen_config.reset();
  }
  if (!trial.segments.empty() && trial.segments.back().number == event.segment) {
    return;
  }
  Segment segment{.number = event.segment, .config = trial.current};
  if (const auto from = checkpoints_.find(event.checkpoint); from != checkpoints_.end()) {
    segment.from = from->second;
  }
  trial.segments.push_back(std::move(segment));
}

CanonicalExport::Segment& CanonicalExport::current_segment(TrialId trial) {
  auto& segments = trials_[trial].segments;
  return segments.empty() ? segments.emplace_back() : segments.back();
}

void CanonicalExport::on(const ResultReported& event) {
  Metrics metrics;
  for (const auto& [name, value] : event.metrics) {
    if (!is_measured_metric(name)) {
      metrics.append(name, value);
    }
  }
  append_item(current_segment(event.trial).results, [&](JsonWriter& json) {
    json.field("iteration", event.training_iteration).field("metrics", metrics);
  });
}

void CanonicalExport::on(const DecisionMade& event) {
  append_item(current_segment(event.trial).decisions, [&](JsonWriter& json) {
    json.field("iteration", event.training_iteration)
        .field("decision", event.decision.kind)
        .field("reason", event.decision.reason)
        .field("numbers", event.decision.numbers)
        .field("by", event.decided_by);
  });
  if (event.decision.kind == DecisionKind::stop) {
    const auto state = event.decision.completes ? TrialState::completed : TrialState::stopped;
    trials_[event.trial].stop = {std::string(to_text(state)), event.decision.reason};
  }
}

void CanonicalExport::on(const CheckpointCommitted& event) {
  std::string& from = checkpoints_[event.checkpoint];
  from.clear();
  append_item(from, [&](JsonWriter& json) {
    json.field("trial", event.trial.value).field("iteration", event.training_iteration);
  });
}

void CanonicalExport::on(const TrialPaused& event) {
  Trial& trial = trials_[event.trial];
  trial.state = "paused";
  trial.reason.clear();
}

void CanonicalExport::on(const TrialRequeued& event) {
  Trial& trial = trials_[event.trial];
  trial.state = "pending";
  trial.reason.clear();
}

void CanonicalExport::on(const TrialEnded& event) {
  Trial& trial = trials_[event.trial];
  const bool stopped_or_over = trial.stop && event.state == TrialState::completed;
  trial.state = stopped_or_over ? trial.stop->first : to_text(event.state);
  trial.reason = stopped_or_over ? trial.stop->second : event.reason;
}

std::string CanonicalExport::text() const {
  std::string out;
  for (const auto& [id, trial] : trials_) {
    JsonWriter json(out);
    json.object().field("trial", id.value).field("proposed_by", trial.proposed_by);
    json.raw_field("config", trial.config);
    json.list_of("segments", trial.segments, [&](const Segment& segment) {
      json.object().raw_field("config", segment.config).raw_field("from", segment.from);
      json.raw_field("results", formatted("[{}]", segment.results));
      json.raw_field("decisions", formatted("[{}]", segment.decisions)).end();
    });
    json.field("state", trial.state).field("reason", trial.reason).end();
    out += '\n';
  }
  return out;
}

}  // namespace luthier
