#include "laboratory/importance/importance_text.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

std::int64_t percent(double share) {
  return std::llround(100 * share);
}

std::string left_out_text(const ImportanceReport& report) {
  const LeftOut& left_out = report.left_out;
  const std::string iteration = std::to_string(report.iteration.value_or(0));
  const std::pair<std::int64_t, std::string> groups[] = {
      {left_out.failed, "failed"},
      {left_out.unfinished, report.iteration ? "not there yet" : "not finished"},
      {left_out.stopped_early, "stopped early"},
      {left_out.too_short, "ended before iteration " + iteration},
      {left_out.without_value, "without a finite value"}};
  std::string text;
  for (const auto& [count, words] : groups) {
    if (count > 0) {
      text += formatted("{}{} {}", text.empty() ? "; left out: " : ", ", count, words);
    }
  }
  return text;
}

void write_share(JsonWriter& json, const Share& share) {
  json.field("share", share.value).field("low", share.low).field("high", share.high);
}

template <class T>
std::span<const T> first_of(const std::vector<T>& all, std::size_t most) {
  return std::span(all).first(std::min(all.size(), most));
}

void write_method(JsonWriter& json, const ImportanceReport& report) {
  if (report.method == ImportanceMethod::fanova) {
    json.field("explained", report.explained).field("interactions", report.interactions);
  } else {
    json.field("best_trials", report.best_trials).field("chance", report.chance);
  }
}

void write_left_out(JsonWriter& json, const LeftOut& left_out) {
  json.key("left_out")
      .object()
      .field("failed", left_out.failed)
      .field("unfinished", left_out.unfinished)
      .field("stopped_early", left_out.stopped_early)
      .field("too_short", left_out.too_short)
      .field("without_value", left_out.without_value)
      .end();
}

}  // namespace

std::string counted_text(const ImportanceReport& report) {
  const std::string where =
      report.iteration ? " at training iteration " + std::to_string(*report.iteration) : "";
  return formatted("{} of {} {}, by '{}'{}{}.",
                   report.counted,
                   counted(report.selected, "trial"),
                   report.counted == 1 ? "counts" : "count",
                   report.metric.metric,
                   where,
                   left_out_text(report));
}

std::string method_text(const ImportanceReport& report) {
  if (report.method == ImportanceMethod::fanova) {
    return formatted(
        "Share: the part of the variance over the space that a parameter explains alone (fANOVA). "
        "Interval: 95% of 64 trees. The forest explains {}% of the variance in trials that it has "
        "not seen.",
        percent(std::max(0.0, report.explained.value_or(0))));
  }
  const bool largest = report.metric.mode == Mode::max;
  return formatted(
      "Share: the part of what sets the {} trials with the {} values apart from all (PED-ANOVA). "
      "Interval: 95% of a bootstrap over the trials.",
      report.best_trials.value_or(0),
      largest ? "largest" : "smallest");
}

std::string importance_json(const ImportanceReport& report, std::size_t most) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", report.experiment)
      .field("metric", report.metric.metric)
      .field("mode", report.metric.mode)
      .field("method", report.method)
      .field("seed", report.seed)
      .field("selected", report.selected)
      .field("counted", report.counted)
      .field("iteration", report.iteration);
  write_left_out(json, report.left_out);
  json.field("reason", report.reason);
  write_method(json, report);
  json.list_of(
      "parameters", first_of(report.parameters, most), [&](const ParameterImportance& each) {
        json.object().field("parameter", each.parameter);
        write_share(json, each.share);
        json.field("active", each.active).field("good", each.good).end();
      });
  json.list_of("pairs", first_of(report.pairs, most), [&](const PairImportance& each) {
    json.object().key("parameters").list().value(each.first).value(each.second).end();
    write_share(json, each.share);
    json.end();
  });
  json.end();
  return out;
}

}  // namespace luthier
