#include "laboratory/bundles/bundle_about.h"

#include <algorithm>
#include <vector>

#include "base/failure.h"
#include "base/text.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::int64_t kSchema = 1;

std::string text_in(const Json& json, const char* name) {
  const Json* found = json.find(name);
  const std::string* text = found ? found->value.text() : nullptr;
  return text ? *text : std::string();
}

std::int64_t count_in(const Json& json, const char* name) {
  const Json* found = json.find(name);
  return found ? found->value.integer().value_or(-1) : -1;
}

const std::vector<Json>& items_in(const Json& json, const char* name) {
  static const std::vector<Json> kNone;
  const Json* found = json.find(name);
  return found ? found->items : kNone;
}

// Every file is the one that bundle.json names.
Result<> check_sums(const Json& about, const Contents& contents, const std::string& what) {
  for (const auto& [name, content] : contents) {
    const auto& files = items_in(about, "files");
    const bool named =
        std::ranges::any_of(files, [&, &name = name, &content = content](const Json& file) {
          return text_in(file, "name") == name && text_in(file, "sha256") == content.sha256 &&
                 count_in(file, "bytes") == content.bytes;
        });
    if (!named) {
      return failure(ErrorCode::corruption,
                     "{} in {} is not what bundle.json says; the bundle was changed or damaged",
                     name,
                     what);
    }
  }
  return {};
}

}  // namespace

std::string about_json(const Bundle& bundle, const Contents& contents) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", kSchema).field("experiment", bundle.spec.name);
  json.field("luthier", bundle.facts.luthier_version).field("packed_by", LUTHIER_VERSION);
  json.field("jobs", bundle.facts.jobs).field("command", bundle.spec.command);
  json.list_of("needs", bundle.needs, [&](const NeededFile& file) {
    json.object().field("path", file.path).field("sha256", file.sha256).end();
  });
  json.list_of("plugins", bundle.facts.plugins, [&](const PluginVersion& plugin) {
    json.object().field("name", plugin.name).field("version", plugin.version).end();
  });
  json.field("interventions", bundle.facts.interventions);
  if (bundle.remarks != AllRemarks()) {
    json.raw_field("remarks", to_json(bundle.remarks));
  }
  json.list_of("files", contents, [&](const auto& each) {
    const auto& [name, content] = each;
    json.object().field("name", name).field("bytes", content.bytes);
    json.field("sha256", content.sha256).end();
  });
  json.end();
  return out + "\n";
}

Result<> check_contents(const Json& about, const Contents& contents, const std::string& what) {
  if (const auto schema = count_in(about, "schema"); schema != kSchema) {
    return failure(
        ErrorCode::invalid_argument,
        "{} is a bundle of version {}, and this luthier reads version {}; use a newer luthier",
        what,
        schema,
        kSchema);
  }
  return check_sums(about, contents, what);
}

Bundle bundle_of(const Json& about) {
  Bundle bundle;
  bundle.facts.luthier_version = text_in(about, "luthier");
  bundle.facts.jobs = count_in(about, "jobs");
  bundle.facts.finished = true;
  for (const Json& file : items_in(about, "needs")) {
    bundle.needs.push_back({text_in(file, "path"), text_in(file, "sha256")});
  }
  for (const Json& plugin : items_in(about, "plugins")) {
    bundle.facts.plugins.push_back({text_in(plugin, "name"), count_in(plugin, "version")});
  }
  for (const Json& each : items_in(about, "interventions")) {
    const std::string* text = each.value.text();
    bundle.facts.interventions.push_back(text ? *text : "");
  }
  return bundle;
}

}  // namespace luthier
