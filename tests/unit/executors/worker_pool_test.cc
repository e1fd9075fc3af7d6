// Workers on a cluster, played by sockets of this process: who is heard, who gets which attempt,
// and what is said of those that are lost.
#include "executors/ray/worker_pool.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TimePoint kSecond = 1'000'000;

class ManualClock : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void pass(TimePoint span) { now_ += span; }

 private:
  TimePoint now_ = kSecond;
};

template <class Packet>
std::string bytes(const Packet& packet) {
  return {reinterpret_cast<const char*>(&packet), sizeof packet};
}

// What was sent may take a moment to arrive.
bool has_something(int fd) {
  constexpr int kPatienceMs = 50;
  pollfd polled{fd, POLLIN, 0};
  return poll(&polled, 1, kPatienceMs) > 0;
}

// The other end of a connection to a WorkerPort.
class Peer {
 public:
  explicit Peer(const std::string& place) {
    std::istringstream words(place);
    std::string address;
    words >> address >> token_ >> number_;
    const auto colon = address.find(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    socket_ = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }

  void say(const std::string& text) {
    ASSERT_EQ(send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void greet() { say(token_ + bytes(number_)); }
  void say(Kind kind, AttemptId id = {TrialId{-1}, 0}, const std::string& payload = {}) {
    std::string out;
    ray_wire::append(out, kind, id.trial.value, id.attempt, payload);
    say(out);
  }
  // What has come; "closed" at its end.
  std::string heard() {
    char buffer[4096];
    const ssize_t count = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count))
           : count == 0 || errno == ECONNRESET ? "closed"
                                               : "";
  }
  std::uint64_t number() const { return number_; }
  const std::string& token() const { return token_; }

 private:
  FileDescriptor socket_;
  std::string token_;
  std::uint64_t number_ = 0;
};

class WorkerPortTest : public testing::Test, public WorkerPort::Listener {
 protected:
  void on_frame(std::uint64_t worker, const Frame& frame) override {
    heard_.push_back(std::to_string(worker) + ":" + std::string(frame.payload));
  }
  void on_closed(std::uint64_t worker) override {
    heard_.push_back(std::to_string(worker) + " closed");
  }
  void serve() {
    while (has_something(port_.fd())) {
      port_.serve(*this, clock_.now());
    }
  }

  ManualClock clock_;
  WorkerPort port_ = WorkerPort::listen("127.0.0.1", 0).value();
  std::vector<std::string> heard_;
};

TEST_F(WorkerPortTest, AWorkerIsHeardAndTold) {
  const auto worker = port_.expect();
  port_.tell(worker, "early ");
  Peer peer(port_.place(worker));
  peer.greet();
  peer.say(Kind::output, {TrialId{1}, 1}, "hello");
  serve();
  port_.tell(worker, "late");
  EXPECT_THAT(heard_, ElementsAre(std::to_string(worker) + ":hello"));
  EXPECT_EQ(peer.heard(), "early late");
}

TEST_F(WorkerPortTest, StrangersAreHungUpOn) {
  const auto worker = port_.expect();
  Peer right(port_.place(worker));
  right.greet();
  serve();
  Peer twice(port_.place(worker));  // a number is good for one connection
  twice.greet();
  Peer wrong(port_.place(worker));
  wrong.say(std::string(wrong.token().size(), '0') + bytes(worker));
  Peer unknown(port_.place(worker + 1000));
  unknown.greet();
  serve();
  EXPECT_EQ(twice.heard(), "closed");
  EXPECT_EQ(wrong.heard(), "closed");
  EXPECT_EQ(unknown.heard(), "closed");
  EXPECT_EQ(right.heard(), "");
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(WorkerPortTest, ManyStrangersPushNobodyOut) {
  const auto worker = port_.expect();
  const auto later = port_.expect();
  Peer before(port_.place(worker));
  std::vector<Peer> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.emplace_back(port_.place(worker));
    serve();
  }
  before.greet();
  Peer after(port_.place(later));
  after.greet();
  before.say(Kind::output, {}, "a");
  after.say(Kind::output, {}, "b");
  serve();
  EXPECT_THAT(
      heard_,
      testing::UnorderedElementsAre(std::to_string(worker) + ":a", std::to_string(later) + ":b"));
  clock_.pass(60 * kSecond);
  port_.tidy(clock_.now());
  EXPECT_EQ(strangers.front().heard(), "closed");
  EXPECT_EQ(strangers.back().heard(), "closed");
  EXPECT_EQ(before.heard(), "");
}

TEST_F(WorkerPortTest, AFrameThatIsTooLongEndsTheConnection) {
  const auto worker = port_.expect();
  Peer peer(port_.place(worker));
  peer.greet();
  peer.say("\xff\xff\xff\xff" + std::string(17, 'x'));
  serve();
  EXPECT_THAT(heard_, ElementsAre(std::to_string(worker) + " closed"));
  EXPECT_EQ(peer.heard(), "closed");
}

TEST_F(WorkerPortTest, WhoIsForgottenIsNotHeard) {
  const auto worker = port_.expect();
  Peer peer(port_.place(worker));
  peer.greet();
  serve();
  peer.say(Kind::output, {}, "late");
  port_.forget(worker);
  serve();
  EXPECT_THAT(heard_, IsEmpty());
}

TEST(WorkerPort, ListensAtAddressesOnly) {
  EXPECT_TRUE(WorkerPort::listen("127.0.0.2", 0).ok());
  for (const char* host : {"localhost", "", "127.0.0.1.1", "192.0.2.7"}) {
    const auto port = WorkerPort::listen(host, 0);
    ASSERT_FALSE(port.ok()) << host;
    EXPECT_THAT(port.error().message, HasSubstr("can't listen at " + std::string(host)));
  }
}

class WorkerPoolTest : public testing::Test, public WorkerStarter, public WorkerPool::Listener {
 protected:
  static constexpr std::chrono::seconds kSilence{10};

  void start_worker(std::uint64_t, const RayShape&, const std::string& place) override {
    peers_.emplace_back(place);
  }
  void kill_worker(std::uint64_t worker) override { killed_.push_back(worker); }
  void ask_nodes() override { ++asked_; }

  void on_frame(AttemptId id, const Frame& frame) override {
    say(id, frame.kind == Kind::gone ? "gone" : std::string(frame.payload));
  }
  void on_refused(AttemptId id, const std::string& why) override { say(id, "refused: " + why); }
  void on_worker_lost(AttemptId id, const std::string& why) override { say(id, "lost: " + why); }
  void on_note(const std::string& sentence) override { notes_.push_back(sentence); }

  void say(AttemptId id, const std::string& what) {
    said_.push_back(std::to_string(id.trial.value) + " " + what);
  }
  static AttemptId attempt(std::int64_t trial) { return {TrialId{trial}, 1}; }
  static RayShape cpu(double amount) { return {.resources = {{"CPU", amount}}}; }
  void start(std::int64_t trial, double amount = 1) {
    pool_.start(attempt(trial), cpu(amount), "order of " + std::to_string(trial));
  }
  void serve() {
    while (has_something(pool_.fd())) {
      pool_.serve();
    }
  }
  Peer& come_up(std::size_t which) {
    peers_[which].greet();
    peers_[which].say(Kind::alive);
    serve();
    return peers_[which];
  }
  static std::string gone(bool stuck = false) {
    return bytes(ray_wire::Gone{.worker_is_stuck = stuck});
  }

  ManualClock clock_;
  std::vector<Peer> peers_;
  std::vector<std::uint64_t> killed_;
  int asked_ = 0;
  std::vector<std::string> said_;
  std::vector<std::string> notes_;
  WorkerPool pool_{*this,
                   WorkerPort::listen("127.0.0.1", 0).value(),
                   {{"node", {{"CPU", 4}}}},
                   kSilence,
                   *this,
                   clock_};
};

TEST_F(WorkerPoolTest, AWorkerTakesTheNextAttemptOfItsShape) {
  start(0);
  Peer& worker = come_up(0);
  EXPECT_THAT(worker.heard(), HasSubstr("order of 0"));
  worker.say(Kind::report, attempt(0), "loss=1");
  worker.say(Kind::gone, attempt(0), gone());
  serve();
  start(1);
  EXPECT_THAT(peers_[0].heard(), HasSubstr("order of 1"));
  EXPECT_EQ(peers_.size(), 1U);
  EXPECT_THAT(said_, ElementsAre("0 loss=1", "0 gone"));
}

TEST_F(WorkerPoolTest, AWorkerSpeaksForItsOwnAttemptsOnly) {
  start(0);
  start(1);
  come_up(0);
  come_up(1);
  peers_[0].say(Kind::report, attempt(1), "forged");
  peers_[0].say(Kind::gone, attempt(7), gone());
  peers_[1].say(Kind::report, attempt(1), "true");
  serve();
  EXPECT_THAT(said_, ElementsAre("1 true"));
}

TEST_F(WorkerPoolTest, TheAttemptsOfALostWorkerAreLost) {
  start(0);
  come_up(0);
  pool_.on_ended(peers_[0].number(), "its node died");
  EXPECT_THAT(said_, ElementsAre("0 lost: its node died"));
  start(1);
  EXPECT_EQ(peers_.size(), 2U);
}

TEST_F(WorkerPoolTest, AnEndedConnectionIsAnEndEvenWhenRayIsSilent) {
  start(0);
  come_up(0);
  peers_.clear();
  serve();
  EXPECT_THAT(said_, IsEmpty());
  clock_.pass(6 * kSecond);
  pool_.look_around();
  EXPECT_THAT(said_, ElementsAre("0 lost: its connection ended"));
}

TEST_F(WorkerPoolTest, ASilentWorkerIsGivenUp) {
  start(0);
  Peer& worker = come_up(0);
  clock_.pass(9 * kSecond);
  worker.say(Kind::alive);
  serve();
  clock_.pass(9 * kSecond);
  pool_.look_around();
  EXPECT_THAT(said_, IsEmpty());
  clock_.pass(2 * kSecond);
  pool_.look_around();
  EXPECT_THAT(said_, ElementsAre("0 lost: it did not answer for 10 s"));
  EXPECT_THAT(killed_, ElementsAre(worker.number()));
}

TEST_F(WorkerPoolTest, AWorkerWithAStuckFunctionHasToGo) {
  start(0);
  Peer& worker = come_up(0);
  pool_.terminate(attempt(0), 100);
  worker.say(Kind::gone, attempt(0), gone(true));
  serve();
  EXPECT_THAT(killed_, ElementsAre(worker.number()));
  start(1);
  EXPECT_EQ(peers_.size(), 2U);
}

TEST_F(WorkerPoolTest, AnAttemptThatOverstaysTakesItsWorkerDown) {
  start(0);
  come_up(0);
  pool_.terminate(attempt(0), 1000);
  clock_.pass(5 * kSecond);
  pool_.look_around();
  EXPECT_THAT(killed_, IsEmpty());
  clock_.pass(2 * kSecond);
  pool_.look_around();
  EXPECT_THAT(killed_, ElementsAre(peers_[0].number()));
}

TEST_F(WorkerPoolTest, WhatWaitsCanBeTakenBack) {
  start(0);
  pool_.terminate(attempt(0), 0);
  EXPECT_THAT(said_, ElementsAre("0 gone"));
  come_up(0);
  EXPECT_EQ(peers_[0].heard(), "");
}

TEST_F(WorkerPoolTest, ARefusalRestsOnAFreshAnswer) {
  start(0, 8);
  EXPECT_EQ(asked_, 1);
  EXPECT_TRUE(peers_.empty());
  pool_.on_nodes({{"node", {{"CPU", 4}}}, {"new", {{"CPU", 8}}}});
  EXPECT_EQ(peers_.size(), 1U);
  start(1, 16);
  pool_.on_nodes({{"node", {{"CPU", 4}}}});
  EXPECT_THAT(said_, ElementsAre(HasSubstr("1 refused: no node can hold its CPU 16")));
}

TEST_F(WorkerPoolTest, WorkersThatNeverComeUpCostAnAttemptInTheEnd) {
  start(0);
  for (int i = 0; i < 3; ++i) {
    pool_.on_ended(peers_.back().number(), "no module named x");
  }
  EXPECT_THAT(said_, ElementsAre("0 lost: no module named x"));
}

TEST_F(WorkerPoolTest, IdleWorkersMakeRoomAndLongWaitsAreTold) {
  start(0);
  come_up(0).say(Kind::gone, attempt(0), gone());
  serve();
  start(1, 2);
  clock_.pass(kSecond);
  pool_.look_around();
  EXPECT_THAT(killed_, ElementsAre(peers_[0].number()));
  clock_.pass(10 * kSecond);
  pool_.look_around();
  pool_.look_around();
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("a trial waits for a worker with CPU 2")));
}

}  // namespace
}  // namespace luthier
