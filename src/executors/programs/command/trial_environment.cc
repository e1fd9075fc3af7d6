#include "executors/programs/command/trial_environment.h"

#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "executors/programs/command/parameter_files.h"

namespace luthier {

std::string parameter_variable(std::string_view name) {
  std::string out = "LUTHIER_PARAM_";
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += lower ? static_cast<char>(c - 'a' + 'A') : plain ? c : '_';
  }
  return out;
}

Result<> check_parameter_variables(std::span<const std::string> names) {
  std::unordered_map<std::string, std::string_view> taken;
  taken.reserve(names.size());
  for (const auto& name : names) {
    const auto variable = parameter_variable(name);
    const auto [other, fresh] = taken.emplace(variable, name);
    if (!fresh) {
      return failure(
          ErrorCode::invalid_argument,
          "the parameters '{}' and '{}' would both be the environment variable {}; rename one",
          other->second,
          name,
          variable);
    }
  }
  return {};
}

namespace {

// Linux starts no program whose arguments and variables have more than 2 MiB together, as it is set
// up mostly: beyond this share of it parameters are in the file only, all of them.
constexpr std::size_t kMostOfParameters = std::size_t{512} << 10;

// A NUL would end the variable early and hide what follows, and Linux starts no program with a
// variable beyond 128 KiB: such a value is in the file only.
bool fits(const std::string& name, const std::string& value) {
  constexpr std::size_t kLongest = std::size_t{128} << 10;
  return value.find('\0') == std::string::npos && name.size() + value.size() + 2 <= kLongest;
}

using Variables = std::vector<std::pair<std::string, std::string>>;

// Secrets always: they are in no file.
Variables parameter_variables(const TrialEnvironment& trial) {
  Variables secrets;
  Variables others;
  std::size_t bytes = 0;
  for (const auto& [name, value] : trial.request->config) {
    const bool secret = trial.words != nullptr && trial.words->is_secret(name);
    std::pair variable(
        parameter_variable(name),
        trial.words != nullptr ? trial.words->for_environment(name, value) : to_text(value));
    if (fits(variable.first, variable.second)) {
      bytes += variable.first.size() + variable.second.size() + 2 + sizeof(char*);
      (secret ? secrets : others).push_back(std::move(variable));
    }
  }
  if (bytes <= kMostOfParameters) {
    secrets.insert(secrets.end(), others.begin(), others.end());
  }
  return secrets;
}

}  // namespace

std::vector<std::string> environment_of(const TrialEnvironment& trial) {
  const StartRequest& request = *trial.request;
  std::vector<std::string> out;
  const bool devices = !request.devices.empty();
  bool buffering_chosen = false;
  for (char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    buffering_chosen = buffering_chosen || text.starts_with("PYTHONUNBUFFERED=");
    if (!text.starts_with("LUTHIER_") && !(devices && text.starts_with("CUDA_VISIBLE_DEVICES="))) {
      out.emplace_back(text);
    }
  }
  const auto set = [&](const std::string& name, const std::string& value) {
    if (fits(name, value)) {
      out.push_back(formatted("{}={}", name, value));
    }
  };
  set("LUTHIER_TRIAL_ID", std::to_string(request.id.trial.value));
  set("LUTHIER_TRIAL_DIR", trial.directory.string());
  set("LUTHIER_SEED", std::to_string(request.seed));
  set("LUTHIER_ITERATION", std::to_string(request.iteration));
  set("LUTHIER_REPORT_FD", std::to_string(trial.report_fd));
  set("LUTHIER_PARAMS", flat_parameters_path(trial.directory).string());
  for (const auto& [name, value] : parameter_variables(trial)) {
    set(name, value);
  }
  if (!request.restore_from.empty()) {
    set("LUTHIER_CHECKPOINT_IN", request.restore_from.string());
  }
  if (!trial.checkpoint_out.empty()) {
    set("LUTHIER_CHECKPOINT_OUT", trial.checkpoint_out.string());
  }
  // Python holds back what it prints into a pipe, and a trial would be judged when it is over.
  if (!buffering_chosen) {
    set("PYTHONUNBUFFERED", "1");
  }
  if (devices) {
    set("CUDA_VISIBLE_DEVICES", request.devices);
  }
  return out;
}

}  // namespace luthier
