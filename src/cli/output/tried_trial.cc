#include "cli/output/tried_trial.h"

#include <algorithm>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/advice/objective_guess.h"
#include "cli/output/table.h"
#include "core/json_writer.h"

namespace luthier::cli {
namespace {

constexpr int kHeadingWidth = 12;

std::string stream_name(OutputStream stream) {
  return stream == OutputStream::output ? "stdout" : "stderr";
}

std::string fact(const std::string& heading, const std::string& text) {
  std::string out, left = heading;
  for (const auto& line : split(text, '\n')) {
    out += formatted("{}{}\n", pad_right(left, kHeadingWidth), printable(line));
    left.clear();
  }
  return out;
}

std::string command_text(const TriedTrial& trial) {
  std::string text;
  for (const auto& word : trial.command) {
    text += (text.empty() ? "" : " ") + typed_word(word);
  }
  return text;
}

std::string config_text(const Config& config) {
  std::string text;
  for (const auto& [name, value] : config) {
    text += formatted("{}{}={}", text.empty() ? "" : " ", name, to_text(value));
  }
  return text.empty() ? "none" : text;
}

std::string time_text(const TriedTrial& trial) {
  return formatted("after {}{}",
                   duration_text(trial.wall_s),
                   trial.first_output_s
                       ? "; its first output came after " + duration_text(*trial.first_output_s)
                       : "; it printed nothing");
}

std::string ending_text(const TriedTrial& trial) {
  if (trial.interrupted) {
    return "stopped by you " + time_text(trial);
  }
  // That no metric was found is said of the iterations.
  const bool unheard = trial.message.starts_with("ended without a value");
  if (unheard || trial.outcome == Outcome::returned || trial.outcome == Outcome::stopped) {
    return formatted("with status {} {}", trial.exit_status, time_text(trial));
  }
  return formatted("{}\n{}", time_text(trial), trial.message);
}

std::string names_of(const std::vector<Objective>& objectives) {
  std::vector<std::string> names;
  for (const Objective& objective : objectives) {
    names.push_back(formatted("'{}'", objective.metric));
  }
  return join(names, " and ");
}

// A program may report without printing: then nothing in its output says what a result is.
bool is_printed(const TriedTrial& trial) {
  return !trial.understanding.empty() ||
         std::ranges::any_of(trial.diagnosis.seen, &Diagnosis::Seen::chosen);
}

std::string results_text(const TriedTrial& trial) {
  const std::string names = names_of(trial.objectives);
  if (trial.results == 0) {
    return formatted("none: no value of {} was found", names);
  }
  return formatted("{}; {}",
                   trial.results,
                   is_printed(trial)
                       ? formatted("each line, or group of lines, with a value of {} is one", names)
                       : formatted("each report or row of a file with {} is one", names));
}

std::string objective_text(const TriedTrial& trial) {
  std::string text = trial.understanding;
  for (const Objective& objective : trial.objectives) {
    if (const Value* value = trial.last.find(objective.metric)) {
      text += formatted("{}{} was {} in the last result",
                        text.empty() ? "" : "\n",
                        objective.metric,
                        to_text(*value));
    }
  }
  return text;
}

std::vector<Diagnosis::Seen> rows_of(const TriedTrial& trial) {
  return trial.objectives.empty() ? likely_objectives(trial.diagnosis.seen, trial.config)
                                  : trial.diagnosis.seen;
}

std::string metrics_table(const TriedTrial& trial, int columns) {
  const bool offers = trial.objectives.empty();
  std::vector<Table::Column> headings = {{"metric"}};
  if (offers) {
    headings.push_back({"option"});
  }
  headings.insert(headings.end(),
                  {{"times", Table::Align::right},
                   {"last", Table::Align::right},
                   {"stream"},
                   {"a line that contains it"}});
  Table table(std::move(headings));
  const std::vector<Diagnosis::Seen> rows = rows_of(trial);
  for (const Diagnosis::Seen& seen : rows) {
    std::vector<std::string> cells = {seen.name + (seen.chosen && seen.wanted != seen.name
                                                       ? formatted(" ({})", seen.wanted)
                                                       : "")};
    if (offers) {
      cells.push_back(objective_option(seen.name));
    }
    cells.insert(cells.end(),
                 {std::to_string(seen.times),
                  short_number(seen.last),
                  stream_name(seen.stream),
                  std::string(trim(seen.line))});
    table.add(std::move(cells));
  }
  return rows.empty() ? "" : "\n" + table.text(columns);
}

// The advice names the option for a minimum.
std::string nearest_advice(const TriedTrial& trial) {
  constexpr std::string_view kMin = "--min ";
  const std::string& advice = trial.diagnosis.nearest_advice;
  const bool turns = !trial.objectives.empty() && trial.objectives.front().mode == Mode::max &&
                     advice.starts_with(kMin);
  return turns ? "--max " + advice.substr(kMin.size()) : advice;
}

// What would be heard, where nothing was.
std::string advice_text(const TriedTrial& trial) {
  std::string text;
  if (trial.results > 0 && !trial.objectives.empty()) {
    return text;
  }
  const Diagnosis& diagnosis = trial.diagnosis;
  if (!diagnosis.ambiguous.empty()) {
    text += formatted("several metrics match: {}; give the full name of one of them\n",
                      join(diagnosis.ambiguous, ", "));
  }
  if (!trial.objectives.empty() && !diagnosis.nearest_line.empty()) {
    text += formatted("the closest line: {}\n", trim(diagnosis.nearest_line));
    if (!diagnosis.nearest_advice.empty()) {
      text += formatted("it can be read with {}\n", nearest_advice(trial));
    }
  }
  for (const Diagnosis::Seen& seen : diagnosis.seen) {
    if (!trial.objectives.empty() && !seen.regex.empty()) {
      text += formatted("to hear {}: --metric-regex {}\n", seen.name, typed_word(seen.regex));
      break;
    }
  }
  return text.empty() ? "" : "\n" + printable_lines(text);
}

void write(JsonWriter& json, const Diagnosis::Seen& seen) {
  json.object()
      .field("name", seen.name)
      .field("option", objective_option(seen.name))
      .field("line", seen.line)
      .field("stream", stream_name(seen.stream))
      .field("times", seen.times)
      .field("last", seen.last)
      .field("objective", seen.chosen ? Value(seen.wanted) : Value())
      .field("metric_regex", seen.regex)
      .end();
}

}  // namespace

bool succeeded(const TriedTrial& trial) {
  const bool ended_well =
      trial.outcome == Outcome::returned || trial.outcome == Outcome::stopped || trial.interrupted;
  return ended_well && (trial.objectives.empty() || trial.results > 0);
}

std::string objective_option(const std::string& metric) {
  const auto more = more_is_better(metric);
  const std::string name = typed_word(metric);
  return more ? (*more ? "--max " : "--min ") + name
              : formatted("--min {} or --max {}", name, name);
}

std::string tried_text(const TriedTrial& trial, int columns) {
  std::string text = fact("program", command_text(trial)) +
                     fact("parameters", config_text(trial.config)) +
                     fact("ended", ending_text(trial));
  if (!trial.objectives.empty()) {
    text += fact("iterations", results_text(trial));
    const std::string objective = objective_text(trial);
    text += objective.empty() ? "" : fact("objective", objective);
  } else if (rows_of(trial).empty()) {
    text += fact("metrics",
                 "none was seen in its output; --metric-regex says how to read one, --metric-file "
                 "reads one from a file that it writes");
  }
  return text + metrics_table(trial, columns) + advice_text(trial);
}

std::string tried_json(const TriedTrial& trial) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("command", trial.command)
      .field("config", trial.config)
      .field("outcome", trial.outcome)
      .field("interrupted", trial.interrupted)
      .field("message", trial.message)
      .field("exit_status", trial.exit_status)
      .field("wall_s", trial.wall_s)
      .field("first_output_s", trial.first_output_s)
      .list_of(
          "objectives", trial.objectives, [&](const Objective& each) { json.value(each.metric); })
      .field("iterations", trial.results)
      .field("metrics", trial.last)
      .field("understanding", trial.understanding)
      .list_of("seen", rows_of(trial), [&](const Diagnosis::Seen& seen) { write(json, seen); })
      .field("ambiguous", trial.diagnosis.ambiguous)
      .field("nearest_line", trial.diagnosis.nearest_line)
      .field("advice", nearest_advice(trial))
      .end();
  return out + "\n";
}

}  // namespace luthier::cli
