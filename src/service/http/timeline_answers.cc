// When attempts began and ended: for the picture of who was busy with what.
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <ranges>

#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostAttempts = 20000;

struct Bar {
  TrialId trial = {};
  std::int64_t attempt = 0;
  double begin_s = 0;
  std::optional<double> end_s = {};
  std::string_view outcome = {};  // empty: it has not ended
  std::int64_t from_iteration = 0;
  std::int64_t to_iteration = 0;
};

class Timeline final : public EventFold {
 public:
  void take(const Event& event) override {
    if (event.sequence == 1) {
      start_ = event.time;
    }
    time_s_ = static_cast<double>(event.time - start_) * 1e-6;
    std::visit([this](const auto& body) { on(body); }, event.body);
  }

  // The last `most` attempts.
  void write(JsonWriter& json, std::int64_t most) const {
    json.field("end_s", time_s_)
        .field("jobs", jobs_)
        .field("attempt_count", first_ + static_cast<std::int64_t>(bars_.size()));
    const auto beyond = std::max<std::ptrdiff_t>(0, std::ssize(bars_) - most);
    json.list_of("attempts", std::views::drop(bars_, beyond), [&](const Bar& bar) {
      json.list()
          .value(bar.trial.value)
          .value(bar.attempt)
          .value(bar.begin_s)
          .value(bar.end_s)
          .value(bar.outcome)
          .value(bar.from_iteration)
          .value(bar.to_iteration)
          .end();
    });
  }

 private:
  void on(const ControllerStarted& started) { jobs_ = started.jobs; }
  void on(const AttemptStarted& started) {
    open_[started.trial] = first_ + static_cast<std::int64_t>(bars_.size());
    bars_.push_back({.trial = started.trial,
                     .attempt = started.attempt,
                     .begin_s = time_s_,
                     .from_iteration = started.base_iteration,
                     .to_iteration = started.base_iteration});
    if (bars_.size() > kMostAttempts) {
      bars_.pop_front();
      ++first_;
    }
  }
  void on(const ResultReported& reported) {
    if (Bar* bar = open_bar(reported.trial)) {
      bar->to_iteration = reported.training_iteration;
    }
  }
  void on(const AttemptEnded& ended) {
    if (Bar* bar = open_bar(ended.trial)) {
      bar->end_s = time_s_;
      bar->outcome = to_text(ended.outcome);
    }
    open_.erase(ended.trial);
  }
  template <class Other>
  void on(const Other& /*no attempt begins or ends*/) {}

  // Of the trial's current attempt; null where it is too old to be kept.
  Bar* open_bar(TrialId trial) {
    const auto found = open_.find(trial);
    return found == open_.end() || found->second < first_
               ? nullptr
               : &bars_[static_cast<std::size_t>(found->second - first_)];
  }

  TimePoint start_ = 0;
  double time_s_ = 0;
  std::int64_t jobs_ = 0;
  std::int64_t first_ = 0;  // attempts that are not kept any more
  std::deque<Bar> bars_;
  std::map<TrialId, std::int64_t> open_;
};

}  // namespace

ApiAnswer answer_timeline(const ApiRequest& request) {
  LUTHIER_TAKE(const auto limit, request.number("limit", kMostAttempts, 1, kMostAttempts));
  std::string out;
  LUTHIER_TRY(request.pictures.look<Timeline>(
      request.experiment,
      "timeline",
      [] { return std::make_unique<Timeline>(); },
      [&](const Timeline& timeline) -> Result<> {
        JsonWriter json(out);
        json.object().field("schema", 1).field("running", is_running(request.experiment));
        timeline.write(json, limit);
        json.end();
        return {};
      }));
  return json_response(std::move(out));
}

}  // namespace luthier
