#include "loggers/csv.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "loggers/private_files.h"
#include "loggers/result_record.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotDone = "false";

void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    out.append(c == '"' ? 2 : 1, c);
  }
  out += '"';
}

void append_value(std::string& out, const Value& value) {
  if (const auto* number = std::get_if<double>(&value.data())) {
    append_number(out, *number);
  } else if (!value.is_null()) {
    append_cell(out, to_text(value));
  }
}

// Copies a CSV file with a new header and `cells` empty cells at the end of every row.
class Widener {
 public:
  Widener(const ContainedFiles& files, fs::path to, std::string header, std::size_t cells)
      : files_(files), to_(std::move(to)), waiting_(std::move(header)), cells_(cells) {}

  Result<> copy(const fs::path& from) {
    files_.remove(to_);
    const auto copied = read_pieces(files_, from, [&](std::string_view piece) {
      take(piece);
      return append_to_file(files_, to_, std::exchange(waiting_, {}));
    });
    return copied ? append_to_file(files_, to_, waiting_) : copied;
  }

 private:
  void take(std::string_view bytes) {
    for (const char c : bytes) {
      quoted_ ^= c == '"';  // a doubled quote leaves and enters again
      const bool row_ends = c == '\n' && !quoted_;
      if (!in_header_) {
        waiting_.append(row_ends ? cells_ : 0, ',');
        waiting_ += c;
      }
      in_header_ = in_header_ && !row_ends;
    }
  }

  const ContainedFiles& files_;
  fs::path to_;
  std::string waiting_;
  std::size_t cells_;
  bool quoted_ = false;
  bool in_header_ = true;
};

class CsvWriter final : public TrialWriter {
 public:
  explicit CsvWriter(TrialId trial) : id_(to_text(trial)) {}

  Result<> on_event(const Event& event, TrialFolder& folder) override {
    return std::visit([&](const auto& body) { return on(body, event.time, folder); }, event.body);
  }

 private:
  Result<> on(const AttemptStarted&, TimePoint time, TrialFolder& folder) {
    time_.on_attempt(time);
    return finish(folder, false);
  }
  Result<> on(const ResultReported& result, TimePoint time, TrialFolder& folder) {
    LUTHIER_TRY(finish(folder, false));
    time_.on_result(time);
    LUTHIER_TRY(fit_columns(result.metrics, folder));
    begin_row(result, time);
    return {};
  }
  Result<> on(const ResultRepeated&, TimePoint time, TrialFolder& folder) {
    time_.on_repeated(time);
    return finish(folder, false);
  }
  Result<> on(const DecisionMade& made, TimePoint, TrialFolder& folder) {
    return finish(folder, made.decision.kind == DecisionKind::stop);
  }
  Result<> on(const TrialEnded&, TimePoint, TrialFolder& folder) {
    if (!row_.empty()) {
      return finish(folder, true);
    }
    const std::string last = std::exchange(not_done_, {});
    if (last.empty()) {
      return {};
    }
    std::string row = last;
    return folder.replace_end(last.size(), row.replace(done_at_, kNotDone.size(), "true"));
  }
  template <class Other>
  Result<> on(const Other&, TimePoint, TrialFolder& folder) {
    return finish(folder, false);
  }

  // Makes sure that every metric has a column and the file a header.
  Result<> fit_columns(const Metrics& metrics, TrialFolder& folder) {
    const std::size_t before = columns_.size();
    if (!all_known(metrics)) {
      const std::set<std::string> known(columns_.begin(), columns_.end());
      for (const auto& entry : metrics) {
        if (!known.contains(entry.first)) {
          columns_.push_back(entry.first);
        }
      }
    }
    if (!folder.is_open()) {
      auto opened = folder.open("progress.csv");
      folder.out() += header();
      return opened;
    }
    if (columns_.size() == before) {
      return {};
    }
    return folder.rewrite(
        [&](const ContainedFiles& files, const fs::path& old_version, const fs::path& new_version) {
          return Widener(files, new_version, header(), columns_.size() - before).copy(old_version);
        });
  }

  // The usual case: the same metrics in the same order as the columns.
  bool all_known(const Metrics& metrics) const {
    return metrics.size() <= columns_.size() &&
           std::equal(metrics.begin(),
                      metrics.end(),
                      columns_.begin(),
                      [](const auto& entry, const auto& column) { return entry.first == column; });
  }

  std::string header() const {
    std::string out;
    for (const std::string_view field : kRecordFields) {
      out.append(out.empty() ? "" : ",").append(field);
    }
    for (const std::string& metric : columns_) {
      out += ',';
      append_cell(out, column_name(metric));
    }
    return out += '\n';
  }

  void begin_row(const ResultReported& result, TimePoint time) {
    row_ = id_ + ',' + std::to_string(result.training_iteration);
    for (const double seconds :
         {time_.this_iteration_s(), time_.total_s(), time_.since_restore_s()}) {
      row_ += ',';
      append_number(row_, seconds);
    }
    row_ += ',' + std::to_string(time_.iterations_since_restore());
    row_ += formatted(",{},{},", timestamp_s(time), date_text(time));
    done_at_ = row_.size();
    const bool in_order = all_known(result.metrics);
    auto next = result.metrics.begin();
    for (const std::string& column : columns_) {
      row_ += ',';
      if (in_order) {
        if (next != result.metrics.end()) {
          append_value(row_, (next++)->second);
        }
      } else if (const Value* value = result.metrics.find(column)) {
        append_value(row_, *value);
      }
    }
    row_ += '\n';
  }

  // A row waits for the decision, which the log has right after the result.
  Result<> finish(TrialFolder& folder, bool done) {
    if (!row_.empty()) {
      row_.insert(done_at_, done ? "true" : kNotDone);
      folder.out() += row_;
      not_done_ = done ? std::string() : std::move(row_);
      row_.clear();
    }
    return {};
  }

  std::string id_;
  std::vector<std::string> columns_;  // metrics by their own names
  TrainingTime time_;
  std::string row_;
  std::size_t done_at_ = 0;
  std::string not_done_;  // the last row where it says so: the trial may end before another comes
};

class CsvFormat final : public FileFormat {
 public:
  std::unique_ptr<TrialWriter> make_writer(TrialId trial) const override {
    return std::make_unique<CsvWriter>(trial);
  }
};

}  // namespace

std::unique_ptr<FileFormat> csv_format() {
  return std::make_unique<CsvFormat>();
}

}  // namespace luthier
