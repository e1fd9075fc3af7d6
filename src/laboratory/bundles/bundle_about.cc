#include "laboratory/bundles/bundle_about.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/failure.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::int64_t kSchema = 1;

std::string list(std::span<const std::string> texts) {
  std::string out;
  for (const std::string& text : texts) {
    out += (out.empty() ? "" : ", ") + text;
  }
  return "[" + out + "]";
}

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
  std::vector<std::string> files;
  for (const auto& [name, content] : contents) {
    files.push_back("{\"name\": " + json_string(name) +
                    ", \"bytes\": " + std::to_string(content.bytes) +
                    ", \"sha256\": " + json_string(content.sha256) + "}");
  }
  std::vector<std::string> needs;
  for (const NeededFile& file : bundle.needs) {
    needs.push_back("{\"path\": " + json_string(file.path) +
                    ", \"sha256\": " + json_string(file.sha256) + "}");
  }
  std::vector<std::string> plugins;
  for (const PluginVersion& plugin : bundle.facts.plugins) {
    plugins.push_back("{\"name\": " + json_string(plugin.name) +
                      ", \"version\": " + std::to_string(plugin.version) + "}");
  }
  std::vector<std::string> interventions;
  for (const std::string& each : bundle.facts.interventions) {
    interventions.push_back(json_string(each));
  }
  std::vector<std::string> command;
  for (const std::string& word : bundle.spec.command) {
    command.push_back(json_string(word));
  }
  return "{\"schema\": " + std::to_string(kSchema) +
         ", \"experiment\": " + json_string(bundle.spec.name) +
         ", \"luthier\": " + json_string(bundle.facts.luthier_version) +
         ", \"packed_by\": " + json_string(LUTHIER_VERSION) +
         ", \"jobs\": " + std::to_string(bundle.facts.jobs) + ", \"command\": " + list(command) +
         ", \"needs\": " + list(needs) + ", \"plugins\": " + list(plugins) +
         ", \"interventions\": " + list(interventions) + ", \"files\": " + list(files) + "}\n";
}

Result<> check_contents(const Json& about, const Contents& contents, const std::string& what) {
  if (const auto schema = count_in(about, "schema"); schema != kSchema) {
    return Error{ErrorCode::invalid_argument,
                 what + " is a bundle of version " + std::to_string(schema) +
                     ", and this luthier reads version " + std::to_string(kSchema) +
                     "; take a newer luthier"};
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
