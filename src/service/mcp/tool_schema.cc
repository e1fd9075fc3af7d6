#include "service/mcp/tool_schema.h"

#include <string_view>

#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

// The schema of one value of the kind, without braces.
std::string_view type_of(McpKind kind) {
  switch (kind) {
    case McpKind::text:
    case McpKind::experiment:
      return R"("type": ["string", "number"])";
    case McpKind::texts:
      return R"("type": ["string", "array"], "items": {"type": ["string", "number"]})";
    case McpKind::count:
      return R"("type": "integer", "minimum": 0)";
    case McpKind::seconds:
      return R"("type": "number", "minimum": 0)";
    case McpKind::flag:
      return R"("type": "boolean")";
    case McpKind::experiments:
    case McpKind::words:
      return R"("type": "array", "items": {"type": "string"}, "minItems": 1)";
    case McpKind::space:
      return R"("type": "object", "additionalProperties": {"type": ["string", "array", "number", "boolean"]})";
  }
  return {};
}

std::string property_json(const McpProperty& property) {
  return formatted(
      "{{{}, \"description\": {}}}", type_of(property.kind), json_string(property.description));
}

void write_input_schema(JsonWriter& out, const McpTool& tool) {
  out.key("inputSchema").object().field("type", "object").key("properties").object();
  for (const McpProperty& property : tool.properties) {
    out.raw_field(property.name, property_json(property));
  }
  out.end().key("required").list();
  for (const McpProperty& property : tool.properties) {
    if (property.required) {
      out.value(property.name);
    }
  }
  out.end().field("additionalProperties", false).end();
}

// The members beyond those that every answer of the tool has are described on docs/mcp.md.
void write_output_schema(JsonWriter& out, const McpTool& tool) {
  out.key("outputSchema").object().field("type", "object").key("properties").object();
  out.raw_field(tool.answer, tool.list ? R"({"type": "array"})" : R"({"type": "object"})");
  if (tool.list) {
    out.raw_field("truncated", R"({"type": "boolean"})");
  }
  out.raw_field("summary", R"({"type": "string"})");
  out.raw_field("messages", R"({"type": "array", "items": {"type": "string"}})");
  out.end().key("required").list().value(tool.answer).end().end();
}

void write_tool(JsonWriter& out, const McpTool& tool) {
  out.object()
      .field("name", tool.name)
      .field("title", tool.title)
      .field("description", tool.description);
  write_input_schema(out, tool);
  write_output_schema(out, tool);
  out.key("annotations")
      .object()
      .field("readOnlyHint", tool.read_only)
      .field("destructiveHint", tool.destructive)
      .field("openWorldHint", false)
      .end();
  out.end();
}

}  // namespace

std::string tools_json(std::span<const McpTool> tools) {
  std::string text;
  JsonWriter out(text);
  out.list();
  for (const McpTool& tool : tools) {
    write_tool(out, tool);
  }
  out.end();
  return text;
}

}  // namespace luthier
