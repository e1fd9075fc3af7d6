#include "cli/advice/objective_guess.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/output/usage_text.h"
#include "executors/results/words/words.h"

namespace luthier::cli {
namespace {

using namespace std::string_view_literals;
using Words = std::vector<std::string>;

constexpr std::array kLessQuality = {
    "loss"sv,  "losses"sv,     "error"sv, "errors"sv,     "err"sv,     "mse"sv,      "rmse"sv,
    "mae"sv,   "mape"sv,       "smape"sv, "nrmse"sv,      "rmsle"sv,   "nll"sv,      "ce"sv,
    "bce"sv,   "perplexity"sv, "ppl"sv,   "wer"sv,        "cer"sv,     "ter"sv,      "eer"sv,
    "fid"sv,   "kid"sv,        "lpips"sv, "logloss"sv,    "regret"sv,  "cost"sv,     "deviance"sv,
    "brier"sv, "ece"sv,        "kl"sv,    "divergence"sv, "penalty"sv, "residual"sv, "makespan"sv,
    "bpc"sv,   "bpb"sv,        "aic"sv,   "bic"sv,        "inertia"sv, "mistakes"sv};
constexpr std::array kMoreQuality = {
    "acc"sv,         "accuracy"sv,    "auc"sv,        "auroc"sv,      "roc"sv,     "auprc"sv,
    "f1"sv,          "score"sv,       "scores"sv,     "reward"sv,     "rewards"sv, "return"sv,
    "returns"sv,     "precision"sv,   "recall"sv,     "map"sv,        "map50"sv,   "iou"sv,
    "miou"sv,        "bleu"sv,        "rouge"sv,      "meteor"sv,     "cider"sv,   "chrf"sv,
    "r2"sv,          "psnr"sv,        "ssim"sv,       "dice"sv,       "jaccard"sv, "top1"sv,
    "top5"sv,        "hits"sv,        "ndcg"sv,       "mrr"sv,        "kappa"sv,   "mcc"sv,
    "specificity"sv, "sensitivity"sv, "elbo"sv,       "likelihood"sv, "pearson"sv, "spearman"sv,
    "correlation"sv, "corr"sv,        "silhouette"sv, "ari"sv,        "nmi"sv,     "winrate"sv,
    "profit"sv,      "utility"sv,     "snr"sv,        "sdr"sv};
// Quality of which the name does not say which way is better.
constexpr std::array kQuality = {"fitness"sv, "objective"sv, "obj"sv, "quality"sv};
constexpr std::array kLessPerformance = {
    "time"sv,  "seconds"sv, "latency"sv, "runtime"sv, "elapsed"sv, "duration"sv,    "conflicts"sv,
    "nodes"sv, "cycles"sv,  "wall"sv,    "cpu"sv,     "ms"sv,      "ns"sv,          "us"sv,
    "sec"sv,   "secs"sv,    "memory"sv,  "rss"sv,     "misses"sv,  "instructions"sv};
constexpr std::array kMorePerformance = {"throughput"sv,
                                         "fps"sv,
                                         "qps"sv,
                                         "tps"sv,
                                         "iops"sv,
                                         "ops"sv,
                                         "flops"sv,
                                         "gflops"sv,
                                         "mflops"sv,
                                         "bandwidth"sv,
                                         "speed"sv,
                                         "speedup"sv};
// Counters, sizes, settings, and what programs say of themselves.
constexpr std::array kBookkeeping = {
    "epochs"sv,   "rounds"sv,      "generations"sv, "episodes"sv,  "folds"sv,    "batches"sv,
    "updates"sv,  "trials"sv,      "num"sv,         "number"sv,    "n"sv,        "count"sv,
    "counts"sv,   "size"sv,        "sizes"sv,       "samples"sv,   "examples"sv, "images"sv,
    "rows"sv,     "columns"sv,     "lines"sv,       "line"sv,      "file"sv,     "files"sv,
    "items"sv,    "tokens"sv,      "id"sv,          "idx"sv,       "index"sv,    "seed"sv,
    "rank"sv,     "version"sv,     "year"sv,        "port"sv,      "pid"sv,      "code"sv,
    "status"sv,   "exit"sv,        "worker"sv,      "workers"sv,   "thread"sv,   "threads"sv,
    "cores"sv,    "gpu"sv,         "gpus"sv,        "device"sv,    "params"sv,   "parameters"sv,
    "dim"sv,      "dims"sv,        "dimension"sv,   "depth"sv,     "layers"sv,   "units"sv,
    "hidden"sv,   "width"sv,       "height"sv,      "channels"sv,  "length"sv,   "len"sv,
    "level"sv,    "warning"sv,     "warnings"sv,    "note"sv,      "info"sv,     "debug"sv,
    "progress"sv, "percent"sv,     "remaining"sv,   "eta"sv,       "lr"sv,       "learning"sv,
    "momentum"sv, "decay"sv,       "dropout"sv,     "gamma"sv,     "alpha"sv,    "beta"sv,
    "lambda"sv,   "temperature"sv, "threshold"sv,   "patience"sv,  "weight"sv,   "weights"sv,
    "scale"sv,    "tolerance"sv,   "tol"sv,         "eps"sv,       "epsilon"sv,  "warmup"sv,
    "bytes"sv,    "kb"sv,          "mb"sv,          "gb"sv,        "vocab"sv,    "classes"sv,
    "features"sv, "page"sv,        "date"sv,        "option"sv,    "options"sv,  "job"sv,
    "jobs"sv,     "tree"sv,        "trees"sv,       "estimators"sv};
// At the end of a name: what it is of the quality before it.
constexpr std::array kOfQuality = {"weight"sv,
                                   "weights"sv,
                                   "scale"sv,
                                   "threshold"sv,
                                   "coef"sv,
                                   "coefficient"sv,
                                   "fn"sv,
                                   "type"sv,
                                   "code"sv,
                                   "line"sv,
                                   "time"sv,
                                   "count"sv,
                                   "size"sv,
                                   "id"sv,
                                   "index"sv,
                                   "smoothing"sv,
                                   "clip"sv,
                                   "patience"sv,
                                   "seconds"sv};

template <std::size_t kCount>
bool one_of(std::string_view word, const std::array<std::string_view, kCount>& words) {
  return std::ranges::find(words, word) != words.end();
}

// "hits10" is "hits"; "testacc" and "hingeloss" end with a word.
template <std::size_t kCount>
bool means(std::string_view word, const std::array<std::string_view, kCount>& words) {
  if (one_of(word, words)) {
    return true;
  }
  const auto letters = word.find_last_not_of("0123456789");
  return letters != std::string_view::npos && letters > 1 &&
         one_of(word.substr(0, letters + 1), words);
}

bool ends_in_one(std::string_view word, std::initializer_list<std::string_view> ends) {
  return word.size() > 5 &&
         std::ranges::any_of(ends, [&](std::string_view end) { return word.ends_with(end); });
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Of letters and digits, in lower case; bestIteration is two.
Words words_in(std::string_view name) {
  Words words;
  std::string word;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool other =
        !is_lower(c) && !is_upper(c) && !is_digit(c) && static_cast<signed char>(c) >= 0;
    const bool begins = is_upper(c) && word.size() > 1 && is_lower(name[i - 1]);  // not in mAP
    if ((other || begins) && !word.empty()) {
      words.push_back(lower_case(std::exchange(word, {})));
    }
    word += other ? "" : std::string(1, c);
  }
  if (!word.empty()) {
    words.push_back(lower_case(word));
  }
  return words;
}

bool any(const Words& words, bool (*is)(std::string_view)) {
  return std::ranges::any_of(words, [&](const std::string& word) { return is(word); });
}

bool is_less_quality(std::string_view word) {
  return means(word, kLessQuality) || ends_in_one(word, {"loss", "error"});
}
bool is_more_quality(std::string_view word) {
  return means(word, kMoreQuality) || ends_in_one(word, {"acc", "accuracy", "score"});
}
bool is_quality(std::string_view word) {
  return is_less_quality(word) || is_more_quality(word) || one_of(word, kQuality);
}
bool is_less_performance(std::string_view word) {
  return one_of(word, kLessPerformance);
}
bool is_more_performance(std::string_view word) {
  return one_of(word, kMorePerformance);
}
bool is_bookkeeping(std::string_view word) {
  return is_counter(word) || one_of(word, kBookkeeping);
}

// "samples_per_second", "images/sec".
bool is_per_time(const Words& words) {
  constexpr std::array kUnits = {"second"sv, "sec"sv, "s"sv, "minute"sv, "min"sv, "hour"sv};
  if (words.size() < 2 || !one_of(words.back(), kUnits)) {
    return false;
  }
  constexpr std::array kWhat = {"per"sv,
                                "samples"sv,
                                "images"sv,
                                "img"sv,
                                "imgs"sv,
                                "it"sv,
                                "items"sv,
                                "tokens"sv,
                                "steps"sv,
                                "events"sv,
                                "requests"sv};
  return one_of(words[words.size() - 2], kWhat);
}

bool has_quality(const Words& words) {
  return any(words, is_quality) && !one_of(words.back(), kOfQuality);
}

MetricKind quality_kind(const Words& words) {
  const auto on = [&](bool validation) {
    return std::ranges::any_of(words, [&](const std::string& word) {
      const DataContext data = data_named_by(word);
      return validation ? data.validation_like() : data.kind == DataKind::train;
    });
  };
  return any(words, is_of_another) ? MetricKind::another
         : on(true)                ? MetricKind::validation
         : on(false)               ? MetricKind::training
                                   : MetricKind::quality;
}

// Whether `name` stands in the line outside of a path such as /runs/lr=0.1/acc=0.5.
bool stands_free(std::string_view line, std::string_view name) {
  bool found = false;
  for (auto at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    found = true;
    const auto begin = line.find_last_of(" \t\"'([{,;|", at == 0 ? 0 : at - 1);
    const auto token = begin == std::string_view::npos || begin >= at ? 0 : begin + 1;
    if (line.substr(token, at - token).find('/') == std::string_view::npos) {
      return true;
    }
  }
  return !found;
}

bool is_name(const Diagnosis::Seen& seen) {
  const std::string& name = seen.name;
  const bool letters = std::ranges::any_of(
      name, [](char c) { return is_lower(c) || is_upper(c) || (c & 0x80) != 0; });
  const bool odd = name.find_first_of("-/.~\\'\"<>$") == 0 || name.find("//") != std::string::npos;
  return letters && !odd && stands_free(seen.line, name) && !refused_option(seen.line);
}

bool is_parameter(std::string_view name, const Config& config) {
  return std::ranges::any_of(
      config, [&](const auto& parameter) { return words_in(parameter.first) == words_in(name); });
}

MetricKind kind_of(const Diagnosis::Seen& seen, const Config& config) {
  return !is_name(seen)                    ? MetricKind::none
         : is_parameter(seen.name, config) ? MetricKind::bookkeeping
                                           : metric_kind(seen.name);
}

}  // namespace

MetricKind metric_kind(std::string_view name) {
  const Words words = words_in(name);
  if (words.empty()) {
    return MetricKind::unknown;
  }
  if (has_quality(words)) {
    return quality_kind(words);
  }
  if (is_per_time(words)) {
    return MetricKind::performance;
  }
  if (any(words, is_bookkeeping) || any(words, is_spread)) {
    return MetricKind::bookkeeping;
  }
  return any(words, is_less_performance) || any(words, is_more_performance)
             ? MetricKind::performance
             : MetricKind::unknown;
}

std::optional<bool> more_is_better(std::string_view metric) {
  const Words words = words_in(metric);
  const bool negated = !words.empty() && (words.front() == "neg" || words.front() == "negative");
  if (!words.empty() && has_quality(words)) {
    const bool less = any(words, is_less_quality);
    return less || any(words, is_more_quality) ? std::optional(less == negated) : std::nullopt;
  }
  if (is_per_time(words) || any(words, is_more_performance)) {
    return true;
  }
  return any(words, is_less_performance) ? std::optional(false) : std::nullopt;
}

std::vector<Diagnosis::Seen> likely_objectives(const std::vector<Diagnosis::Seen>& seen,
                                               const Config& config) {
  std::vector<std::pair<MetricKind, const Diagnosis::Seen*>> ranked;
  for (const auto& each : seen) {
    ranked.emplace_back(kind_of(each, config), &each);
  }
  std::ranges::stable_sort(
      ranked, std::ranges::less(), [](const auto& each) { return each.first; });
  const MetricKind first = ranked.empty() ? MetricKind::none : ranked.front().first;
  const auto belongs = [&](MetricKind kind) {
    return kind == first || (kind < MetricKind::bookkeeping &&
                             (kind != MetricKind::performance || first == MetricKind::performance));
  };
  std::vector<Diagnosis::Seen> likely;
  for (const auto& [kind, each] : ranked) {
    if (kind != MetricKind::none && belongs(kind)) {
      likely.push_back(*each);
    }
  }
  return likely;
}

}  // namespace luthier::cli
