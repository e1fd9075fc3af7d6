#include "service/client_service.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "service/summary_json.h"
#include "tuner/machine/machine.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostAtOnce = 10'000;  // trials asked for, trials or events read

Error nothing_open() {
  return {ErrorCode::not_found, "no experiment is open here; start one, run one or load one"};
}

Result<std::int64_t> count_of(const ClientRequest& request, std::int64_t otherwise) {
  auto count = request.integer_or("count", otherwise);
  if (count && (*count < 1 || *count > kMostAtOnce)) {
    return failure(
        ErrorCode::invalid_argument, "'count' is {}; it must be from 1 to {}", *count, kMostAtOnce);
  }
  return count;
}

Result<std::vector<Config>> read_configs(const Json& json) {
  if (json.items.empty() || std::ssize(json.items) > kMostAtOnce) {
    return failure(
        ErrorCode::invalid_argument, "'configs' must be a list of 1 to {} objects", kMostAtOnce);
  }
  std::vector<Config> configs;
  for (const Json& item : json.items) {
    auto values = read_values(item, "configs");
    if (!values) {
      return values.error();
    }
    configs.emplace_back(*std::move(values));
  }
  return configs;
}

}  // namespace

struct ClientService::Word {
  std::string_view name;
  Answer (ClientService::*answer)(const ClientRequest& request);
};

const ClientService::Word ClientService::kWords[] = {{"hello", &ClientService::hello},
                                                     {"start", &ClientService::start},
                                                     {"ask", &ClientService::ask},
                                                     {"report", &ClientService::report},
                                                     {"checkpoint", &ClientService::checkpoint},
                                                     {"tell", &ClientService::tell},
                                                     {"fail", &ClientService::fail},
                                                     {"stop", &ClientService::stop},
                                                     {"close", &ClientService::close},
                                                     {"run", &ClientService::run},
                                                     {"resume", &ClientService::resume},
                                                     {"replay", &ClientService::replay},
                                                     {"load", &ClientService::load},
                                                     {"read", &ClientService::read},
                                                     {"subscribe", &ClientService::subscribe}};

void ClientService::serve() {
  while (const auto line = next_line()) {
    ClientRequest request;
    const auto parsed = parse_client_request(*line, request);
    if (!parsed || !request.is_answer()) {  // one that comes too late is not waited for any more
      socket_.write_line(parsed ? answer(request) : format_answer(request, parsed.error()));
    }
  }
  if (socket_.overlong()) {
    socket_.write_line(
        format_answer(ClientRequest{},
                      Error{ErrorCode::invalid_argument,
                            "a line is longer than 16 MB; nothing more is read from this client"}));
    socket_.flush();
  }
  questions_.hang_up();
  if (trials_) {
    // What could not be written now is what a crash would lose: nothing that was acknowledged.
    static_cast<void>(trials_->close());
  }
}

std::optional<std::string> ClientService::next_line() {
  auto line = questions_.next_request();
  return line ? line : socket_.read_line();
}

std::string ClientService::answer(const ClientRequest& request) {
  const auto* const found = std::ranges::find(kWords, request.word, &Word::name);
  if (found == std::end(kWords)) {
    std::vector<std::string> known;
    for (const Word& word : kWords) {
      known.emplace_back(word.name);
    }
    return format_answer(
        request, Error{ErrorCode::invalid_argument, unknown_name("request", request.word, known)});
  }
  if (!greeted_ && request.word != "hello") {
    return format_answer(request,
                         Error{ErrorCode::invalid_argument,
                               "the first request must be hello, with the protocol's version"});
  }
  const Answer answered = (this->*found->answer)(request);
  return answered ? format_answer(request, *answered) : format_answer(request, answered.error());
}

ClientService::Answer ClientService::hello(const ClientRequest& request) {
  const auto protocol = request.integer("protocol");
  if (!protocol) {
    return protocol.error();
  }
  if (*protocol != kClientProtocol) {
    return Error{ErrorCode::invalid_argument,
                 "the client speaks version " + std::to_string(*protocol) +
                     " of the protocol and luthier " LUTHIER_VERSION " version " +
                     std::to_string(kClientProtocol) + "; use a client of the same release"};
  }
  greeted_ = true;
  std::string out;
  JsonWriter(out)
      .object()
      .field("protocol", kClientProtocol)
      .field("version", LUTHIER_VERSION)
      .end();
  return out;
}

// ---- the client trains

ClientService::Answer ClientService::start(const ClientRequest& request) {
  if (trials_) {
    return Error{ErrorCode::already_exists,
                 trials_->state().spec().name + " is open here; close it first"};
  }
  auto begin = read_client_start(request);
  if (!begin) {
    return begin.error();
  }
  if (std::string problem = name_problem(begin->spec.name); !problem.empty()) {
    return Error{ErrorCode::invalid_argument, std::move(problem)};
  }
  begin->session.options.own_loggers.push_back(feed_);
  const auto registry = join(begin->session);
  if (!registry) {
    return registry.error();
  }
  auto opened = AskAndTell::open(std::move(begin->spec), *registry, begin->session.options);
  if (!opened) {
    return opened.error();
  }
  trials_ = *std::move(opened);
  summary_.reset();
  const auto& directory = trials_->session().directory();
  std::string out;
  JsonWriter(out)
      .object()
      .field("name", trials_->state().spec().name)
      .field("directory", directory.empty() ? Value() : Value(directory.string()))
      .field("trials", trials_->state().trial_count())
      .end();
  return out;
}

Result<PluginRegistry> ClientService::join(ClientSession& session) {
  PluginRegistry registry = plugins_;
  advisors_ = std::make_unique<ClientAdvisors>(questions_, std::move(session.plugins));
  const auto joined = advisors_->join(registry, session.options);
  return joined ? Result<PluginRegistry>(std::move(registry)) : joined.error();
}

Result<TrialId> ClientService::trial_out(const ClientRequest& request) const {
  if (!trials_) {
    return Error{ErrorCode::not_found, "no experiment was started here; start one first"};
  }
  const auto id = request.integer("trial");
  return id ? Result<TrialId>(TrialId{*id}) : id.error();
}

// Suggested trials, or ones with the client's own configurations.
Result<std::vector<AskedTrial>> ClientService::asked_trials(const ClientRequest& request) {
  if (const Json* configs = request.find("configs")) {
    const auto read = read_configs(*configs);
    return read ? trials_->ask(*read) : read.error();
  }
  const auto count = count_of(request, 1);
  if (!count) {
    return count.error();
  }
  return trials_->ask(*count);
}

ClientService::Answer ClientService::ask(const ClientRequest& request) {
  if (!trials_) {
    return nothing_open();
  }
  const auto trials = asked_trials(request);
  if (!trials) {
    return trials.error();
  }
  if (trials->empty() && !trials_->error().empty()) {
    return Error{ErrorCode::io, trials_->error()};
  }
  std::string out;
  JsonWriter json(out);
  json.object()
      .list_of("trials", *trials, [&](const AskedTrial& trial) { json.raw(asked_json(trial)); })
      .field("finished", trials_->finished())
      .end();
  return out;
}

std::string ClientService::decision(TrialId trial, DecisionKind kind) const {
  const auto& live = trials_->state().record(trial).live;
  const bool completes = live && live->ending == Ending::complete;
  std::string out;
  JsonWriter json(out);
  json.object().field("decision", kind).field("iteration", trials_->state().iteration(trial));
  if (completes) {
    json.field("completes", true);
  }
  json.end();
  return out;
}

ClientService::Answer ClientService::report(const ClientRequest& request) {
  const auto trial = trial_out(request);
  auto metrics = request.values("metrics");
  if (!trial || !metrics) {
    return trial ? metrics.error() : trial.error();
  }
  const auto kind = trials_->report(*trial, *metrics);
  return kind ? Answer(decision(*trial, *kind)) : kind.error();
}

ClientService::Answer ClientService::checkpoint(const ClientRequest& request) {
  const auto trial = trial_out(request);
  const auto complete = request.flag_or("complete", false);
  if (!trial || !complete) {
    return trial ? complete.error() : trial.error();
  }
  if (*complete) {
    const auto committed = trials_->commit_checkpoint(*trial);
    return committed ? Answer("{}") : committed.error();
  }
  const auto directory = trials_->begin_checkpoint(*trial);
  return directory ? Answer(formatted("{{\"directory\": {}}}", json_string(directory->string())))
                   : directory.error();
}

// With metrics it is a report first, whatever is decided on that.
ClientService::Answer ClientService::tell(const ClientRequest& request) {
  const auto trial = trial_out(request);
  if (!trial) {
    return trial.error();
  }
  const auto stopped = request.flag_or("stopped", false);
  if (!stopped) {
    return stopped.error();
  }
  if (request.find("metrics") != nullptr) {
    if (const auto reported = report(request); !reported) {
      return reported;
    }
  }
  const auto told = *stopped ? trials_->tell_stopped(*trial, "the client") : trials_->tell(*trial);
  return told ? Answer("{}") : told.error();
}

ClientService::Answer ClientService::fail(const ClientRequest& request) {
  const auto trial = trial_out(request);
  auto message = request.text_or("message", "the client said so");
  if (!trial || !message) {
    return trial ? message.error() : trial.error();
  }
  const auto failed = trials_->fail(*trial, *std::move(message));
  return failed ? Answer("{}") : failed.error();
}

ClientService::Answer ClientService::stop(const ClientRequest& /*request*/) {
  if (!trials_) {
    return nothing_open();
  }
  const auto stopped = trials_->stop(person());
  return stopped ? Answer("{}") : stopped.error();
}

ClientService::Answer ClientService::close(const ClientRequest& /*request*/) {
  if (!trials_) {
    return nothing_open();
  }
  auto summary = std::exchange(trials_, nullptr)->close();
  if (!summary) {
    return summary.error();
  }
  summary_ = *std::move(summary);
  return summary_json(*summary_);
}

ClientService::Answer ClientService::subscribe(const ClientRequest& request) {
  const auto on = request.flag_or("on", true);
  if (!on) {
    return on.error();
  }
  feed_->subscribe(*on);
  return Answer("{}");
}

}  // namespace luthier
