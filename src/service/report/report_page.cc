#include "service/report/report_page.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/base64.h"
#include "base/check.h"
#include "base/format.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "service/comparison_view.h"
#include "service/http/web_assets.h"
#include "service/report/joined_modules.h"
#include "service/report/kept_experiment.h"

namespace luthier {
namespace {

// Of all answers together; the modules and the style need 170 kB.
constexpr std::size_t kDataBytes = 1'700'000;
constexpr std::size_t kLeastBytes = 60'000;  // of one of many experiments

std::string_view asset(std::string_view name) {
  const auto found = web_asset(name);
  LUTHIER_CHECK(found, std::string(name).c_str());
  return found->bytes;
}

// In a report, other modules stand where those of a service would be.
std::string_view module_text(std::string_view name) {
  return asset(name == "api.js"         ? "report_data.js"
               : name == "list_page.js" ? "report_page.js"
                                        : name);
}

// Inside a page it can end no element and begin none: '<' stands in texts only.
std::string inside_page(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    c == '<' ? void(out += "\\u003c") : void(out += c);
  }
  return out;
}

void replace(std::string& text, std::string_view what, const std::string& by) {
  const auto at = text.find(what);
  LUTHIER_CHECK(at != std::string::npos, std::string(what).c_str());
  text.replace(at, what.size(), by);
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// As a Content-Security-Policy names what an element holds.
std::string hash_source(const std::string& content) {
  return formatted("'sha256-{}'", base64(bytes_of_hex(sha256(content))));
}

// Only this script and this style; nothing is fetched from anywhere.
std::string policy(const std::string& script, const std::string& style) {
  return formatted(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; "
      "style-src {}; img-src data:; base-uri 'none'; form-action 'none'; "
      "require-trusted-types-for 'script'; trusted-types 'none'\">\n",
      hash_source(script),
      hash_source(style));
}

// Names of directories; where two are the same, the later has a number.
std::vector<std::string> ids_of(std::span<const std::filesystem::path> experiments) {
  std::vector<std::string> ids;
  for (const auto& each : experiments) {
    const std::string name = each.filename().string();
    std::string id = name;
    for (int i = 2; std::ranges::find(ids, id) != ids.end(); ++i) {
      id = formatted("{} ({})", name, i);
    }
    ids.push_back(id);
  }
  return ids;
}

// Of several experiments: as the page of a comparison shows them, or why it can't.
std::string comparison_of(std::span<const std::string> ids, const ReportOptions& options) {
  if (options.comparison) {
    return comparison_view(*options.comparison, ids, options.compared_by);
  }
  std::string out;
  JsonWriter(out).object().field("reason", options.not_compared).end();
  return out;
}

Result<std::string> data_of(std::span<const std::filesystem::path> experiments,
                            const ReportOptions& options) {
  const auto ids = ids_of(experiments);
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1);
  if (experiments.size() > 1) {
    json.raw_field("comparison", comparison_of(ids, options));
  }
  const std::size_t room = kDataBytes - std::min(out.size(), kDataBytes);
  const std::size_t bytes = std::max(room / experiments.size(), kLeastBytes);
  json.key("experiments").list();
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    LUTHIER_TAKE(const auto kept, kept_experiment(experiments[i], ids[i], bytes));
    json.raw(kept);
  }
  json.end().end();
  return out;
}

std::string title_of(std::span<const std::filesystem::path> experiments) {
  return experiments.size() == 1 ? experiments.front().filename().string()
                                 : "Report of " + counted(std::ssize(experiments), "experiment");
}

}  // namespace

Result<std::string> report_page(std::span<const std::filesystem::path> experiments,
                                const ReportOptions& options) {
  LUTHIER_TAKE(const auto data, data_of(experiments, options));
  const std::string script = "\n" + joined_modules("app.js", module_text);
  const std::string style(asset("style.css"));
  std::string page(asset("index.html"));
  const std::string icon = "data:image/svg+xml;base64," + base64(asset("icon.svg"));
  replace(page, "/assets/icon.svg", icon);
  replace(page, "<title>Luthier", "<title>" + html_text(title_of(experiments)));
  replace(page,
          "<link rel=\"stylesheet\" href=\"/assets/style.css\">",
          formatted("<style>{}</style>", style));
  replace(page, "<script type=\"module\" src=\"/assets/app.js\"></script>\n", "");
  replace(page, "<meta name=\"viewport\"", policy(script, style) + "<meta name=\"viewport\"");
  replace(page,
          "</body>",
          formatted("<footer>{}</footer>\n"
                    "<script type=\"application/json\" id=\"kept\">{}</script>\n"
                    "<script type=\"module\">{}</script>\n"
                    "</body>",
                    html_text(options.made_by),
                    inside_page(data),
                    script));
  return page;
}

}  // namespace luthier
