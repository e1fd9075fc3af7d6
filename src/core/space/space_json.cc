#include "core/space/space_json.h"

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"
#include "core/json_writer.h"
#include "core/space/domain_text.h"

namespace luthier {
namespace {

void read_parameters(const Json& json, Space& space, std::vector<std::string>& problems) {
  if (json.kind != Json::Kind::object) {
    problems.emplace_back("'parameters' of a space must be an object of names and distributions");
    return;
  }
  for (const auto& [name, content] : json.members) {
    const auto value = content.to_value();
    if (!value) {
      problems.push_back(
          formatted("parameter '{}' is an object; write its distribution as text", name));
      continue;
    }
    auto parameter = make_parameter(name, *value);
    if (!parameter) {
      problems.push_back(parameter.error().message);
      continue;
    }
    auto added = space.add(name, std::move(parameter->domain));
    if (!parameter->condition.empty()) {
      added.when(std::move(parameter->condition));
    }
  }
}

void read_constraints(const Json& json, Space& space, std::vector<std::string>& problems) {
  if (json.kind != Json::Kind::list) {
    problems.emplace_back("'constraints' of a space must be a list of expressions");
    return;
  }
  for (const Json& item : json.items) {
    if (const auto* text = item.value.text()) {
      space.constrain(*text);
    } else {
      problems.emplace_back("a constraint of a space must be text, as in \"a < b\"");
    }
  }
}

}  // namespace

std::string to_json(const Space& space) {
  std::string out;
  JsonWriter json(out);
  json.object().key("parameters").object();
  for (const auto& parameter : space.parameters()) {
    const std::string condition = parameter.condition.empty() ? "" : " if " + parameter.condition;
    json.field(parameter.name, to_text(parameter.domain) + condition);
  }
  json.end().field("constraints", space.constraints()).end();
  return out;
}

Result<Space> read_space(const Json& json) {
  if (json.kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument,
                 "a space must be an object with 'parameters' and 'constraints'"};
  }
  Space space;
  std::vector<std::string> problems;
  for (const auto& [key, content] : json.members) {
    if (key == "parameters") {
      read_parameters(content, space, problems);
    } else if (key == "constraints") {
      read_constraints(content, space, problems);
    } else {
      const std::vector<std::string> known = {"parameters", "constraints"};
      problems.push_back(unknown_name("key of a space", key, known));
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return space;
}

Result<Space> parse_space_json(std::string_view json) {
  const auto document = parse_json(json);
  return document ? read_space(*document) : document.error();
}

}  // namespace luthier
