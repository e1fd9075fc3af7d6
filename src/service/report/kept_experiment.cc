#include "service/report/kept_experiment.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "luthier/experiment_spec.h"
#include "service/report/api_door.h"
#include "service/report/chosen_trials.h"
#include "tuner/stored/listing.h"

namespace luthier {
namespace {

constexpr std::size_t kMostTrials = 5000;  // in tables and pictures
constexpr std::size_t kMostCurves = 1000;
constexpr std::size_t kMostPages = 200;  // of trials
constexpr std::size_t kFewestCurves = 20;
constexpr std::size_t kFewestPoints = 12;  // of a curve
constexpr std::size_t kMostPoints = 400;
constexpr std::size_t kMostMetrics = 6;  // with curves, beside the objectives
constexpr std::size_t kFailedPages = 10;
constexpr std::size_t kRemarkedPages = 30;
constexpr std::size_t kContoured = 4;  // parameters, each with each

// Of `count` things that need `bytes`, how many need a little less than `share`.
std::size_t reduced(std::size_t count, std::size_t share, std::size_t bytes) {
  return count * share / bytes * 19 / 20;
}

std::string numbers_text(const std::vector<TrialId>& trials) {
  std::string out;
  for (const TrialId trial : trials) {
    out += (out.empty() ? "" : ",") + std::to_string(trial.value);
  }
  return out;
}

struct ColumnNames {
  std::vector<std::string> parameters;
  std::vector<std::string> metrics;  // beside the objectives
  std::vector<TrialId> failed;
};

const std::string* text_of(const Json* json) {
  return json == nullptr ? nullptr : std::get_if<std::string>(&json->value.data());
}

// From an answer about columns.
ColumnNames names_in(const std::string& answer) {
  ColumnNames names;
  const auto json = parse_json(answer);
  const Json* columns = json ? json->find("columns") : nullptr;
  const Json* trials = json ? json->find("trials") : nullptr;
  const Json* states = json ? json->find("states") : nullptr;
  for (std::size_t i = 0; columns != nullptr && i < columns->items.size(); ++i) {
    const std::string* kind = text_of(columns->items[i].find("kind"));
    const std::string* name = text_of(columns->items[i].find("name"));
    if (kind != nullptr && name != nullptr && *kind == "metric") {
      names.metrics.push_back(*name);
    } else if (kind != nullptr && name != nullptr && *kind == "parameter") {
      names.parameters.push_back(*name);
    }
  }
  for (std::size_t i = 0; trials != nullptr && states != nullptr && i < states->items.size(); ++i) {
    const std::string* state = text_of(&states->items[i]);
    const auto number = trials->items[i].value.number();
    if (state != nullptr && *state == "failed" && number) {
      names.failed.push_back({static_cast<std::int64_t>(*number)});
    }
  }
  return names;
}

class Keeping {
 public:
  Keeping(const std::filesystem::path& directory, const Overview& overview, std::size_t bytes)
      : door_(directory),
        spec_(overview.spec),
        remarked_(remarked_trials(overview.remarks)),
        left_(bytes) {}

  std::string json(const std::string& id, const std::vector<TrialId>& ranked) && {
    ranked_ = ranked;
    answers_.object();
    keep("overview", door_.ask({}).json);
    keep("progress", door_.ask({"progress"}).json);
    if (spec_.objectives.size() > 1) {
      keep("front", door_.ask({"front"}).json);
    }
    keep_importance();
    keep_columns();
    keep_last("rungs", left_ / 4, 5000);
    keep_last("timeline", left_ / 10, 20000);
    keep_last("lineage", left_ / 10, 20000);
    keep_contours();
    keep_curves();
    keep_pages();
    answers_.end();
    std::string out;
    JsonWriter(out)
        .object()
        .field("id", id)
        .field("left_out", left_out_)
        .raw_field("answers", text_)
        .end();
    return out;
  }

 private:
  void spend(std::size_t bytes) { left_ -= std::min(left_, bytes); }
  void keep(std::string_view name, const std::string& json) {
    answers_.raw_field(name, json);
    spend(json.size());
  }

  void keep_importance() {
    answers_.key("importance").list();
    for (std::size_t i = 0; i < std::min<std::size_t>(spec_.objectives.size(), 4); ++i) {
      for (const char* method : {"fanova", "ped_anova"}) {
        const bool pairs = std::string_view(method) == "fanova";
        const auto answer = door_.ask({"importance"},
                                      {{"metric", spec_.objectives[i].metric},
                                       {"method", method},
                                       {"pairs", pairs ? "1" : "0"},
                                       {"top", "100"}});
        if (!answer.refused) {
          answers_.raw(answer.json);
          spend(answer.json.size());
        }
      }
    }
    answers_.end();
  }

  std::string columns_of(std::vector<TrialId> trials) {
    std::ranges::sort(trials, {}, &TrialId::value);
    return door_
        .ask({"columns"}, {{"trials", numbers_text(trials)}, {"also", "iterations,reason,tags"}})
        .json;
  }

  void keep_columns() {
    constexpr std::size_t kFewest = 2;
    const std::size_t share = left_ * 2 / 5;
    shown_ = chosen_trials(ranked_, kMostTrials);
    std::string columns = columns_of(shown_);
    while (columns.size() > share && shown_.size() > kFewest) {
      const std::size_t fewer = reduced(shown_.size(), share, columns.size());
      shown_ = chosen_trials(ranked_, std::max(kFewest, fewer));
      columns = columns_of(shown_);
    }
    names_ = names_in(columns);
    keep("columns", columns);
    leave_out({"trials", "parameters"}, chosen_text(shown_.size(), ranked_.size()));
  }

  // The last of a list in an answer, as many as there is room for.
  void keep_last(const std::string& part, std::size_t share, std::size_t most) {
    constexpr std::size_t kFewest = 20;
    std::string answer = door_.ask({part}).json;
    while (answer.size() > share && most > kFewest) {
      // Not all that are wanted may be there, so that the first steps may be small.
      most = std::clamp(reduced(most, share, answer.size()), kFewest, most * 3 / 4);
      answer = door_.ask({part}, {{"limit", std::to_string(most)}}).json;
    }
    keep(part, answer);
  }

  // The parameters that matter most, where the trials say which.
  std::vector<std::string> contoured() {
    const auto answer = door_.ask({"importance"}, {{"top", std::to_string(kContoured)}});
    std::vector<std::string> names;
    const auto json = parse_json(answer.json);
    const Json* ranked = json ? json->find("parameters") : nullptr;
    for (std::size_t i = 0; ranked != nullptr && i < ranked->items.size(); ++i) {
      if (const std::string* name = text_of(ranked->items[i].find("parameter"))) {
        names.push_back(*name);
      }
    }
    return names.empty() ? names_.parameters : names;
  }

  // Each pair of them.
  void keep_contours() {
    auto names = contoured();
    names.resize(std::min(names.size(), kContoured));
    answers_.key("contours").list();
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (std::size_t j = i + 1; j < names.size(); ++j) {
        const auto answer = door_.ask(
            {"contour"}, {{"x", names[i]}, {"y", names[j]}, {"cells", "24"}, {"points", "200"}});
        if (!answer.refused && answer.json.size() <= left_ / 10) {
          answers_.raw(answer.json);
          spend(answer.json.size());
        }
      }
    }
    answers_.end();
    if (names.size() > 1) {
      leave_out({"contour"},
                formatted("The contours here are of {} over the {} that matter most.",
                          spec_.objectives.front().metric,
                          counted(std::ssize(names), "parameter")));
    }
  }

  // Some of those that are shown.
  std::vector<TrialId> curved(std::size_t count) const {
    return shown_.size() < ranked_.size() ? fewer_of(shown_, count) : chosen_trials(ranked_, count);
  }

  std::string curve_of(const std::string& metric, std::size_t curves, std::size_t points) {
    const auto answer = door_.ask({"curves"},
                                  {{"metric", metric},
                                   {"trials", numbers_text(curved(curves))},
                                   {"points", std::to_string(points)}});
    return answer.refused ? "" : answer.json;
  }

  // With fewer points where it would be too large, then of fewer trials; how many trials.
  std::size_t keep_curve(const std::string& metric, std::size_t share) {
    std::size_t curves = std::min(shown_.size(), kMostCurves);
    std::size_t points = kMostPoints;
    std::string answer = curve_of(metric, curves, points);
    while (answer.size() > share && (points > kFewestPoints || curves > kFewestCurves)) {
      std::size_t& fewer = points > kFewestPoints ? points : curves;
      const std::size_t least = points > kFewestPoints ? kFewestPoints : kFewestCurves;
      fewer = std::max(least, reduced(fewer, share, answer.size()));
      answer = curve_of(metric, curves, points);
    }
    if (!answer.empty()) {
      answers_.raw(answer);
      spend(answer.size());
    }
    return curves;
  }

  void keep_curves() {
    const std::size_t objectives = spec_.objectives.size();
    const std::size_t others = std::min(names_.metrics.size(), kMostMetrics);
    const std::size_t share = left_ / (others == 0 ? 2 : 3) / objectives;
    std::size_t curves = ranked_.size();
    answers_.key("curves").list();
    for (const Objective& objective : spec_.objectives) {
      curves = std::min(curves, keep_curve(objective.metric, share));
    }
    for (std::size_t i = 0; i < others; ++i) {
      keep_curve(names_.metrics[i], left_ / (2 * others - i));
    }
    answers_.end();
    std::string said = chosen_text(curves, ranked_.size());
    if (others < names_.metrics.size()) {
      said += formatted("{}Of {} metrics the first {} are here.",
                        said.empty() ? "" : " ",
                        names_.metrics.size() + objectives,
                        others + objectives);
    }
    leave_out({"curves"}, said);
  }

  // The best, some that people say something about, some that failed, and then those that follow
  // the best.
  std::vector<TrialId> paged() const {
    std::vector<TrialId> order = chosen_best(kFailedPages);
    const auto add = [&](const std::vector<TrialId>& trials, std::size_t most) {
      for (std::size_t i = 0; i < std::min(trials.size(), most); ++i) {
        if (std::ranges::find(order, trials[i]) == order.end()) {
          order.push_back(trials[i]);
        }
      }
    };
    add(remarked_, kRemarkedPages);
    add(names_.failed, kFailedPages);
    add(chosen_best(kMostPages), kMostPages);
    order.resize(std::min(order.size(), kMostPages));
    return order;
  }
  std::vector<TrialId> chosen_best(std::size_t most) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min(ranked_.size(), most));
    return {ranked_.begin(), ranked_.begin() + count};
  }

  void keep_pages() {
    std::size_t kept = 0;
    answers_.key("trials").list();
    for (const TrialId trial : paged()) {
      const std::string page = page_of(trial);
      if (!page.empty() && page.size() <= left_) {
        answers_.raw(page);
        spend(page.size());
        ++kept;
      }
    }
    answers_.end();
    if (kept < ranked_.size()) {
      const std::string said = formatted(
          "{} of {} trials have their curves, decisions and output here.", kept, ranked_.size());
      auto& before = left_out_.front();
      before.second += (before.second.empty() ? "" : " ") + said;
    }
  }

  // {"trial", "stdout", "stderr"}; empty where there is none.
  std::string page_of(TrialId trial) {
    const std::string number = std::to_string(trial.value);
    auto page = door_.ask({"trials", number}, {{"points", "200"}, {"decisions", "100"}});
    if (page.json.size() > kLargePage) {
      page = door_.ask({"trials", number}, {{"points", "50"}, {"decisions", "20"}});
    }
    if (page.refused) {
      return "";
    }
    std::string out;
    JsonWriter json(out);
    json.object().raw_field("trial", page.json);
    for (const char* stream : {"stdout", "stderr"}) {
      const auto log =
          door_.ask({"trials", number, "log"}, {{"stream", stream}, {"bytes", "4096"}});
      if (!log.refused) {
        json.raw_field(stream, log.json);
      }
    }
    json.end();
    return out;
  }

  void leave_out(std::initializer_list<std::string_view> views, const std::string& said) {
    for (const auto view : views) {
      left_out_.emplace_back(view, said);
    }
  }

  static constexpr std::size_t kLargePage = 30'000;  // bytes

  ApiDoor door_;
  const ExperimentSpec& spec_;
  const std::vector<TrialId> remarked_;
  std::size_t left_;  // bytes
  std::vector<TrialId> ranked_;
  std::vector<TrialId> shown_;  // as `ranked_`
  ColumnNames names_;
  std::string text_;
  JsonWriter answers_{text_};
  std::vector<std::pair<std::string, std::string>> left_out_;  // view, sentence
};

}  // namespace

Result<std::string> kept_experiment(const std::filesystem::path& directory,
                                    const std::string& id,
                                    std::size_t bytes) {
  LUTHIER_TAKE(const auto overview, read_overview(directory));
  LUTHIER_TAKE(const auto ranked, ranked_trials(directory));
  return Keeping(directory, overview, bytes).json(id, ranked);
}

}  // namespace luthier
