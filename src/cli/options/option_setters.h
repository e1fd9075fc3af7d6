// What each option of an experiment does to the request: one function an option, several by the
// field they fill. A problem begins with where the setting stood.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/text.h"
#include "cli/options/arguments.h"
#include "cli/options/experiment_request.h"

namespace luthier::cli::settings {

Error wrong(const Setting& setting, std::string_view wanted);
Error placed(const Setting& setting, const Error& error);

using Pairs = std::vector<std::pair<std::string, std::string>>;
// Replaces the value of `key`, or adds it.
void set_pair(Pairs& pairs, std::string key, std::string value);

// The part of a request that has the field.
template <class T>
T& field(ExperimentRequest& request, T ExperimentRequest::* member) {
  return request.*member;
}
template <class T>
T& field(ExperimentRequest& request, T ExperimentSpec::* member) {
  return request.spec.*member;
}
template <class T>
T& field(ExperimentRequest& request, T SessionOptions::* member) {
  return request.options.session.*member;
}
template <class T>
T& field(ExperimentRequest& request, T Resources::* member) {
  return request.options.session.inventory.*member;
}
template <class T>
T& field(ExperimentRequest& request, T NotifyOptions::* member) {
  return request.options.session.notify.*member;
}
template <class T>
T& field(ExperimentRequest& request, T Extension::* member) {
  return request.extension.*member;
}
template <class T>
T& field(ExperimentRequest& request, T SimulationOptions::* member) {
  return request.simulation.*member;
}
template <class T>
T& field(ExperimentRequest& request, T ClusterConditions::* member) {
  return request.simulation.conditions.*member;
}

// What was read goes into `into`.
template <class T, class Read>
Result<> store(T& into, const Result<Read>& read) {
  if (!read) {
    return read.error();
  }
  into = static_cast<T>(*read);
  return {};
}

template <auto kField, std::int64_t kMinimum>
Result<> count(ExperimentRequest& request, const Setting& setting) {
  return store(field(request, kField), parse_count(setting.place, setting.value, kMinimum));
}

template <auto kField>
Result<> duration(ExperimentRequest& request, const Setting& setting) {
  return store(field(request, kField), parse_duration(setting.place, setting.value));
}

template <auto kField>
Result<> text(ExperimentRequest& request, const Setting& setting) {
  field(request, kField) = setting.value;
  return {};
}

template <auto kField>
Result<> on(ExperimentRequest& request, const Setting& /*setting*/) {
  field(request, kField) = true;
  return {};
}

// One of the option's two words; the field says whether it is the second.
Result<bool> is_second_word(const Setting& setting);
template <auto kField>
Result<> second_word(ExperimentRequest& request, const Setting& setting) {
  return store(field(request, kField), is_second_word(setting));
}

enum class Zero : std::uint8_t { allowed, refused };
Result<double> parse_amount(const Setting& setting, Zero zero);
template <auto kField, Zero kZero>
Result<> amount(ExperimentRequest& request, const Setting& setting) {
  return store(field(request, kField), parse_amount(setting, kZero));
}

template <auto kField>
Result<> algorithm(ExperimentRequest& request, const Setting& setting) {
  const auto spec = parse_plugin_spec(setting.value);
  return spec ? store(field(request, kField), spec) : placed(setting, spec.error());
}

// Read once the rest of the request is known.
template <auto kField>
Result<> later(ExperimentRequest& request, const Setting& setting) {
  field(request, kField).push_back(setting);
  return {};
}

template <int kVerbosity>
Result<> verbosity(ExperimentRequest& request, const Setting& /*setting*/) {
  request.verbosity = kVerbosity;
  return {};
}

Result<> add_objective(ExperimentRequest& request, const Setting& setting, Mode mode);
template <Mode kMode>
Result<> objective(ExperimentRequest& request, const Setting& setting) {
  return add_objective(request, setting, kMode);
}

using Set = Result<>(ExperimentRequest& request, const Setting& setting);
Set name, results, tag, parameter, constraint, prior, points, score, more_time, plugin_library;
Set claim, memory, resource, inventory, keep_checkpoints;          // what trials need
Set executor, python, trainable, metric_file, time_attr, loggers;  // how they run
Set for_program;  // an option of the executor about programs, called alike
Set notify, notify_on, notify_low_disk;
Set straggler, failure_rate;
Set tolerance, table_of_bundle;

}  // namespace luthier::cli::settings
