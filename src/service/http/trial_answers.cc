// The table of trials, one trial, and what its program wrote.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/contained_files.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "service/http/thinned.h"
#include "service/http/trial_request.h"
#include "tuner/assembly.h"
#include "tuner/stored/stored_words.h"
#include "tuner/stored/trial_story.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostTrials = 1000;
constexpr std::int64_t kMostDecisions = 500;

// As `trials --json` prints it, with the values of the columns.
std::string row_json(const ExperimentSpec& spec,
                     const TrialColumns& columns,
                     const std::vector<std::string>& shown,
                     const TrialRow& row,
                     bool running) {
  std::string out;
  JsonWriter json(out);
  const TrialColumns::Row values(columns, row);
  json.object()
      .members_of(trial_row_json(spec, row, running, columns.remarks().of(row.trial)))
      .list_of("cells", shown, [&](const std::string& name) { json.value(values.value(name)); })
      .end();
  return out;
}

// The columns of the table: those that vary, then every other metric that was reported.
std::vector<std::string> shown_columns(const TrialColumns& columns, std::size_t known_before) {
  auto shown = columns.default_columns();
  for (std::size_t i = known_before; i < columns.known().size(); ++i) {
    shown.insert(shown.end() - 2, columns.known()[i]);
  }
  return shown;
}

}  // namespace

ApiAnswer answer_trials(const ApiRequest& request) {
  LUTHIER_TAKE(const auto query, trial_query(request));
  LUTHIER_TAKE(const auto limit, request.number("limit", 100, 1, kMostTrials));
  LUTHIER_TAKE(const auto offset, request.number("offset", 0, 0, std::int64_t{1} << 53));
  const bool running = is_running(request.experiment);
  std::string out;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    TrialColumns columns(table.spec(), running, read_remarks(request.experiment));
    const std::size_t known = columns.known().size();
    LUTHIER_TRY(check_query(table, columns, query));
    LUTHIER_TAKE(const auto wanted, wanted_trials(table, columns, query));
    const auto count = static_cast<std::int64_t>(wanted.size());
    std::vector<TrialRow> rows;
    for (auto i = offset; i < std::min(count, offset + limit); ++i) {
      LUTHIER_TAKE(auto row, table.row(wanted[static_cast<std::size_t>(i)]));
      columns.learn(row.last);
      rows.push_back(std::move(row));
    }
    const auto shown = shown_columns(columns, known);
    JsonWriter json(out);
    json.object()
        .field("schema", 1)
        .field("total", count)
        .field("offset", offset)
        .field("limit", limit)
        .field("columns", shown)
        .list_of("trials", rows, [&](const TrialRow& row) {
          json.raw(row_json(table.spec(), columns, shown, row, running));
        });
    json.end();
    return {};
  }));
  return json_response(std::move(out));
}

namespace {

struct Attempt {
  AttemptStarted started;
  double started_s = 0;
  std::optional<AttemptEnded> ended;
  double ended_s = 0;
};

// What happened to one trial, gathered from its events.
class History {
 public:
  History(TrialId trial, std::size_t points, std::size_t decisions)
      : trial_(trial), most_decisions_(decisions), results_(points) {}

  void take(const Event& event) {
    if (event.sequence == 1) {
      start_ = event.time;
    }
    time_s_ = static_cast<double>(event.time - start_) * 1e-6;
    if (trial_of(event.body) == trial_) {
      std::visit([this](const auto& body) { on(body); }, event.body);
    }
  }

  void write(JsonWriter& json) const {
    json.list_of("attempt_list", attempts_, [&](const Attempt& each) { write(json, each); });
    json.field("decision_count", decision_count_);
    json.list_of("decisions", decisions_, [&](const std::string& each) { json.raw(each); });
    json.field("result_count", results_.count());
    json.list_of("results", results_.points(), [&](const Reported& each) {
      json.object()
          .field("iteration", each.iteration)
          .field("time_s", each.time_s)
          .raw_field("metrics", to_json(each.metrics))
          .end();
    });
  }

 private:
  struct Reported {
    std::int64_t iteration = 0;
    double time_s = 0;
    Metrics metrics;
  };

  void on(const AttemptStarted& started) {
    attempts_.push_back({.started = started, .started_s = time_s_});
  }
  void on(const AttemptEnded& ended) {
    if (!attempts_.empty()) {
      attempts_.back().ended = ended;
      attempts_.back().ended_s = time_s_;
    }
  }
  void on(const ResultReported& reported) {
    results_.add({reported.training_iteration, time_s_, reported.metrics});
  }
  void on(const DecisionMade& made) {
    ++decision_count_;
    decisions_.push_back(decision_json(made));
    if (decisions_.size() > most_decisions_) {
      decisions_.erase(decisions_.begin());
    }
  }
  template <class Other>
  void on(const Other& /*shown elsewhere*/) {}

  static void write(JsonWriter& json, const Attempt& attempt) {
    const auto& ended = attempt.ended;
    json.object()
        .field("attempt", attempt.started.attempt)
        .field("started_s", attempt.started_s)
        .field("base_iteration", attempt.started.base_iteration)
        .field("devices", attempt.started.devices)
        .field("ended_s", ended ? std::optional(attempt.ended_s) : std::nullopt)
        .field("outcome", ended ? std::optional(to_text(ended->outcome)) : std::nullopt)
        .field("exit_status", ended ? std::optional(ended->exit_status) : std::nullopt)
        .field("message", ended ? ended->message : "")
        .field("wall_s", ended ? ended->measured.wall_s : 0)
        .field("cpu_s", ended ? ended->measured.cpu_s : 0)
        .field("max_rss_bytes", ended ? ended->measured.max_rss_bytes : 0)
        .end();
  }

  const TrialId trial_;
  const std::size_t most_decisions_;
  TimePoint start_ = 0;
  double time_s_ = 0;
  std::vector<Attempt> attempts_;
  std::vector<std::string> decisions_;
  std::int64_t decision_count_ = 0;
  Thinned<Reported> results_;
};

Error no_trial(TrialId trial, std::int64_t count) {
  return failure(ErrorCode::not_found,
                 "there is no trial {}; the experiment has {}",
                 trial.value,
                 counted(count, "trial"));
}

Result<std::string> row_of_trial(const ApiRequest& request) {
  const bool running = is_running(request.experiment);
  std::string out;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(const auto row, table.row(request.trial));
    out = trial_row_json(
        table.spec(), row, running, read_remarks(request.experiment).of(request.trial));
    return {};
  }));
  return out;
}

std::filesystem::path directory_of(TrialId trial) {
  return std::filesystem::path("trials") / to_text(trial);
}

// Those of stdout and stderr that there is a log of.
std::vector<std::string> streams_of(const ApiRequest& request) {
  const ContainedFiles files(request.experiment, directory_of(request.trial));
  std::vector<std::string> streams;
  for (const char* stream : {"stdout", "stderr"}) {
    if (files.status(std::string(stream) + ".log")) {
      streams.emplace_back(stream);
    }
  }
  return streams;
}

}  // namespace

ApiAnswer answer_trial(const ApiRequest& request) {
  LUTHIER_TAKE(const auto points, request.number("points", 500, 2, 5000));
  LUTHIER_TAKE(const auto decisions,
               request.number("decisions", kMostDecisions, 1, kMostDecisions));
  History history(
      request.trial, static_cast<std::size_t>(points), static_cast<std::size_t>(decisions));
  LUTHIER_TAKE(const auto story,
               read_trial_story(request.experiment, request.trial, [&](const Event& event) {
                 history.take(event);
               }));
  if (request.trial.value >= story.trial_count) {
    return no_trial(request.trial, story.trial_count);
  }
  LUTHIER_TAKE(const auto row, row_of_trial(request));
  std::string out = row;
  out.pop_back();
  std::string more;
  JsonWriter json(more);
  json.object();
  json.list_of("objectives", story.spec.objectives, [&](const Objective& each) {
    json.object().field("metric", each.metric).field("mode", each.mode).end();
  });
  json.field("logs", streams_of(request));
  history.write(json);
  json.end();
  return json_response(formatted("{}, {}", out, more.substr(1)));
}

ApiAnswer answer_log(const ApiRequest& request) {
  const std::string stream = request.text("stream");
  if (!stream.empty() && stream != "stdout" && stream != "stderr") {
    return failure(ErrorCode::invalid_argument,
                   "stream is '{}'; it must be stdout or stderr",
                   to_utf8(stream));
  }
  LUTHIER_TAKE(const auto bytes, request.number("bytes", 16 << 10, 1, 256 << 10));
  const std::string name = (stream.empty() ? "stdout" : stream) + ".log";
  const ContainedFiles files(request.experiment, directory_of(request.trial));
  const FileDescriptor file = files.open(name, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return failure(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                   "can't read {} of trial {}: {}; only trials whose program was started have logs",
                   name,
                   request.trial.value,
                   file_trouble(errno));
  }
  const std::int64_t from = std::max<std::int64_t>(0, status.st_size - bytes);
  std::string text(static_cast<std::size_t>(std::min<std::int64_t>(bytes, status.st_size)), '\0');
  const ssize_t count = ::pread(file.get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (from > 0) {
    text.erase(0, text.find('\n') + 1);  // the rest of a line; all where it is longer than this
  }
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("size", static_cast<std::int64_t>(status.st_size))
      .field("cut", from > 0)
      .field("text", printable_lines(text))
      .end();
  return json_response(std::move(out));
}

}  // namespace luthier
