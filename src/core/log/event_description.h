// What each event is made of: its name and its fields in stored order. This one description drives
// the byte format (event_codec.h) and the JSON form, so the two cannot drift apart. A new field
// goes to the end of its event; order and meaning of stored fields never change.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "core/log/older_logs.h"
#include "luthier/event.h"

namespace luthier {

// `E` is `Struct` or `const Struct`: one description serves reading and writing.
template <class E, class Struct>
concept Is = std::same_as<std::remove_const_t<E>, Struct>;

template <class E>
inline constexpr std::string_view kEventName = {};

// A field that earlier versions did not write: their events are read with `before` in it, and look
// in JSON as they did then.
template <class V, class T>
void later_field(V& field, std::string_view name, T& value, std::remove_const_t<T> before = {}) {
  if constexpr (requires { field.later(name, value, before); }) {
    field.later(name, value, before);
  } else {
    field(name, value);
  }
}

template <>
inline constexpr std::string_view kEventName<ExperimentCreated> = "experiment_created";
template <class V, Is<ExperimentCreated> E>
void describe(V&& field, E& e) {
  field("spec", e.spec);
  field("luthier_version", e.luthier_version);
}

template <>
inline constexpr std::string_view kEventName<ControllerStarted> = "controller_started";
template <class V, Is<ControllerStarted> E>
void describe(V&& field, E& e) {
  field("host", e.host);
  field("pid", e.pid);
  field("jobs", e.jobs);
}

template <>
inline constexpr std::string_view kEventName<TrialAdded> = "trial_added";
template <class V, Is<TrialAdded> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("config", e.config);
  field("proposed_by", e.proposed_by);
  field("version", e.version);
  field("seen", e.seen);
  field("reason", e.reason);
  field("resources", e.resources);
}

template <>
inline constexpr std::string_view kEventName<SearchEnded> = "search_ended";
template <class V, Is<SearchEnded> E>
void describe(V&& field, E& e) {
  field("reason", e.reason);
}

template <>
inline constexpr std::string_view kEventName<TrialChosen> = "trial_chosen";
template <class V, Is<TrialChosen> E>
void describe(V&& field, E& e) {
  field("trial", e.choice.trial);
  field("choice", e.choice.kind);
  field("config", e.choice.config);
  field("checkpoint", e.choice.checkpoint);
  field("reason", e.choice.reason);
  field("numbers", e.choice.numbers);
  field("chosen_by", e.chosen_by);
  field("version", e.version);
  later_field(field,
              "completes",
              e.choice.completes,
              e.choice.kind == ChoiceKind::stop && completed_in_older_logs(e.choice.numbers));
}

template <>
inline constexpr std::string_view kEventName<AttemptStarted> = "attempt_started";
template <class V, Is<AttemptStarted> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("attempt", e.attempt);
  field("segment", e.segment);
  field("checkpoint", e.checkpoint);
  field("base_iteration", e.base_iteration);
  field("devices", e.devices);
}

template <>
inline constexpr std::string_view kEventName<ResultReported> = "result_reported";
template <class V, Is<ResultReported> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("attempt", e.attempt);
  field("training_iteration", e.training_iteration);
  field("metrics", e.metrics);
}

template <>
inline constexpr std::string_view kEventName<ResultRepeated> = "result_repeated";
template <class V, Is<ResultRepeated> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("attempt", e.attempt);
  field("training_iteration", e.training_iteration);
}

template <>
inline constexpr std::string_view kEventName<DecisionMade> = "decision_made";
template <class V, Is<DecisionMade> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("training_iteration", e.training_iteration);
  field("decision", e.decision.kind);
  field("reason", e.decision.reason);
  field("numbers", e.decision.numbers);
  field("save", e.decision.save);
  field("decided_by", e.decided_by);
  field("version", e.version);
  later_field(field,
              "completes",
              e.decision.completes,
              e.decision.kind == DecisionKind::stop &&
                  completed_in_older_logs(e.decision.numbers, e.decided_by));
}

template <>
inline constexpr std::string_view kEventName<CheckpointCommitted> = "checkpoint_committed";
template <class V, Is<CheckpointCommitted> E>
void describe(V&& field, E& e) {
  field("checkpoint", e.checkpoint);
  field("trial", e.trial);
  field("training_iteration", e.training_iteration);
  field("directory", e.directory);
  field("bytes", e.bytes);
}

template <>
inline constexpr std::string_view kEventName<CheckpointRemoved> = "checkpoint_removed";
template <class V, Is<CheckpointRemoved> E>
void describe(V&& field, E& e) {
  field("checkpoint", e.checkpoint);
}

template <>
inline constexpr std::string_view kEventName<AttemptEnded> = "attempt_ended";
template <class V, Is<AttemptEnded> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("attempt", e.attempt);
  field("outcome", e.outcome);
  field("message", e.message);
  field("exit_status", e.exit_status);
  later_field(field, "wall_s", e.measured.wall_s);
  later_field(field, "cpu_s", e.measured.cpu_s);
  later_field(field, "max_rss_bytes", e.measured.max_rss_bytes);
}

template <>
inline constexpr std::string_view kEventName<TrialPaused> = "trial_paused";
template <class V, Is<TrialPaused> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("reason", e.reason);
  field("held", e.held);
}

template <>
inline constexpr std::string_view kEventName<TrialRequeued> = "trial_requeued";
template <class V, Is<TrialRequeued> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("not_before", e.not_before);
  field("reason", e.reason);
  field("counts_as_failure", e.counts_as_failure);
}

template <>
inline constexpr std::string_view kEventName<TrialEnded> = "trial_ended";
template <class V, Is<TrialEnded> E>
void describe(V&& field, E& e) {
  field("trial", e.trial);
  field("state", e.state);
  field("reason", e.reason);
}

template <>
inline constexpr std::string_view kEventName<ControlRequested> = "control_requested";
template <class V, Is<ControlRequested> E>
void describe(V&& field, E& e) {
  field("request", e.request);
  field("trial", e.trial);
  field("who", e.who);
  field("id", e.id);
}

template <>
inline constexpr std::string_view kEventName<LimitReached> = "limit_reached";
template <class V, Is<LimitReached> E>
void describe(V&& field, E& e) {
  field("limit", e.limit);
  field("trial", e.trial);
  field("reason", e.reason);
}

template <>
inline constexpr std::string_view kEventName<LimitsChanged> = "limits_changed";
template <class V, Is<LimitsChanged> E>
void describe(V&& field, E& e) {
  field("samples", e.samples);
  field("time_budget_s", e.time_budget_s);
  later_field(field, "space", e.space);
}

template <>
inline constexpr std::string_view kEventName<ControllerStopped> = "controller_stopped";
template <class V, Is<ControllerStopped> E>
void describe(V&& field, E& e) {
  field("finished", e.finished);
  field("reason", e.reason);
}

template <>
inline constexpr std::string_view kEventName<Note> = "note";
template <class V, Is<Note> E>
void describe(V&& field, E& e) {
  field("text", e.text);
}

template <>
inline constexpr std::string_view kEventName<OutputUnderstood> = "output_understood";
template <class V, Is<OutputUnderstood> E>
void describe(V&& field, E& e) {
  field("text", e.text);
}

template <>
inline constexpr std::string_view kEventName<Heartbeat> = "heartbeat";
template <class V, Is<Heartbeat> E>
void describe(V&& /*field*/, E& /*e*/) {}

}  // namespace luthier
