// The part of the client protocol in which the engine trains: run, resume, replay; and reading.
#include <optional>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "service/client_service.h"
#include "service/run_watch.h"
#include "service/summary_json.h"
#include "tuner/machine/machine.h"
#include "tuner/machine/signals.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostRead = 10'000;  // trials or events in one answer

Result<std::filesystem::path> named_directory(const ClientRequest& request,
                                              const RunContext& options) {
  const auto name = request.text("name");
  return name ? find_experiment(options.session.results, *name)
              : Result<std::filesystem::path>(name.error());
}

}  // namespace

// What can be asked while the engine trains. A stop goes the way of `luthier stop`.
std::optional<std::string> ClientService::answer_during_run(const ClientRequest& request,
                                                            const std::filesystem::path& results,
                                                            const std::string& name,
                                                            WaitingReads& reads) {
  if (request.is_answer()) {
    questions_.take(request);
    return std::nullopt;
  }
  if (request.word == "read") {
    reads.add(request);
    return std::nullopt;
  }
  if (request.word == "interrupt") {
    interrupt_run();
    return format_answer(request, "{}");
  }
  if (request.word == "stop" && !results.empty()) {
    const std::string running = name.empty() ? feed_->experiment_name() : name;
    const auto answered =
        luthier::request(results / running, {.request = RequestKind::stop, .who = person()});
    return answered ? format_answer(request, "{}") : format_answer(request, answered.error());
  }
  if (request.word == "subscribe") {
    const auto answered = subscribe(request);
    return answered ? format_answer(request, *answered) : format_answer(request, answered.error());
  }
  return format_answer(
      request,
      Error{ErrorCode::unavailable,
            "the experiment runs; until it has ended only read, interrupt, subscribe and, for one "
            "that is stored, stop are answered"});
}

template <class Go>
ClientService::Answer ClientService::run_watched(ClientSession& session,
                                                 const std::string& name,
                                                 Go go) {
  if (trials_) {
    return Error{ErrorCode::already_exists,
                 trials_->state().spec().name + " is open here; close it first"};
  }
  const auto registry = join(session);
  if (!registry) {
    return registry.error();
  }
  RunContext& options = session.options;
  options.own_loggers.push_back(feed_);
  options.session.handle_signals = true;
  options.session.who = person();
  const auto results =
      options.session.memory_store ? std::filesystem::path() : options.session.results;
  WaitingReads reads;
  std::optional<Result<ExperimentSummary>> outcome;
  summary_.reset();
  {
    const InterruptSignals signals;  // before anyone can interrupt
    RunWatch watch(socket_,
                   {.answer =
                        [&](const ClientRequest& asked) {
                          return answer_during_run(asked, results, name, reads);
                        },
                    .gone = [&] { questions_.hang_up(); }});
    if (const auto watching = watch.start(); !watching) {
      return watching.error();
    }
    options.on_idle = [&](Session& running) {
      for (const ClientRequest& asked : reads.take()) {
        socket_.write_line(format_outcome(asked, read_of(&running, asked)));
        watch.wake();
      }
    };
    questions_.read_elsewhere(true);
    outcome.emplace(go(*registry));
    questions_.read_elsewhere(false);
  }
  if (*outcome) {
    summary_ = std::move(**outcome);
  }
  for (const ClientRequest& asked : reads.take()) {
    socket_.write_line(format_outcome(asked, read(asked)));
  }
  return summary_ ? Answer(summary_json(*summary_)) : outcome->error();
}

ClientService::Answer ClientService::run(const ClientRequest& request) {
  auto begin = read_client_start(request);
  if (!begin) {
    return begin.error();
  }
  RunContext& options = begin->session.options;
  const std::string name = options.may_rename ? "" : begin->spec.name;
  return run_watched(begin->session, name, [&](const PluginRegistry& registry) {
    return run_experiment(std::move(begin->spec), registry, options);
  });
}

ClientService::Answer ClientService::resume(const ClientRequest& request) {
  auto session = read_client_session(request);
  if (!session) {
    return session.error();
  }
  const auto directory = named_directory(request, session->options);
  const auto samples = request.integer_or("more_samples", 0);
  if (!directory || !samples) {
    return directory ? samples.error() : directory.error();
  }
  Extension extension;
  if (*samples > 0) {
    extension.more_samples = *samples;
  }
  return run_watched(*session, directory->filename().string(), [&](const PluginRegistry& registry) {
    return resume_experiment(*directory, registry, session->options, extension);
  });
}

ClientService::Answer ClientService::replay(const ClientRequest& request) {
  auto session = read_client_session(request);
  if (!session) {
    return session.error();
  }
  const auto directory = named_directory(request, session->options);
  if (!directory) {
    return directory.error();
  }
  if (trials_) {
    return Error{ErrorCode::already_exists,
                 trials_->state().spec().name + " is open here; close it first"};
  }
  const auto registry = join(*session);
  if (!registry) {
    return registry.error();
  }
  const auto counts = replay_experiment(*directory, *registry);
  if (!counts) {
    return counts.error();
  }
  std::string out;
  JsonWriter(out)
      .object()
      .field("decisions", counts->decisions)
      .field("choices", counts->choices)
      .field("suggestions", counts->suggestions)
      .field("differences", counts->differences)
      .field("first_difference", counts->first_difference)
      .end();
  return out;
}

ClientService::Answer ClientService::load(const ClientRequest& request) {
  const auto session = read_client_session(request);
  if (!session) {
    return session.error();
  }
  const auto directory = named_directory(request, session->options);
  if (!directory) {
    return directory.error();
  }
  const auto state = read_state(*directory);
  if (!state) {
    return state.error();
  }
  summary_ = summarise(**state, *directory);
  return summary_json(*summary_);
}

// ---- reading

ClientService::Answer ClientService::read_trials(Session* open,
                                                 std::int64_t first,
                                                 std::int64_t count) const {
  const auto known = open ? open->state().trial_count() : std::ssize(summary_->trials);
  std::string out;
  JsonWriter json(out);
  json.object().key("trials").list();
  for (std::int64_t i = first; i < known && i - first < count; ++i) {
    json.raw(trial_json(open ? summarise_trial(open->state(), TrialId{i})
                             : summary_->trials[static_cast<std::size_t>(i)]));
  }
  json.end().field("known", known).end();
  return out;
}

ClientService::Answer ClientService::read_events_from(Session* open,
                                                      std::int64_t first,
                                                      std::int64_t count) {
  std::vector<Event> events;
  const auto take = [&](const Event& event) {
    events.push_back(event);
    return std::ssize(events) < count;
  };
  if (!open && summary_->directory.empty()) {
    return Error{ErrorCode::not_found,
                 "the events of an experiment in memory are gone once it has ended; store it"};
  }
  const auto got =
      open ? open->store().read_from(first, take) : read_events(summary_->directory, first, take);
  return got ? Answer(events_json(events)) : got.error();
}

ClientService::Answer ClientService::read(const ClientRequest& request) {
  return read_of(trials_ ? &trials_->session() : nullptr, request);
}

ClientService::Answer ClientService::read_of(Session* open, const ClientRequest& request) {
  if (!open && !summary_) {
    return Error{ErrorCode::not_found,
                 "no experiment is open here; start one, run one or load one"};
  }
  const auto what = request.text("what");
  const auto first = request.integer_or("first", what && *what == "events" ? 1 : 0);
  const auto count = request.integer_or("count", 1000);
  if (!what || !first || !count) {
    return !what ? what.error() : !first ? first.error() : count.error();
  }
  if (*first < 0 || *count < 1 || *count > kMostRead) {
    return Error{ErrorCode::invalid_argument,
                 "'first' must be at least 0, and 'count' from 1 to " + std::to_string(kMostRead)};
  }
  if (*what == "trials") {
    return read_trials(open, *first, *count);
  }
  if (*what == "events") {
    return read_events_from(open, *first, *count);
  }
  if (*what == "summary") {
    return summary_json(open ? summarise(open->state(), open->directory()) : *summary_);
  }
  return failure(ErrorCode::invalid_argument,
                 "there is no '{}' to read; known: summary, trials, events",
                 *what);
}

}  // namespace luthier
