#include "loggers/json.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "loggers/result_record.h"

namespace luthier {
namespace {

constexpr std::string_view kDone = ", \"done\": true}\n";
constexpr std::string_view kNotDone = ", \"done\": false}\n";

struct Leaf {
  std::string_view name;  // what is left of it inside the group
  const Value* value;
};

void write_object(JsonWriter& json, const std::vector<Leaf>& leaves) {
  const auto is_value = [&](std::string_view name) {
    return std::ranges::find(leaves, name, &Leaf::name) != leaves.end();
  };
  std::set<std::string_view> written;
  json.object();
  for (const auto& [name, value] : leaves) {
    const auto dot = name.find('.');
    const std::string_view group = name.substr(0, dot);
    if (dot == std::string_view::npos || is_value(group)) {
      json.field(name, *value);
    } else if (written.insert(group).second) {
      std::vector<Leaf> members;
      for (const auto& [other, its_value] : leaves) {
        if (other.size() > dot && other.starts_with(group) && other[dot] == '.') {
          members.push_back({other.substr(dot + 1), its_value});
        }
      }
      write_object(json.key(group), members);
    }
  }
  json.end();
}

class JsonTrialWriter final : public TrialWriter {
 public:
  explicit JsonTrialWriter(TrialId trial) : id_(to_text(trial)) {}

  Result<> on_event(const Event& event, TrialFolder& folder) override {
    return std::visit([&](const auto& body) { return on(body, event.time, folder); }, event.body);
  }

 private:
  Result<> on(const TrialAdded& added, TimePoint, TrialFolder& folder) {
    set_config(added.config);
    return finish(folder, false);
  }
  Result<> on(const TrialChosen& chosen, TimePoint, TrialFolder& folder) {
    if (chosen.choice.config) {
      set_config(*chosen.choice.config);
    }
    return finish(folder, false);
  }
  Result<> on(const AttemptStarted&, TimePoint time, TrialFolder& folder) {
    time_.on_attempt(time);
    LUTHIER_TRY(finish(folder, false));
    return std::exchange(changed_, false) ? folder.replace("params.json", config_ + "\n")
                                          : Result<>();
  }
  Result<> on(const ResultReported& result, TimePoint time, TrialFolder& folder) {
    auto finished = finish(folder, false);
    time_.on_result(time);
    begin_line(result, time);
    return finished;
  }
  Result<> on(const ResultRepeated&, TimePoint time, TrialFolder& folder) {
    time_.on_repeated(time);
    return finish(folder, false);
  }
  Result<> on(const DecisionMade& made, TimePoint, TrialFolder& folder) {
    return finish(folder, made.decision.kind == DecisionKind::stop);
  }
  Result<> on(const TrialEnded&, TimePoint, TrialFolder& folder) {
    if (!line_.empty()) {
      return finish(folder, true);
    }
    const bool written = !std::exchange(done_, true);
    return written ? folder.replace_end(kNotDone.size(), kDone) : Result<>();
  }
  template <class Other>
  Result<> on(const Other&, TimePoint, TrialFolder& folder) {
    return finish(folder, false);
  }

  void set_config(const Config& config) {
    config_ = nested_json(config);
    changed_ = true;
  }

  void begin_line(const ResultReported& result, TimePoint time) {
    line_ = "{\"trial_id\": \"" + id_ + "\", \"training_iteration\": ";
    line_ += std::to_string(result.training_iteration);
    append_field(", \"time_this_iter_s\": ", time_.this_iteration_s());
    append_field(", \"time_total_s\": ", time_.total_s());
    append_field(", \"time_since_restore\": ", time_.since_restore_s());
    line_ += ", \"iterations_since_restore\": " + std::to_string(time_.iterations_since_restore());
    line_ += ", \"timestamp\": " + std::to_string(timestamp_s(time));
    line_ += ", \"date\": \"" + date_text(time) + '"';
    for (const auto& [name, value] : result.metrics) {
      line_ += ", ";
      append_json_string(line_, column_name(name));
      line_ += ": ";
      line_ += to_json(value);
    }
    line_.append(", \"config\": ").append(config_);
  }
  void append_field(std::string_view key, double value) {
    line_ += key;
    append_number(line_, value);
  }

  // A line waits for the decision, which the log has right after the result.
  Result<> finish(TrialFolder& folder, bool done) {
    if (line_.empty()) {
      return {};
    }
    if (!folder.is_open()) {
      LUTHIER_TRY(folder.open("result.json"));
    }
    folder.out().append(line_).append(done ? kDone : kNotDone);
    done_ = done;
    line_.clear();
    return {};
  }

  std::string id_;
  std::string config_;  // as JSON
  bool changed_ = false;
  TrainingTime time_;
  std::string line_;
  bool done_ = true;  // what the last line says; also before there is one
};

class JsonFormat final : public FileFormat {
 public:
  std::unique_ptr<TrialWriter> make_writer(TrialId trial) const override {
    return std::make_unique<JsonTrialWriter>(trial);
  }
};

}  // namespace

std::string nested_json(const Config& config) {
  std::vector<Leaf> leaves;
  for (const auto& [name, value] : config) {
    leaves.push_back({name, &value});
  }
  std::string out;
  JsonWriter json(out);
  write_object(json, leaves);
  return out;
}

std::unique_ptr<FileFormat> json_format() {
  return std::make_unique<JsonFormat>();
}

}  // namespace luthier
