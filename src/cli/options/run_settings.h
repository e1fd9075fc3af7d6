// What each option of `run` does to the request: one function an option, several by the field they
// fill. A problem begins with where the setting stood.
#pragma once

#include <cstdint>

#include "base/text.h"
#include "cli/options/run_request.h"

namespace luthier::cli::settings {

Error wrong(const Setting& setting, std::string_view wanted);
Error placed(const Setting& setting, const Error& error);

template <std::int64_t ExperimentSpec::* kField, std::int64_t kMinimum>
Result<> count(RunRequest& request, const Setting& setting) {
  const auto number = parse_count(setting.place, setting.value, kMinimum);
  if (!number) {
    return number.error();
  }
  request.spec.*kField = *number;
  return {};
}

template <double ExperimentSpec::* kField>
Result<> duration(RunRequest& request, const Setting& setting) {
  const auto seconds = parse_duration(setting.place, setting.value);
  if (!seconds) {
    return seconds.error();
  }
  request.spec.*kField = *seconds;
  return {};
}

template <Mode kMode>
Result<> objective(RunRequest& request, const Setting& setting) {
  if (trim(setting.value).empty()) {
    return wrong(setting, "the name of a metric");
  }
  request.spec.objectives.push_back({std::string(trim(setting.value)), kMode});
  return {};
}

template <PluginSpec ExperimentSpec::* kField>
Result<> plugin(RunRequest& request, const Setting& setting) {
  auto spec = parse_plugin_spec(setting.value);
  if (!spec) {
    return placed(setting, spec.error());
  }
  request.spec.*kField = std::move(*spec);
  return {};
}

// cpu or gpu: a number or a formula.
Result<> set_resource(RunRequest& request, const Setting& setting, const char* name);
template <char kFirst>
Result<> own_resource(RunRequest& request, const Setting& setting) {
  return set_resource(request, setting, kFirst == 'c' ? "cpu" : "gpu");
}

Result<> name(RunRequest& request, const Setting& setting);
Result<> store(RunRequest& request, const Setting& setting);
Result<> seed(RunRequest& request, const Setting& setting);
Result<> tag(RunRequest& request, const Setting& setting);
Result<> resource(RunRequest& request, const Setting& setting);
Result<> memory(RunRequest& request, const Setting& setting);
Result<> parameter(RunRequest& request, const Setting& setting);
Result<> constraint(RunRequest& request, const Setting& setting);
Result<> points(RunRequest& request, const Setting& setting);
Result<> known(RunRequest& request, const Setting& setting);
Result<> stop(RunRequest& request, const Setting& setting);
Result<> score(RunRequest& request, const Setting& setting);
Result<> checkpoint_at_end(RunRequest& request, const Setting& setting);
Result<> keep_checkpoints(RunRequest& request, const Setting& setting);
Result<> executor(RunRequest& request, const Setting& setting);
Result<> python(RunRequest& request, const Setting& setting);
Result<> trainable(RunRequest& request, const Setting& setting);
Result<> metric_regex(RunRequest& request, const Setting& setting);
Result<> metric_file(RunRequest& request, const Setting& setting);
Result<> time_attr(RunRequest& request, const Setting& setting);
Result<> ok_status(RunRequest& request, const Setting& setting);
Result<> tty(RunRequest& request, const Setting& setting);
Result<> cold(RunRequest& request, const Setting& setting);
Result<> loggers(RunRequest& request, const Setting& setting);

}  // namespace luthier::cli::settings
