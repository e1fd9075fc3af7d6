// ParameterWords: how a program is told the value of a parameter, beyond what the value says: the
// argument of a flag, True where True was typed, the content of a secret.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/space.h"
#include "luthier/value.h"

namespace luthier {

class ParameterWords {
 public:
  ParameterWords() = default;  // every value speaks for itself
  explicit ParameterWords(std::span<const Parameter> declared);

  bool is_flag(std::string_view name) const { return is(name, DomainKind::flag); }
  bool is_secret(std::string_view name) const { return is(name, DomainKind::secret); }

  // As an argument or a line of text has it. Of a secret: the name of its variable.
  std::string text(std::string_view name, const Value& value) const;
  // One text for each element of a list; one for anything else.
  std::vector<std::string> spread(std::string_view name, const Value& value) const;
  // The argument of a flag that has this value; nothing where it has none.
  std::optional<std::string> flag_argument(std::string_view name, const Value& value) const;
  // The flag as a parameter that may stand within an argument: choice("", "--amp").
  std::string as_choice(std::string_view name) const;
  // For the trial's own environment: the content of a secret's variable, any other value's text.
  std::string for_environment(std::string_view name, const Value& value) const;

  // The configuration without its secrets: what may be in a file.
  Config without_secrets(const Config& config) const;
  // Every variable of a secret is there; an error names those that are not.
  Result<> check_secrets() const;
  // What the variables of all secrets hold now.
  std::vector<std::string> secret_contents() const;

 private:
  bool is(std::string_view name, DomainKind kind) const;
  const Domain* find(std::string_view name) const;

  std::map<std::string, Domain, std::less<>> domains_;  // where they say more than the values
};

}  // namespace luthier
