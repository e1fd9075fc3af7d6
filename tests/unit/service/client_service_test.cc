// The engine's side of the client protocol, over a socket pair.
#include "service/client_service.h"

#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file_descriptor.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// An experiment of three trials.
const std::string kSpace =
    "{\"schema\": 1, \"name\": \"e\", \"space\": {\"parameters\": {\"x\": \"uniform(0, 1)\"}, "
    "\"constraints\": []}, \"objectives\": [{\"metric\": \"loss\", \"mode\": \"min\"}], "
    "\"samples\": 3}";

// A client of a service in a thread of its own.
class Client {
 public:
  Client() {
    std::signal(SIGPIPE, SIG_IGN);  // as `luthier client` does
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = FileDescriptor(ends[0]);
    theirs_ = FileDescriptor(ends[1]);
    thread_ = std::thread([this] {
      LineSocket socket(theirs_.get(), theirs_.get());
      ClientService(socket).serve();
      theirs_.reset();
    });
  }
  ~Client() { hang_up(); }

  void hang_up() {
    ours_.reset();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  void send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto count =
          ::send(ours_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      ASSERT_GT(count, 0);
      sent += static_cast<std::size_t>(count);
    }
  }

  // False: nobody reads any more.
  bool send_some(const std::string& bytes) {
    return ::send(ours_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }

  std::string line() {
    std::string out;
    char c = 0;
    while (read(ours_.get(), &c, 1) == 1 && c != '\n') {
      out += c;
    }
    return out;
  }

  json ask(const std::string& request) {
    send(request + "\n");
    return json::parse(line());
  }
  json result(const std::string& request) {
    const json answer = ask(request);
    EXPECT_TRUE(answer.contains("result")) << request << " -> " << answer;
    return answer.value("result", json());
  }
  std::string error(const std::string& request) {
    const json answer = ask(request);
    EXPECT_TRUE(answer.contains("error")) << request << " -> " << answer;
    return answer.contains("error") ? answer["error"]["message"].get<std::string>() : "";
  }

  void greet() { result(R"({"id": 0, "do": "hello", "protocol": 1})"); }
  void start(const std::string& session = R"({"store": "memory"})") {
    greet();
    result(std::string(R"({"id": 1, "do": "start", "experiment": )") + kSpace +
           ", \"session\": " + session + "}");
  }

 private:
  FileDescriptor ours_;
  FileDescriptor theirs_;
  std::thread thread_;
};

TEST(ClientService, GreetsAClientOfItsVersion) {
  Client client;
  const json answer = client.ask(R"({"id": "a", "do": "hello", "protocol": 1})");
  EXPECT_EQ(answer["id"], "a");
  EXPECT_EQ(answer["result"]["protocol"], 1);
  EXPECT_NE(answer["result"]["version"], "");
}

TEST(ClientService, RefusesOtherVersionsAndClientsThatDoNotGreet) {
  Client client;
  EXPECT_THAT(client.error(R"({"id": 1, "do": "ask"})"), HasSubstr("must be hello"));
  EXPECT_THAT(client.error(R"({"id": 2, "do": "hello", "protocol": 2})"),
              HasSubstr("use a client of the same release"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "hello"})"), HasSubstr("'protocol'"));
}

TEST(ClientService, RefusesWhatIsNoRequest) {
  Client client;
  client.greet();
  EXPECT_THAT(client.error("{"), HasSubstr("not a line of JSON"));
  EXPECT_THAT(client.error("[1]"), HasSubstr("a JSON object"));
  EXPECT_THAT(client.error("{}"), HasSubstr("'do' must be text"));
  EXPECT_THAT(client.error(R"({"id": {}, "do": "ask"})"), HasSubstr("'id'"));
  EXPECT_THAT(client.error(R"({"id": 1, "do": "aks"})"), HasSubstr("did you mean 'ask'?"));
  EXPECT_THAT(client.error(R"({"id": 1, "do": "ask"})"), HasSubstr("no experiment is open"));
  EXPECT_EQ(client.ask(R"({"id": 7, "do": "read", "what": "trials"})")["id"], 7);
}

TEST(ClientService, AskAndTellToTheEnd) {
  Client client;
  client.start();
  for (int i = 0; i < 3; ++i) {
    const json asked = client.result(R"({"id": 2, "do": "ask"})");
    ASSERT_EQ(asked["trials"].size(), 1U);
    EXPECT_EQ(asked["trials"][0]["trial"], i);
    const double x = asked["trials"][0]["config"]["x"];
    EXPECT_TRUE(x >= 0 && x < 1);
    client.result(R"({"id": 3, "do": "tell", "trial": )" + std::to_string(i) +
                  R"(, "metrics": {"loss": )" + std::to_string(3 - i) + "}}");
  }
  const json asked = client.result(R"({"id": 4, "do": "ask"})");
  EXPECT_TRUE(asked["trials"].empty());
  EXPECT_EQ(asked["finished"], true);
  const json read = client.result(R"({"id": 5, "do": "read", "what": "trials"})");
  ASSERT_EQ(read["known"], 3);
  EXPECT_EQ(read["trials"][1]["state"], "completed");
  EXPECT_EQ(read["trials"][1]["metrics"]["loss"], 2);
  const json summary = client.result(R"({"id": 6, "do": "close"})");
  EXPECT_EQ(summary["finished"], true);
  EXPECT_EQ(summary["best"], json::array({2}));
  EXPECT_EQ(
      client.result(R"({"id": 7, "do": "read", "what": "trials", "first": 2})")["trials"].size(),
      1U);
}

TEST(ClientService, AnswersPipelinedRequestsInTheirOrder) {
  Client client;
  client.start();
  const json asked = client.result(R"({"id": 2, "do": "ask", "count": 10})");
  ASSERT_EQ(asked["trials"].size(), 3U);  // samples
  std::string tells;
  for (int i = 0; i < 3; ++i) {
    tells += R"({"id": )" + std::to_string(10 + i) + R"(, "do": "tell", "trial": )" +
             std::to_string(i) + R"(, "metrics": {"loss": 1}})" + "\n";
  }
  client.send(tells);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(json::parse(client.line())["id"], 10 + i);
  }
}

TEST(ClientService, TakesConfigurationsOfTheClient) {
  Client client;
  client.start();
  const json asked = client.result(R"({"id": 2, "do": "ask", "configs": [{"x": 0.25}, {}]})");
  ASSERT_EQ(asked["trials"].size(), 2U);
  EXPECT_EQ(asked["trials"][0]["config"]["x"], 0.25);
  const double drawn = asked["trials"][1]["config"]["x"];
  EXPECT_TRUE(drawn >= 0 && drawn < 1);
  client.result(R"({"id": 3, "do": "tell", "trial": 0, "metrics": {"loss": 1}})");
  // Three samples: one more is taken, and then none.
  EXPECT_EQ(client.result(R"({"id": 4, "do": "ask", "configs": [{}, {}]})")["trials"].size(), 1U);
  EXPECT_THAT(client.error(R"({"id": 5, "do": "ask", "configs": [{}]})"),
              HasSubstr("no further trial"));
  const json trials = client.result(R"({"id": 6, "do": "read", "what": "trials"})")["trials"];
  EXPECT_EQ(trials[0]["proposed_by"], "points");
  EXPECT_EQ(trials[0]["state"], "completed");
  EXPECT_EQ(trials.size(), 3U);
}

TEST(ClientService, AConfigurationOutsideTheSpaceAddsNoTrial) {
  Client client;
  client.start();
  EXPECT_THAT(client.error(R"({"id": 2, "do": "ask", "configs": [{"x": 0.5}, {"x": 2}]})"),
              HasSubstr("x"));
  EXPECT_THAT(client.error(R"({"id": 2, "do": "ask", "configs": [{"y": 1}]})"), HasSubstr("y"));
  EXPECT_THAT(client.error(R"({"id": 2, "do": "ask", "configs": []})"), HasSubstr("'configs'"));
  EXPECT_THAT(client.error(R"({"id": 2, "do": "ask", "configs": {"x": 1}})"),
              HasSubstr("'configs'"));
  EXPECT_THAT(client.error(R"({"id": 2, "do": "ask", "configs": [1]})"), HasSubstr("'configs'"));
  EXPECT_EQ(client.result(R"({"id": 3, "do": "read", "what": "trials"})")["known"], 0);
}

TEST(ClientService, WhatAConfigurationLeavesOpenSatisfiesTheConstraints) {
  Client client;
  client.greet();
  const std::string spec =
      R"~({"schema": 1, "name": "e", "samples": 0, "points": [{"low": 8}, {"low": 9}], )~"
      R"~("space": {"parameters": {"low": "randint(0, 10)", "high": "randint(0, 10)"}, )~"
      R"~("constraints": ["low < high"]}, "objectives": [{"metric": "loss", "mode": "min"}]})~";
  client.result(R"({"id": 1, "do": "start", "session": {"store": "memory"}, "experiment": )" +
                spec + "}");
  const json first = client.result(R"({"id": 2, "do": "ask", "count": 2})")["trials"];
  EXPECT_EQ(first[0]["config"], json::parse(R"({"low": 8, "high": 9})"));
  EXPECT_EQ(first[1]["config"]["low"], 9);  // a person's own point runs all the same
  for (int i = 0; i < 20; ++i) {
    const json asked = client.result(R"({"id": 3, "do": "ask", "configs": [{"high": 2}]})");
    EXPECT_LT(asked["trials"][0]["config"]["low"].get<int>(), 2);
  }
  EXPECT_THAT(client.error(R"({"id": 4, "do": "ask", "configs": [{"low": 9}]})"),
              HasSubstr("the constraints leave no value"));
}

TEST(ClientService, SuggestionsFollowOnTheClientsOwnConfigurations) {
  Client client;
  client.start();
  client.result(R"({"id": 2, "do": "ask", "configs": [{"x": 0.25}]})");
  const json asked = client.result(R"({"id": 3, "do": "ask", "count": 9})")["trials"];
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0]["trial"], 1);
}

TEST(ClientService, TheClientMayStopATrialItself) {
  Client client;
  client.start();
  client.result(R"({"id": 2, "do": "ask"})");
  EXPECT_THAT(client.error(R"({"id": 3, "do": "tell", "trial": 0, "stopped": 1})"),
              HasSubstr("'stopped'"));
  client.result(R"({"id": 4, "do": "tell", "trial": 0, "metrics": {"loss": 1}, "stopped": true})");
  EXPECT_THAT(client.error(R"({"id": 5, "do": "tell", "trial": 0, "stopped": true})"),
              HasSubstr("is not out"));
  const json trial = client.result(R"({"id": 6, "do": "read", "what": "trials"})")["trials"][0];
  EXPECT_EQ(trial["state"], "stopped");
  EXPECT_EQ(trial["reason"], "stopped by the client");
  EXPECT_EQ(trial["iterations"], 1);
}

TEST(ClientService, AStopThatCompletesSaysSo) {
  Client client;
  client.greet();
  std::string spec = kSpace;
  spec.replace(spec.rfind('}'), 1, R"(, "scheduler": "asha:max_t=4,reduction_factor=2"})");
  client.result(R"({"id": 1, "do": "start", "session": {"store": "memory"}, "experiment": )" +
                spec + "}");
  client.result(R"({"id": 2, "do": "ask", "count": 2})");
  const auto report = [&](const char* trial, const char* loss) {
    return client.result(std::string(R"({"id": 3, "do": "report", "trial": )") + trial +
                         R"(, "metrics": {"loss": )" + loss + "}}");
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        report("0", "1"),
        json::parse(R"({"decision": "continue", "iteration": )" + std::to_string(i + 1) + "}"));
  }
  EXPECT_EQ(report("0", "1"),
            json::parse(R"({"decision": "stop", "iteration": 4, "completes": true})"));
  EXPECT_EQ(report("1", "2"), json::parse(R"({"decision": "stop", "iteration": 1})"));
}

TEST(ClientService, ReplayKnowsWhatWasGivenFromWhatWasSuggested) {
  const TemporaryDirectory place;
  const std::string session = R"({"results": ")" + place.path().string() + R"("})";
  Client client;
  client.start(session);
  client.result(R"({"id": 2, "do": "ask"})");
  client.result(R"({"id": 3, "do": "ask", "configs": [{"x": 0.25}]})");
  client.result(R"({"id": 4, "do": "ask"})");
  for (const char* trial : {"0", "1", "2"}) {
    client.result(std::string(R"({"id": 5, "do": "tell", "metrics": {"loss": 1}, "trial": )") +
                  trial + (*trial == '1' ? R"(, "stopped": true})" : "}"));
  }
  client.result(R"({"id": 6, "do": "close"})");
  const json counts =
      client.result(R"({"id": 7, "do": "replay", "name": "e", "session": )" + session + "}");
  EXPECT_EQ(counts["suggestions"], 2);
  EXPECT_EQ(counts["differences"], 0) << counts;
}

TEST(ClientService, EveryArgumentIsChecked) {
  Client client;
  client.start();
  client.result(R"({"id": 2, "do": "ask"})");
  EXPECT_THAT(client.error(R"({"id": 3, "do": "ask", "count": 0})"), HasSubstr("from 1 to"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "ask", "count": 1.5})"), HasSubstr("'count'"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "ask", "count": true})"), HasSubstr("'count'"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "report", "trial": 0})"), HasSubstr("'metrics'"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "tell"})"), HasSubstr("'trial'"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "tell", "trial": 9})"), HasSubstr("is not out"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "checkpoint", "trial": 0, "complete": true})"),
              HasSubstr("begin one first"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "read", "what": "trails"})"), HasSubstr("known:"));
  EXPECT_THAT(client.error(R"({"id": 3, "do": "read", "what": "trials", "first": -1})"),
              HasSubstr("'first'"));
  EXPECT_THAT(
      client.error(R"({"id": 3, "do": "report", "trial": 0, "metrics": {"a": [{"b": 1}]}})"),
      HasSubstr("'a'"));
}

TEST(ClientService, EverySessionOptionIsChecked) {
  Client client;
  client.greet();
  const auto said = [&](const std::string& session) {
    return client.error(std::string(R"({"id": 1, "do": "start", "experiment": )") + kSpace +
                        ", \"session\": " + session + "}");
  };
  EXPECT_THAT(said("1"), HasSubstr("'session' must be an object"));
  EXPECT_THAT(said(R"({"store": "disk"})"), HasSubstr("\"memory\""));
  EXPECT_THAT(said(R"({"jobs": 0})"), HasSubstr("at least 1"));
  EXPECT_THAT(said(R"({"job": 1})"), HasSubstr("did you mean 'jobs'?"));
  EXPECT_THAT(said(R"({"workers": []})"), HasSubstr("a list of texts"));
  EXPECT_THAT(said(R"({"worker_start": "thread"})"), HasSubstr("\"spawn\""));
  EXPECT_THAT(said(R"({"durability": 1, "verbosity": 9})"), HasSubstr("'verbosity'"));
}

TEST(ClientService, ResultsOfEverySortAreTaken) {
  Client client;
  client.start();
  client.result(R"({"id": 2, "do": "ask"})");
  const json decision = client.result(
      R"({"id": 3, "do": "report", "trial": 0, "metrics": {"loss": NaN, "val": {"loss": 1}, "t": "a"}})");
  EXPECT_EQ(decision["decision"], "continue");
  EXPECT_EQ(decision["iteration"], 1);
  const json trial = client.result(R"({"id": 4, "do": "read", "what": "trials"})")["trials"][0];
  EXPECT_EQ(trial["metrics"]["loss"], "NaN");
  EXPECT_EQ(trial["metrics"]["val/loss"], 1);
  EXPECT_EQ(trial["metrics"]["t"], "a");
  EXPECT_EQ(trial["best"], json::object());
}

TEST(ClientService, ATrialThatFailsIsAskedAgain) {
  Client client;
  client.greet();
  std::string spec = kSpace;
  spec.replace(spec.rfind('}'), 1, R"(, "retries": 1, "retry_delay_s": 0})");
  client.result(R"({"id": 1, "do": "start", "session": {"store": "memory"}, "experiment": )" +
                spec + "}");
  client.result(R"({"id": 2, "do": "ask"})");
  client.result(R"({"id": 3, "do": "fail", "trial": 0, "message": "no room"})");
  EXPECT_EQ(client.result(R"({"id": 4, "do": "ask"})")["trials"][0]["trial"], 0);
  client.result(R"({"id": 5, "do": "fail", "trial": 0, "message": "no room"})");
  const json trial = client.result(R"({"id": 6, "do": "read", "what": "trials"})")["trials"][0];
  EXPECT_EQ(trial["state"], "failed");
  EXPECT_THAT(trial["reason"].get<std::string>(), HasSubstr("no room"));
}

TEST(ClientService, AStoredExperimentOutlivesItsClient) {
  const TemporaryDirectory place;
  const std::string session = R"({"results": ")" + place.path().string() + R"("})";
  {
    Client client;
    client.start(session);
    client.result(R"({"id": 2, "do": "ask", "count": 2})");
    client.result(R"({"id": 3, "do": "tell", "trial": 0, "metrics": {"loss": 1}})");
    client.hang_up();
  }
  Client client;
  client.start(session);
  EXPECT_EQ(client.result(R"({"id": 2, "do": "ask"})")["trials"][0]["trial"], 1);  // was out
  const json events = client.result(R"({"id": 3, "do": "read", "what": "events", "count": 2})");
  ASSERT_EQ(events["events"].size(), 2U);
  EXPECT_EQ(events["events"][0]["sequence"], 1);
}

TEST(ClientService, CheckpointsComeBackWithTheTrial) {
  const TemporaryDirectory place;
  const std::string session = R"({"results": ")" + place.path().string() + R"("})";
  {
    Client client;
    client.start(session);
    client.result(R"({"id": 2, "do": "ask"})");
    client.result(R"({"id": 3, "do": "report", "trial": 0, "metrics": {"loss": 1}})");
    const std::filesystem::path directory =
        client.result(R"({"id": 4, "do": "checkpoint", "trial": 0})")["directory"]
            .get<std::string>();
    std::ofstream(directory / "state") << "42";
    client.result(R"({"id": 5, "do": "checkpoint", "trial": 0, "complete": true})");
  }
  Client client;
  client.start(session);
  const json trial = client.result(R"({"id": 2, "do": "ask"})")["trials"][0];
  EXPECT_EQ(trial["iteration"], 1);
  std::string state;
  std::ifstream(std::filesystem::path(trial["checkpoint"].get<std::string>()) / "state") >> state;
  EXPECT_EQ(state, "42");
}

TEST(ClientService, ASubscriberHearsWhatIsCommitted) {
  Client client;
  client.start();
  client.result(R"({"id": 2, "do": "subscribe"})");
  client.send("{\"id\": 3, \"do\": \"ask\"}\n");
  json message = json::parse(client.line());
  std::vector<std::string> kinds;
  for (; message.contains("events"); message = json::parse(client.line())) {
    for (const json& event : message["events"]) {
      kinds.push_back(event.at("event"));
    }
  }
  EXPECT_EQ(message["id"], 3);
  EXPECT_THAT(kinds, ::testing::Contains("attempt_started"));
}

// The experiment, with a searcher or a scheduler of the client's.
std::string own(const std::string& what, const std::string& session = R"("store": "memory")") {
  std::string spec = kSpace;
  spec.replace(spec.rfind('}'), 1, ", \"" + what + "\": \"Mine\"}");
  return R"({"id": 1, "do": "start", "experiment": )" + spec + R"(, "session": {"own_)" + what +
         R"(": {"name": "Mine", "version": 3}, )" + session + "}}";
}

TEST(ClientService, AsksTheClientsSearcher) {
  Client client;
  client.greet();
  client.result(own("searcher"));
  const json question = client.ask(R"({"id": 2, "do": "ask"})");
  EXPECT_EQ(question["call"], "searcher.suggest");
  EXPECT_EQ(question["trial"], 0);
  EXPECT_TRUE(question["facts"][0].contains("experiment"));
  const double x = question["sample"]["x"];
  EXPECT_TRUE(x >= 0 && x < 1);
  const json asked = client.ask(R"({"answer": 1, "result": {"config": {"x": 0.5}}})");
  EXPECT_EQ(asked["result"]["trials"][0]["config"]["x"], 0.5);
  const json events = client.result(R"({"id": 3, "do": "read", "what": "events"})");
  for (const json& event : events["events"]) {
    if (event["event"] == "trial_added") {
      EXPECT_EQ(event["proposed_by"], "Mine");
      EXPECT_EQ(event["version"], 3);
    }
  }
}

TEST(ClientService, RequestsBeforeTheAnswerComeAfterIt) {
  Client client;
  client.greet();
  client.result(own("searcher"));
  client.send(
      "{\"id\": 2, \"do\": \"ask\"}\n{\"id\": 3, \"do\": \"read\", \"what\": \"trials\"}\n");
  EXPECT_EQ(json::parse(client.line())["question"], 1);
  client.send(
      "{\"id\": 4, \"do\": \"read\", \"what\": \"summary\"}\n{\"answer\": 7, \"result\": 1}\n"
      "{\"answer\": 1, \"result\": {\"config\": {}}}\n");
  EXPECT_EQ(json::parse(client.line())["id"], 2);
  EXPECT_EQ(json::parse(client.line())["result"]["known"], 1);
  EXPECT_EQ(json::parse(client.line())["id"], 4);
}

TEST(ClientService, TellsFactsInTheirOrder) {
  Client client;
  client.greet();
  client.result(own("searcher"));
  client.ask(R"({"id": 2, "do": "ask"})");
  client.ask(R"({"answer": 1, "result": {"config": {"x": 0.5}}})");
  client.result(R"({"id": 3, "do": "tell", "trial": 0, "metrics": {"loss": NaN}})");
  const json question = client.ask(R"({"id": 4, "do": "ask"})");
  std::vector<std::string> told;
  for (const json& fact : question["facts"]) {
    if (fact.contains("call")) {
      told.push_back(fact["call"]);
    } else if (fact.contains("trial")) {
      told.push_back(fact["state"]);
    }
  }
  EXPECT_THAT(told,
              ::testing::ElementsAre("pending",
                                     "searcher.on_trial_added",
                                     "pending",
                                     "running",
                                     "running",
                                     "searcher.on_result",
                                     "running",
                                     "pending",
                                     "completed",
                                     "searcher.on_trial_ended"));
}

TEST(ClientService, TheClientsSchedulerDecides) {
  Client client;
  client.greet();
  client.result(own("scheduler"));
  client.ask(R"({"id": 2, "do": "ask"})");  // choose, before there is a trial ...
  EXPECT_EQ(client.ask(R"({"answer": 1})")["call"], "scheduler.choose_trial_to_run");
  client.ask(R"({"answer": 2, "result": {"trial": 0}})");  // ... and after one was added
  const json question =
      client.ask(R"({"id": 3, "do": "report", "trial": 0, "metrics": {"loss": 1}})");
  EXPECT_EQ(question["call"], "scheduler.on_result");
  EXPECT_EQ(question["result"]["metrics"]["loss"], 1);
  const json decided = client.ask(R"({"answer": 3, "result": {"decision": "stop"}})");
  EXPECT_EQ(decided["result"]["decision"], "stop");
}

TEST(ClientService, AnAnswerThatCanNotBeLeavesTheStepOut) {
  const std::pair<const char*, const char*> kAnswers[] = {
      {R"({"answer": 1, "error": "ValueError: no\nTraceback"})", "ValueError: no"},
      {R"({"answer": 1, "result": {"config": {"x": 7}}})", "searcher 'Mine': "},
      {R"({"answer": 1, "result": {"config": {"y": 7}}})", "y"},
      {R"({"answer": 1, "result": {"config": 7}})", "'config' must be an object"},
      {R"({"answer": 1, "result": {}})", "a suggestion is"}};
  for (const auto& [answer, said] : kAnswers) {
    const TemporaryDirectory place;
    const std::string session = R"("results": ")" + place.path().string() + "\"";
    Client client;
    client.greet();
    client.result(own("searcher", session));
    client.ask(R"({"id": 2, "do": "ask"})");
    EXPECT_THAT(client.ask(answer)["error"]["message"].get<std::string>(), HasSubstr(said));
    EXPECT_THAT(client.error(R"({"id": 3, "do": "ask"})"), HasSubstr(said));
    EXPECT_THAT(client.error(R"({"id": 4, "do": "close"})"), HasSubstr(said));
    const json left =
        client.result(R"({"id": 5, "do": "load", "name": "e", "session": {)" + session + "}}");
    EXPECT_EQ(left["finished"], false);
    EXPECT_EQ(left["trials"], 0);
    EXPECT_THAT(left["reason"].get<std::string>(), HasSubstr(said));
    client.result(own("searcher", session));  // it can be resumed
    client.ask(R"({"id": 6, "do": "ask"})");
    EXPECT_EQ(client.ask(R"({"answer": 2, "result": {"config": {"x": 0}}})")["id"], 6);
  }
}

TEST(ClientService, AClientThatDiesInTheMiddleOfAQuestionLeavesALog) {
  const TemporaryDirectory place;
  const std::string session = R"("results": ")" + place.path().string() + "\"";
  {
    Client client;
    client.greet();
    client.result(own("searcher", session));
    client.ask(R"({"id": 2, "do": "ask"})");
    client.hang_up();
  }
  Client client;
  client.greet();
  const json left =
      client.result(R"({"id": 1, "do": "load", "name": "e", "session": {)" + session + "}}");
  EXPECT_EQ(left["finished"], false);
  EXPECT_THAT(left["reason"].get<std::string>(), HasSubstr("left a question open"));
}

TEST(ClientService, WhatAClientBringsIsChecked) {
  Client client;
  client.greet();
  const auto said = [&](const std::string& member) {
    return client.error(std::string(R"({"id": 1, "do": "start", "experiment": )") + kSpace +
                        R"(, "session": {"store": "memory", )" + member + "}}");
  };
  EXPECT_THAT(said(R"("own_searcher": "Mine")"), HasSubstr("an object with a name"));
  EXPECT_THAT(said(R"("own_searcher": {"name": ""})"), HasSubstr("an object with a name"));
  EXPECT_THAT(said(R"("own_searcher": {"name": "a", "version": true})"), HasSubstr("version"));
  EXPECT_THAT(said(R"("own_scheduler": {"name": "a", "needs_checkpoints": 1})"),
              HasSubstr("needs_checkpoints"));
  EXPECT_THAT(said(R"("own_scheduler": {"name": "asha"})"), HasSubstr("built-in"));
  EXPECT_THAT(said(R"("own_searcher": {"name": "tpe"})"), HasSubstr("built-in"));
  EXPECT_THAT(said(R"("own_stop": 1)"), HasSubstr("true or false"));
}

TEST(ClientService, LoggersAreToldOfWhatIsCommitted) {
  Client client;
  client.greet();
  client.send(std::string(R"({"id": 1, "do": "start", "experiment": )") + kSpace +
              R"(, "session": {"store": "memory", "own_loggers": true}})" + "\n");
  EXPECT_EQ(json::parse(client.line())["call"], "logger.on_open");
  json said = client.ask(R"({"answer": 1})");
  EXPECT_EQ(said["call"], "logger.on_events");
  EXPECT_EQ(said["events"][0]["event"], "experiment_created");
  EXPECT_EQ(client.ask(R"({"answer": 2})")["id"], 1);
  said = client.ask(R"({"id": 2, "do": "ask"})");
  EXPECT_EQ(said["call"], "logger.on_events");
  EXPECT_EQ(client.ask(R"({"answer": 3})")["id"], 2);
}

TEST(ClientService, ALineWithoutEndIsNotReadForEver) {
  Client client;
  client.greet();
  std::thread sender([&] {
    const std::string part(1 << 20, 'x');
    int sent = 0;
    while (sent < 64 && client.send_some(part)) {
      ++sent;
    }
    EXPECT_LT(sent, 64);
  });
  EXPECT_THAT(client.line(), HasSubstr("longer than 16 MB"));
  client.line();  // the end
  sender.join();
}

}  // namespace
}  // namespace luthier
