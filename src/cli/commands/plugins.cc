// What there is to choose from, and each plugin's options, ranges, defaults and paper.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "loggers/logger_table.h"
#include "tuner/executor_table.h"
#include "tuner/foreign_names.h"
#include "tuner/plugin_registry.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier plugins"),
                                  std::string_view("luthier plugins asha"),
                                  std::string_view("luthier plugins --plugin ./mine.so --json")};
constexpr std::array kOperands = {Operand{.name = "NAME", .required = false}};
constexpr std::array kOptions = {kPlugin, kJson};

struct Row {
  std::string kind;
  std::string name;
  PluginInfo info;
};

std::vector<Row> rows_of(const PluginRegistry& registry) {
  std::vector<Row> rows;
  for (const auto& name : registry.searchers()) {
    const SearcherPlugin* plugin = registry.searcher(name);
    rows.push_back({"searcher", name, plugin ? plugin->info : PluginInfo{}});
  }
  for (const auto& name : registry.schedulers()) {
    const SchedulerPlugin* plugin = registry.scheduler(name);
    rows.push_back({"scheduler", name, plugin ? plugin->info : PluginInfo{}});
  }
  for (const ExecutorRow& executor : executors()) {
    if (executor.is_listed) {
      rows.push_back({"executor", std::string(executor.name), executor.info()});
    }
  }
  for (const auto& name : logger_names()) {
    rows.push_back({"logger",
                    name,
                    {.summary = name == "console" ? "progress for a person"
                                : name == "csv"   ? "progress.csv of each trial"
                                : name == "json"  ? "params.json and result.json of each trial"
                                                  : "event files of each trial, with HParams"}});
  }
  return rows;
}

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::number:
      return "number";
    case OptionType::integer:
      return "integer";
    case OptionType::boolean:
      return "boolean";
    case OptionType::text:
      return "text";
  }
  return "";
}

std::string range_text(const OptionSpec& option) {
  if (!option.choices.empty()) {
    return join(option.choices, " | ");
  }
  if (option.type != OptionType::number && option.type != OptionType::integer) {
    return "";
  }
  const bool low = std::isfinite(option.minimum);
  const bool high = std::isfinite(option.maximum);
  if (low && high) {
    return formatted("{} .. {}", format_number(option.minimum), format_number(option.maximum));
  }
  return low    ? "at least " + format_number(option.minimum)
         : high ? "at most " + format_number(option.maximum)
                : "";
}

void write(JsonWriter& json, const OptionSpec& option) {
  const auto bound = [](double value) { return std::isfinite(value) ? Value(value) : Value(); };
  json.object()
      .field("name", option.name)
      .field("type", type_name(option.type))
      .field("default", option.default_value)
      .field("minimum", bound(option.minimum))
      .field("maximum", bound(option.maximum))
      .field("choices", option.choices)
      .field("meaning", option.meaning)
      .end();
}

std::string json_line(const Row& row) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("kind", row.kind)
      .field("name", row.name)
      .field("summary", row.info.summary)
      .field("paper", row.info.paper)
      .field("version", row.info.version)
      .field("multi_objective", row.info.multi_objective)
      .field("requirements", row.info.requirements);
  if (row.kind == "searcher") {
    json.field("priors", row.info.priors);
  }
  json.list_of("options", row.info.options, [&](const OptionSpec& option) { write(json, option); })
      .end();
  return out + "\n";
}

std::string detail(const Row& row) {
  std::string text = formatted("{} {}: {}\n", row.kind, row.name, row.info.summary);
  if (!row.info.paper.empty()) {
    text += formatted("paper: {}\n", row.info.paper);
  }
  if (row.kind == "searcher" || row.kind == "scheduler") {
    text += formatted("objectives: {}\n", row.info.multi_objective ? "any number" : "one");
    text += formatted("requirements: {}\n", row.info.requirements ? "yes" : "no");
    text += row.kind == "searcher" ? formatted("priors: {}\n", row.info.priors ? "yes" : "no")
                                   : std::string();
  }
  if (row.info.options.empty()) {
    return text + "it has no options\n";
  }
  Table table({{"option"}, {"type"}, {"default"}, {"range"}, {"meaning"}});
  for (const OptionSpec& option : row.info.options) {
    table.add({option.name,
               std::string(type_name(option.type)),
               option.default_value.is_null() ? "-" : to_text(option.default_value),
               range_text(option),
               option.meaning});
  }
  return formatted("{}\n{}", text, table.text(output_columns()));
}

std::string unknown_plugin(const std::string& name, const std::vector<std::string>& names) {
  for (const auto kind : {AlgorithmKind::searcher, AlgorithmKind::scheduler}) {
    const auto meant = meant_algorithm(kind, name);
    if (meant && meant->kind == kind && std::ranges::find(names, meant->name) != names.end()) {
      return formatted(
          "no plugin '{}'; did you mean '{}'? known: {}", name, meant->name, join(names, ", "));
    }
  }
  return unknown_name("plugin", name, names);
}

int show_one(const std::vector<Row>& rows, const std::string& name, bool json) {
  std::string text;
  std::vector<std::string> names;
  for (const Row& row : rows) {
    names.push_back(row.name);
    if (row.name == name) {
      text += json ? json_line(row) : (text.empty() ? "" : "\n") + detail(row);
    }
  }
  return text.empty() ? fail_usage(unknown_plugin(name, names)) : finish(text);
}

int run(const Arguments& arguments) {
  PluginRegistry registry;
  for (const auto& library : arguments.all("plugin")) {
    if (const auto loaded = registry.load(library); !loaded) {
      return fail(loaded.error());
    }
  }
  const auto rows = rows_of(registry);
  if (const auto name = arguments.operand(0)) {
    return show_one(rows, *name, arguments.has("json"));
  }
  Table table({{"kind"}, {"name"}, {"summary"}});
  std::string lines;
  for (const Row& row : rows) {
    table.add({row.kind, row.name, row.info.summary});
    lines += json_line(row);
  }
  return finish(arguments.has("json") ? lines : table.text(output_columns()));
}

}  // namespace

extern const Command kPlugins;
const Command kPlugins = {
    .name = "plugins",
    .summary = "list searchers, schedulers, executors and loggers, or the options of one",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
