// ClientService: the engine's side of the client protocol (docs/client_protocol.md). One client,
// one experiment at a time; requests are answered in their order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/client_advisors.h"
#include "service/client_message.h"
#include "service/client_questions.h"
#include "service/client_start.h"
#include "service/event_feed.h"
#include "service/line_socket.h"
#include "service/waiting_reads.h"
#include "tuner/ask_and_tell.h"

namespace luthier {

class ClientService {
 public:
  explicit ClientService(LineSocket& socket) : socket_(socket) {}

  // Until the client is gone; then its experiment is left, to be resumed.
  void serve();

 private:
  using Answer = Result<std::string>;  // the result, as JSON
  struct Word;
  static const Word kWords[];

  std::string answer(const ClientRequest& request);
  Answer hello(const ClientRequest& request);
  Answer start(const ClientRequest& request);
  Answer ask(const ClientRequest& request);
  Answer report(const ClientRequest& request);
  Answer checkpoint(const ClientRequest& request);
  Answer tell(const ClientRequest& request);
  Answer fail(const ClientRequest& request);
  Answer stop(const ClientRequest& request);
  Answer close(const ClientRequest& request);
  Answer run(const ClientRequest& request);
  Answer resume(const ClientRequest& request);
  Answer replay(const ClientRequest& request);
  Answer load(const ClientRequest& request);
  Answer read(const ClientRequest& request);
  Answer subscribe(const ClientRequest& request);

  std::optional<std::string> next_line();
  std::optional<std::string> answer_during_run(const ClientRequest& request,
                                               const std::filesystem::path& results,
                                               const std::string& name,
                                               WaitingReads& reads);
  template <class Go>
  Answer run_watched(ClientSession& session, const std::string& name, Go go);
  // The plugins there are, with what the client brings.
  Result<PluginRegistry> join(ClientSession& session);
  Result<std::vector<AskedTrial>> asked_trials(const ClientRequest& request);
  Result<TrialId> trial_out(const ClientRequest& request) const;
  // `open`: the experiment that is open or runs; null: the last one.
  Answer read_of(Session* open, const ClientRequest& request);
  Answer read_trials(Session* open, std::int64_t first, std::int64_t count) const;
  Answer read_events_from(Session* open, std::int64_t first, std::int64_t count);
  std::string decision(TrialId trial, DecisionKind kind) const;

  LineSocket& socket_;
  std::shared_ptr<EventFeed> feed_ = std::make_shared<EventFeed>(socket_);
  ClientQuestions questions_{socket_};
  const PluginRegistry plugins_;
  std::unique_ptr<ClientAdvisors> advisors_;  // of the experiment that is open or runs
  std::unique_ptr<AskAndTell> trials_;        // of start, while it is open
  std::optional<ExperimentSummary> summary_;  // of what was run, closed or loaded
  bool greeted_ = false;
};

}  // namespace luthier
