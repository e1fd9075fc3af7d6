// ExperimentSpec as JSON. One list of fields (describe) serves writer and reader, so that they
// can't drift apart. `seed` is written as text where it exceeds a signed 64-bit integer.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <type_traits>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "core/space/space_json.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

constexpr std::int64_t kSchema = 1;

using TextPairs = std::vector<std::pair<std::string, std::string>>;

// Calls field(key, member) for each field in the canonical order.
template <class Spec, class Field>
void describe(Spec& spec, Field&& field) {
  field("name", spec.name);
  field("space", spec.space);
  field("objectives", spec.objectives);
  field("searcher", spec.searcher);
  field("scheduler", spec.scheduler);
  field("seed", spec.seed);
  field("points", spec.points);
  field("samples", spec.samples);
  field("time_budget_s", spec.time_budget_s);
  field("iterations", spec.iterations);
  field("stop", spec.stop);
  field("max_failures", spec.max_failures);
  field("retries", spec.retries);
  field("retry_delay_s", spec.retry_delay_s);
  field("trial_timeout_s", spec.trial_timeout_s);
  field("grace_s", spec.grace_s);
  field("resources", spec.resources);
  field("checkpoint_every", spec.checkpoint_every);
  field("checkpoint_at_end", spec.checkpoint_at_end);
  field("keep_checkpoints", spec.keep_checkpoints);
  field("keep_by", spec.keep_by);
  field("deterministic", spec.deterministic);
  field("executor", spec.executor);
  field("command", spec.command);
  field("executor_options", spec.executor_options);
  field("loggers", spec.loggers);
  field("tags", spec.tags);
  field("time_attr", spec.time_attr);
  field("known", spec.known);
  field("score", spec.score);
  field("working_directory", spec.working_directory);
  field("require", spec.require);
  field("prior", spec.prior);
  field("related", spec.related);
}

// ---- writing -------------------------------------------------------------------------------

template <class T>
void write(JsonWriter& json, const T& value) {
  json.value(value);
}
// A Value holds no more than 63 bits of it.
void write(JsonWriter& json, std::uint64_t seed) {
  if (seed > static_cast<std::uint64_t>(INT64_MAX)) {
    json.value(std::to_string(seed));
  } else {
    json.value(seed);
  }
}
void write(JsonWriter& json, KeepBy keep) {
  json.value(keep == KeepBy::best ? "best" : "latest");
}
void write(JsonWriter& json, const Score& score) {
  json.value(to_text(score));
}
void write(JsonWriter& json, const Space& space) {
  json.raw(to_json(space));
}
void write(JsonWriter& json, const KnownResult& known) {
  json.object()
      .field("config", known.config)
      .field("metrics", known.metrics)
      .field("training_iteration", known.training_iteration)
      .end();
}
template <class T>
void write(JsonWriter& json, const std::vector<T>& list);
void write(JsonWriter& json, const RelatedTask& task) {
  json.object().field("name", task.name).key("results");
  write(json, task.results);
  json.end();
}
void write(JsonWriter& json, const StopRule& rule) {
  json.value(rule.text);
}
void write(JsonWriter& json, const Requirement& requirement) {
  json.value(requirement.text);
}
void write(JsonWriter& json, const Prior& prior) {
  json.value(to_text(prior));
}
void write(JsonWriter& json, const Objective& objective) {
  json.object().field("metric", objective.metric).field("mode", objective.mode).end();
}
void write(JsonWriter& json, const PluginSpec& plugin) {
  json.object().field("name", plugin.name).field("options", plugin.options).end();
}
void write(JsonWriter& json, const TextPairs& pairs) {
  json.value(pairs);
}
template <class T>
void write(JsonWriter& json, const std::vector<T>& list) {
  json.list();
  for (const T& item : list) {
    write(json, item);
  }
  json.end();
}

// The rule of logs without a score has no name of its own. Earlier versions know no requirements
// no priors and no related tasks, and read what has none.
template <class Member>
bool is_unwritten(const Member& member) {
  if constexpr (std::is_same_v<Member, Score>) {
    return member.kind == Score::Kind::mixed;
  } else if constexpr (std::is_same_v<Member, std::vector<Requirement>> ||
                       std::is_same_v<Member, std::vector<Prior>> ||
                       std::is_same_v<Member, std::vector<RelatedTask>>) {
    return member.empty();
  }
  return false;
}

// ---- reading -------------------------------------------------------------------------------
// Each returns what is wrong, or an empty text.

std::string read(const Json& json, std::string& out) {
  const auto* text = json.value.text();
  if (text == nullptr) {
    return "must be text";
  }
  out = *text;
  return {};
}

std::string read(const Json& json, std::int64_t& out) {
  const auto* integer = std::get_if<std::int64_t>(&json.value.data());
  if (integer == nullptr) {
    return "must be an integer of 64 bits";
  }
  out = *integer;
  return {};
}

std::string read(const Json& json, double& out) {
  const auto* word = json.value.text();
  const auto number = word ? special_number(*word) : json.value.number();
  if (!number || json.value.boolean()) {
    return "must be a number";
  }
  out = *number;
  return {};
}

std::string read(const Json& json, bool& out) {
  const bool* value = json.value.boolean();
  if (value == nullptr) {
    return "must be true or false";
  }
  out = *value;
  return {};
}

std::string read(const Json& json, std::uint64_t& out) {
  const auto* integer = std::get_if<std::int64_t>(&json.value.data());
  if (integer != nullptr && *integer >= 0) {
    out = static_cast<std::uint64_t>(*integer);
    return {};
  }
  if (const auto* text = json.value.text()) {
    const char* last = text->data() + text->size();
    const auto [end, error] = std::from_chars(text->data(), last, out);
    if (error == std::errc() && end == last) {
      return {};
    }
  }
  return "must be an integer from 0 to 2^64 - 1";
}

std::string read(const Json& json, KeepBy& out) {
  const auto* text = json.value.text();
  if (text == nullptr || (*text != "latest" && *text != "best")) {
    return "must be \"latest\" or \"best\"";
  }
  out = *text == "best" ? KeepBy::best : KeepBy::latest;
  return {};
}

// Text that `parse` understands.
template <typename T, typename Parse>
std::string read_text(const Json& json, T& out, Parse parse) {
  std::string text;
  if (std::string problem = read(json, text); !problem.empty()) {
    return problem;
  }
  auto parsed = parse(text);
  if (!parsed) {
    return "is wrong: " + parsed.error().message;
  }
  out = *std::move(parsed);
  return {};
}

std::string read(const Json& json, Score& out) {
  return read_text(json, out, [](std::string_view text) { return parse_score(text); });
}

std::string read(const Json& json, Space& out) {
  auto space = read_space(json);
  if (!space) {
    return "is wrong: " + space.error().message;
  }
  out = std::move(*space);
  return {};
}

std::string read(const Json& json, NamedValues& out) {
  if (json.kind != Json::Kind::object) {
    return "must be an object";
  }
  for (const auto& [key, content] : json.members) {
    auto value = content.to_value();
    if (!value) {
      return formatted("holds an object under '{}'; only values and lists are allowed", key);
    }
    const auto* word = value->text();
    const auto special = word ? special_number(*word) : std::nullopt;
    out.set(key, special ? Value(*special) : std::move(*value));
  }
  return {};
}

std::string read(const Json& json, StopRule& out) {
  return read_text(json, out, [](std::string_view text) { return parse_stop_rule(text); });
}

std::string read(const Json& json, Requirement& out) {
  return read_text(json, out, [](std::string_view text) { return parse_requirement(text); });
}

std::string read(const Json& json, Prior& out) {
  return read_text(json, out, [](std::string_view text) { return parse_prior(text); });
}

std::string read(const Json& json, Objective& out) {
  const Json* metric = json.find("metric");
  const Json* mode = json.find("mode");
  const auto* word = mode ? mode->value.text() : nullptr;
  if (!metric || !metric->value.text() || !word || (*word != "min" && *word != "max") ||
      json.members.size() != 2) {
    return R"(must be {"metric": NAME, "mode": "min" or "max"})";
  }
  out = {.metric = *metric->value.text(), .mode = *word == "min" ? Mode::min : Mode::max};
  return {};
}

// As it is written, or as people write it: "asha:max_t=81".
std::string read(const Json& json, PluginSpec& out) {
  if (const auto* text = json.value.text()) {
    auto plugin = parse_plugin_spec(*text);
    if (!plugin) {
      return "is wrong: " + plugin.error().message;
    }
    out = *std::move(plugin);
    return {};
  }
  const Json* name = json.find("name");
  const Json* options = json.find("options");
  out = {};
  if (!name || !options || json.members.size() != 2 || !read(*name, out.name).empty()) {
    return R"(must be {"name": NAME, "options": {...}} or text such as "asha:max_t=81")";
  }
  return read(*options, out.options);
}

std::string read(const Json& json, KnownResult& out) {
  const Json* config = json.find("config");
  const Json* metrics = json.find("metrics");
  const Json* iteration = json.find("training_iteration");
  if (!config || !metrics || !iteration || json.members.size() != 3) {
    return R"(must be {"config": {...}, "metrics": {...}, "training_iteration": N})";
  }
  std::string problem = read(*config, out.config);
  problem = problem.empty() ? read(*metrics, out.metrics) : problem;
  return problem.empty() ? read(*iteration, out.training_iteration) : problem;
}

template <class T>
std::string read(const Json& json, std::vector<T>& out);

std::string read(const Json& json, RelatedTask& out) {
  const Json* name = json.find("name");
  const Json* results = json.find("results");
  if (!name || !results || json.members.size() != 2) {
    return R"(must be {"name": NAME, "results": [...]})";
  }
  const std::string problem = read(*name, out.name);
  return problem.empty() ? read(*results, out.results) : problem;
}

std::string read(const Json& json, TextPairs& out) {
  out.clear();
  if (json.kind != Json::Kind::object) {
    return "must be an object of texts";
  }
  for (const auto& [key, content] : json.members) {
    out.emplace_back(key, std::string());
    if (const std::string problem = read(content, out.back().second); !problem.empty()) {
      return formatted("under '{}' {}", key, problem);
    }
  }
  return {};
}

template <class T>
std::string read(const Json& json, std::vector<T>& out) {
  out.clear();
  if (json.kind != Json::Kind::list) {
    return "must be a list";
  }
  for (const Json& item : json.items) {
    if (const std::string problem = read(item, out.emplace_back()); !problem.empty()) {
      return "has an item that " + problem;
    }
  }
  return {};
}

class SpecReader {
 public:
  explicit SpecReader(const Json& json) : json_(json) {}

  Result<ExperimentSpec> read_all() {
    schema();
    ExperimentSpec spec;
    spec.score = {Score::Kind::mixed};  // where none is written
    known_.emplace_back("schema");
    describe(spec, [&](const char* key, auto& member) {
      known_.emplace_back(key);
      if (const Json* found = json_.find(key)) {
        if (const std::string problem = read(*found, member); !problem.empty()) {
          add(formatted("'{}' {}", key, problem));
        }
      }
    });
    keys();
    if (spec.objectives.empty() && problems_.empty()) {
      add("'objectives' must name at least one metric");
    }
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return spec;
  }

 private:
  void add(const std::string& problem) { problems_.push_back("experiment: " + problem); }

  void schema() {
    std::int64_t schema = 0;
    const Json* found = json_.find("schema");
    if (!found || !read(*found, schema).empty()) {
      add("there is no 'schema'; this program writes and reads schema 1");
    } else if (schema != kSchema) {
      add(
          formatted("schema {} is not known to this program, which reads schema 1; use the version "
                    "that wrote it",
                    schema));
    }
  }

  void keys() {
    for (const auto& member : json_.members) {
      if (std::ranges::find(known_, member.first) == known_.end()) {
        add(unknown_name("key", member.first, known_));
      }
    }
    for (const char* needed : {"space", "objectives"}) {
      if (json_.find(needed) == nullptr) {
        add(formatted("the key '{}' is missing", needed));
      }
    }
  }

  const Json& json_;
  std::vector<std::string> known_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string to_json(const ExperimentSpec& spec) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", kSchema);
  describe(spec, [&](const char* key, const auto& member) {
    if (!is_unwritten(member)) {
      json.key(key);
      write(json, member);
    }
  });
  json.end();
  return out;
}

Result<ExperimentSpec> parse_experiment_spec(std::string_view json) {
  LUTHIER_TAKE(const auto document, parse_json(json));
  if (document.kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument, "experiment: the document must be an object"};
  }
  return SpecReader(document).read_all();
}

}  // namespace luthier
