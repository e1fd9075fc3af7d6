#include "core/log/canonical_export.h"

#include "base/text.h"
#include "core/log/measured_metrics.h"

namespace luthier {
namespace {

void append_item(std::string& list, const std::string& item) {
  if (!list.empty()) {
    list += ", ";
  }
  list += item;
}

std::string to_json(const Numbers& numbers) {
  std::string out;
  for (const auto& [name, number] : numbers) {
    append_item(out, json_string(name) + ": " + luthier::to_json(Value(number)));
  }
  return "{" + out + "}";
}

}  // namespace

void CanonicalExport::take(const Event& event) {
  std::visit([this](const auto& body) { on(body); }, event.body);
}

void CanonicalExport::on(const TrialAdded& event) {
  Trial& trial = trials_[event.trial];
  trial.proposed_by = event.proposed_by;
  trial.config = luthier::to_json(event.config);
  trial.current = trial.config;
}

void CanonicalExport::on(const TrialChosen& event) {
  if (event.choice.kind == ChoiceKind::run && event.choice.config) {
    trials_[event.choice.trial].chosen_config = luthier::to_json(*event.choice.config);
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
  append_item(current_segment(event.trial).results,
              "{\"iteration\": " + std::to_string(event.training_iteration) +
                  ", \"metrics\": " + luthier::to_json(metrics) + "}");
}

void CanonicalExport::on(const DecisionMade& event) {
  append_item(current_segment(event.trial).decisions,
              "{\"iteration\": " + std::to_string(event.training_iteration) +
                  ", \"decision\": " + json_string(to_text(event.decision.kind)) +
                  ", \"reason\": " + json_string(event.decision.reason) +
                  ", \"numbers\": " + to_json(event.decision.numbers) +
                  ", \"by\": " + json_string(event.decided_by) + "}");
  if (event.decision.kind == DecisionKind::stop) {
    const auto state = event.decision.completes ? TrialState::completed : TrialState::stopped;
    trials_[event.trial].stop = {std::string(to_text(state)), event.decision.reason};
  }
}

void CanonicalExport::on(const CheckpointCommitted& event) {
  checkpoints_[event.checkpoint] = "{\"trial\": " + std::to_string(event.trial.value) +
                                   ", \"iteration\": " + std::to_string(event.training_iteration) +
                                   "}";
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
    std::string segments;
    for (const Segment& segment : trial.segments) {
      append_item(segments,
                  "{\"config\": " + segment.config + ", \"from\": " + segment.from +
                      ", \"results\": [" + segment.results + "], \"decisions\": [" +
                      segment.decisions + "]}");
    }
    out += "{\"trial\": " + std::to_string(id.value) +
           ", \"proposed_by\": " + json_string(trial.proposed_by) +
           ", \"config\": " + trial.config + ", \"segments\": [" + segments +
           "], \"state\": " + json_string(trial.state) +
           ", \"reason\": " + json_string(trial.reason) + "}\n";
  }
  return out;
}

}  // namespace luthier
