#include "core/state/requirements.h"

#include <algorithm>
#include <limits>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

Expression::Lookup lookup_in(const NamedValues& values) {
  return [&values](std::string_view name) { return values.find(name); };
}

std::string shown(const Value& value) {
  const auto* number = std::get_if<double>(&value.data());
  return number ? short_number(*number) : to_text(value);
}

}  // namespace

Result<Requirements> Requirements::make(const ExperimentSpec& spec) {
  Requirements out;
  std::vector<std::string> known;
  for (const Parameter& parameter : spec.space.parameters()) {
    known.push_back(parameter.name);
  }
  for (const Requirement& requirement : spec.require) {
    LUTHIER_TAKE(auto compiled, CompiledRequirement::make(requirement, known));
    for (const std::string& name : compiled.names()) {
      out.names_.insert(name);
      if (std::ranges::find(known, name) != known.end()) {
        out.parameters_.insert(name);
      }
    }
    out.all_.push_back(std::move(compiled));
  }
  return out;
}

NamedValues Requirements::begin(const Config& config) const {
  NamedValues values;
  for (const std::string& name : parameters_) {
    if (const Value* value = config.find(name)) {
      values.set(name, *value);
    }
  }
  return values;
}

void Requirements::take(NamedValues& values, const Metrics& metrics, std::int64_t iteration) const {
  for (const std::string& name : names_) {
    if (const Value* value = metrics.find(name); value != nullptr && !value->is_null()) {
      values.set(name, *value);
    } else if (name == "training_iteration") {
      values.set(name, Value(iteration));
    }
  }
}

bool Requirements::applies(const CompiledRequirement& requirement,
                           const NamedValues& values) const {
  return std::ranges::none_of(requirement.names(), [&](const std::string& name) {
    return parameters_.contains(name) && !values.contains(name);
  });
}

std::vector<double> Requirements::excess(const NamedValues& values) const {
  std::vector<double> out;
  for (const CompiledRequirement& each : all_) {
    out.push_back(applies(each, values) ? each.excess(lookup_in(values))
                                        : -std::numeric_limits<double>::infinity());
  }
  return out;
}

std::string Requirements::unmet(const NamedValues& values) const {
  std::vector<std::string> sentences;
  for (const CompiledRequirement& each : all_) {
    if (std::string text = unmet(each, values); !text.empty()) {
      sentences.push_back(std::move(text));
    }
  }
  return join(sentences, "; ");
}

std::string Requirements::unmet(const CompiledRequirement& requirement,
                                const NamedValues& values) const {
  const auto lookup = lookup_in(values);
  if (!applies(requirement, values) || !(requirement.excess(lookup) > 0)) {
    return {};
  }
  if (const std::string name = requirement.missing(lookup); !name.empty()) {
    return formatted("'{}' was never reported, which {} needs", name, requirement.text());
  }
  std::vector<std::string> told;
  for (const std::string& name : requirement.names()) {
    if (const Value* value = values.find(name)) {
      told.push_back(formatted("{} {}", name, shown(*value)));
    }
  }
  return formatted("{} is not met ({})", requirement.text(), join(told, ", "));
}

}  // namespace luthier
