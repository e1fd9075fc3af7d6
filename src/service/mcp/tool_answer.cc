#include "service/mcp/tool_answer.h"

#include <algorithm>
#include <array>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;  // of the output in an answer

std::string content(const std::string& text) {
  std::string out;
  JsonWriter(out).list().object().field("type", "text").field("text", text).end().end();
  return out;
}

// Lines of complete JSON; not the curves of a comparison, which are for charts.
std::vector<std::string> json_lines(const std::string& out) {
  std::vector<std::string> lines;
  for (auto& line : split(out, '\n')) {
    if (!line.empty()) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

void write_without_curves(JsonWriter& out, const Json& json) {
  if (json.kind == Json::Kind::scalar) {
    out.value(json.value);
  } else if (json.kind == Json::Kind::list) {
    out.list();
    for (const Json& item : json.items) {
      write_without_curves(out, item);
    }
    out.end();
  } else {
    out.object();
    for (const auto& [name, member] : json.members) {
      if (name != "curves") {
        write_without_curves(out.key(name), member);
      }
    }
    out.end();
  }
}

std::string without_curves(const std::string& line) {
  const auto json = parse_json(line);
  std::string text;
  JsonWriter out(text);
  if (json) {
    write_without_curves(out, *json);
  }
  return json ? text : line;
}

Error too_large(const McpTool& tool) {
  return failure(ErrorCode::invalid_argument,
                 "the answer of {} is larger than 64 KiB; type `luthier {} ... --json` in a shell",
                 tool.name,
                 tool.command.front());
}

// As many lines as an answer may hold, from the end that matters.
std::vector<std::string> fitting(std::vector<std::string> lines, bool keep_last, int most) {
  if (keep_last) {
    std::ranges::reverse(lines);
  }
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < lines.size() && count < static_cast<std::size_t>(most) &&
         bytes + lines[count].size() <= kMostBytes) {
    bytes += lines[count++].size();
  }
  lines.resize(count);
  if (keep_last) {
    std::ranges::reverse(lines);
  }
  return lines;
}

const Json* member(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const auto name : path) {
    at = at != nullptr ? at->find(name) : nullptr;
  }
  return at;
}

std::string text_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = member(json, path);
  return found != nullptr && found->kind == Json::Kind::scalar ? to_text(found->value) : "";
}

std::int64_t count_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = member(json, path);
  return found != nullptr ? found->value.integer().value_or(0) : 0;
}

std::string best_text(const Json& show) {
  const Json* best = show.find("best");
  if (best == nullptr || best->items.empty()) {
    const Json* nearest = show.find("nearest");
    return nearest == nullptr || nearest->items.empty()
               ? "no result yet"
               : formatted("no trial meets every requirement; the nearest is trial {}: {}",
                           text_at(nearest->items.front(), {"trial"}),
                           text_at(nearest->items.front(), {"unmet"}));
  }
  return formatted("the best is trial {} with {}",
                   text_at(best->items.front(), {"trial"}),
                   text_at(best->items.front(), {"best"}));
}

}  // namespace

std::string tool_result(const std::string& structure) {
  std::string text;
  JsonWriter(text)
      .object()
      .raw_field("content", content(structure))
      .raw_field("structuredContent", structure)
      .field("isError", false)
      .end();
  return text;
}

std::string tool_error(const std::string& message) {
  std::string structure;
  JsonWriter(structure).object().field("error", message).end();
  std::string text;
  JsonWriter(text)
      .object()
      .raw_field("content", content(message))
      .raw_field("structuredContent", structure)
      .field("isError", true)
      .end();
  return text;
}

std::vector<std::string> sentences(std::string_view messages) {
  constexpr std::string_view kProgram = "luthier: ";
  std::vector<std::string> found;
  for (auto& line : split(messages, '\n')) {
    const bool ours = line.starts_with(kProgram);
    if (!line.empty()) {
      found.push_back(printable(ours ? line.substr(kProgram.size()) : line));
    }
  }
  return found;
}

Result<std::string> tool_structure(const McpTool& tool, const CommandOutput& output, int most) {
  auto lines = json_lines(output.out);
  if (lines.empty() && output.code != 0) {
    const auto said = sentences(output.messages);
    return Error{
        ErrorCode::invalid_argument,
        said.empty()
            ? formatted("luthier {} ended with status {}", tool.command.front(), output.code)
            : join(said, "\n")};
  }
  std::string text;
  JsonWriter out(text);
  out.object();
  if (tool.list) {
    const auto kept = fitting(lines, tool.keep_last, most);
    out.list_of(tool.answer, kept, [&](const std::string& line) { out.raw(line); });
    if (output.cut || kept.size() < lines.size()) {
      out.field("truncated", true);
    }
  } else if (lines.empty() || output.cut) {
    return too_large(tool);
  } else {
    const std::string line = without_curves(lines.front());
    if (line.size() > kMostBytes) {
      return too_large(tool);
    }
    out.raw_field(tool.answer, line);
  }
  if (const auto said = sentences(output.messages); !said.empty()) {
    out.field("messages", said);
  }
  out.end();
  return text;
}

std::int64_t ended_trials(const Json& show) {
  std::int64_t ended = 0;
  for (const auto state : {"completed", "stopped", "failed"}) {
    ended += count_at(show, {"trials", state});
  }
  return ended;
}

std::int64_t planned_trials(const Json& show) {
  const Json* parameters = member(show, {"space", "parameters"});
  const bool grid =
      parameters != nullptr && std::ranges::any_of(parameters->members, [](const auto& each) {
        return to_text(each.second.value).starts_with("grid(");
      });
  return grid ? 0 : count_at(show, {"samples"});
}

std::string experiment_summary(const Json& show) {
  const auto planned = planned_trials(show);
  const std::string reason = text_at(show, {"reason"});
  return formatted("experiment '{}' is {}{}: {}{} trials ended, {} failed, {} running; {}",
                   text_at(show, {"experiment"}),
                   text_at(show, {"state"}),
                   reason.empty() ? "" : formatted(" ({})", reason),
                   ended_trials(show),
                   planned > 0 ? " of " + std::to_string(planned) : "",
                   count_at(show, {"trials", "failed"}),
                   count_at(show, {"trials", "running"}),
                   best_text(show));
}

}  // namespace luthier
