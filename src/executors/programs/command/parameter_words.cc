#include "executors/programs/command/parameter_words.h"

#include <algorithm>
#include <cstdlib>

#include "base/format.h"
#include "base/text.h"
#include "core/space/domain_text.h"

namespace luthier {

ParameterWords::ParameterWords(std::span<const Parameter> declared) {
  for (const Parameter& parameter : declared) {
    const Domain& domain = parameter.domain;
    if (domain.kind == DomainKind::flag || domain.kind == DomainKind::secret ||
        domain.python != PythonWords()) {
      domains_.emplace(parameter.name, domain);
    }
  }
}

const Domain* ParameterWords::find(std::string_view name) const {
  const auto found = domains_.find(name);
  return found == domains_.end() ? nullptr : &found->second;
}

bool ParameterWords::is(std::string_view name, DomainKind kind) const {
  const Domain* domain = find(name);
  return domain != nullptr && domain->kind == kind;
}

std::string ParameterWords::text(std::string_view name, const Value& value) const {
  const Domain* domain = find(name);
  return domain != nullptr ? as_typed(*domain, value) : to_text(value);
}

std::vector<std::string> ParameterWords::spread(std::string_view name, const Value& value) const {
  const auto* list = value.list();
  if (list == nullptr) {
    return {text(name, value)};
  }
  std::vector<std::string> out;
  for (const Value& item : *list) {
    out.push_back(text(name, item));
  }
  return out;
}

std::optional<std::string> ParameterWords::flag_argument(std::string_view name,
                                                         const Value& value) const {
  const Domain* domain = find(name);
  const bool* on = value.boolean();
  if (domain == nullptr || on == nullptr || (!*on && domain->words.size() < 2)) {
    return std::nullopt;
  }
  return *on ? domain->words.front() : domain->words.back();
}

std::string ParameterWords::as_choice(std::string_view name) const {
  const auto on = flag_argument(name, Value(true));
  const auto off = flag_argument(name, Value(false));
  return formatted("choice({}, {})", json_string(off.value_or("")), json_string(on.value_or("")));
}

std::string ParameterWords::for_environment(std::string_view name, const Value& value) const {
  if (!is_secret(name)) {
    return text(name, value);
  }
  const char* content = std::getenv(to_text(value).c_str());
  return content != nullptr ? content : "";
}

Config ParameterWords::without_secrets(const Config& config) const {
  Config out;
  for (const auto& [name, value] : config) {
    if (!is_secret(name)) {
      out.append(name, value);
    }
  }
  return out;
}

Result<> ParameterWords::check_secrets() const {
  std::vector<std::string> problems;
  for (const auto& [name, domain] : domains_) {
    for (const Value& value : domain.values) {
      const std::string variable = to_text(value);
      if (domain.kind == DomainKind::secret && std::getenv(variable.c_str()) == nullptr) {
        problems.push_back(formatted(
            "the secret '{}' is in the environment variable {}, which is not set; export it first",
            name,
            variable));
      }
    }
  }
  return problems.empty() ? Result<>()
                          : Result<>(Error{ErrorCode::invalid_argument, join(problems, "\n")});
}

std::vector<std::string> ParameterWords::secret_contents() const {
  std::vector<std::string> contents;
  for (const auto& [name, domain] : domains_) {
    for (const Value& variable : domain.values) {
      if (domain.kind == DomainKind::secret) {
        contents.push_back(for_environment(name, variable));
      }
    }
  }
  return contents;
}

}  // namespace luthier
