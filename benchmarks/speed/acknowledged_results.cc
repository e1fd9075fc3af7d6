// Results of trials that each wait for every decision, under asha, and the proof that what was
// acknowledged is in the log: the experiment runs in a process of its own that is killed in full
// flight with SIGKILL; every result whose `report` had returned by then must be found in its log.
// Arguments: directory, seconds, concurrent trials, loggers (a comma-separated list, or ""), and
// perhaps a number of events: then it goes on, whatever the time, until the log has about as many.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <thread>

#include "base/text.h"
#include "luthier/luthier.h"
#include "speed/measurement.h"
#include "tuner/assembly.h"

namespace luthier::bench {
namespace {

constexpr std::size_t kMostTrials = 1 << 20;
constexpr std::int64_t kGracePeriod = 1000;
constexpr std::int64_t kMaxT = 10000;

// In memory that both processes see and that outlives the one that is killed.
struct Acknowledged {
  std::atomic<std::int64_t> results;
  std::atomic<std::int64_t> iteration[kMostTrials];
};

void train(TrialContext& trial, Acknowledged& acknowledged) {
  const double speed = trial.config().find("speed")->number().value();
  auto& last = acknowledged.iteration[trial.id().value];
  while (true) {
    const auto t = static_cast<double>(trial.iteration() + 1);
    const double loss = std::exp(-speed * t);
    const bool going = trial.report({{"loss", loss},
                                     {"accuracy", 1 - loss},
                                     {"rate", 1 / t},
                                     {"epoch", trial.iteration() + 1}});
    last.store(trial.iteration(), std::memory_order_relaxed);
    acknowledged.results.fetch_add(1, std::memory_order_relaxed);
    if (!going) {
      return;
    }
  }
}

[[noreturn]] void run_until_killed(Arguments arguments, Acknowledged& acknowledged) {
  Space space;
  space.add("speed", loguniform(1e-5, 1e-2));
  Tuner tuner([&](TrialContext& trial) { train(trial, acknowledged); }, space);
  tuner.minimize("loss").samples(kMostTrials).jobs(parse_integer(arguments[2]).value());
  tuner.searcher("random").scheduler("asha", {{"max_t", kMaxT}, {"grace_period", kGracePeriod}});
  tuner.log(arguments[3].empty() ? std::vector<std::string>() : split(arguments[3], ','));
  tuner.durability("fast").name("results").results(arguments[0]);
  const auto outcome = tuner.run();
  std::fprintf(stderr, "%s\n", outcome ? "ended early" : outcome.error().message.c_str());
  _exit(1);
}

// What the log holds, by trial.
Result<std::map<std::int64_t, std::int64_t>> logged_iterations(const std::string& results,
                                                               std::int64_t& decisions) {
  std::map<std::int64_t, std::int64_t> logged;
  auto read = read_events(std::filesystem::path(results) / "results", 1, [&](const Event& event) {
    if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
      logged[reported->trial.value] = reported->training_iteration;
    }
    decisions += std::holds_alternative<DecisionMade>(event.body) ? 1 : 0;
    return true;
  });
  return read ? Result<std::map<std::int64_t, std::int64_t>>(std::move(logged)) : read.error();
}

double cpu_of_children() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

}  // namespace

Result<NamedValues> acknowledged_results(Arguments arguments) {
  void* shared = mmap(
      nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    return Error{ErrorCode::io, "no shared memory"};
  }
  auto& acknowledged = *static_cast<Acknowledged*>(shared);
  const double seconds = parse_number(arguments[1]).value();
  const pid_t child = fork();
  if (child == 0) {
    run_until_killed(arguments, acknowledged);
  }
  while (acknowledged.results == 0 && waitpid(child, nullptr, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const Stopwatch watch;
  const std::int64_t before = acknowledged.results;
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  // Each result is an event and its decision another.
  const std::int64_t enough = arguments.size() > 4 ? parse_integer(arguments[4]).value() / 2 : 0;
  while (acknowledged.results < enough && waitpid(child, nullptr, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const std::int64_t results = acknowledged.results - before;
  const double wall = watch.wall_s();
  kill(child, SIGKILL);
  const std::int64_t all = acknowledged.results;
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) {
    return Error{ErrorCode::io, "the experiment ended by itself"};
  }
  const double cpu = cpu_of_children();
  std::int64_t decisions = 0;
  const auto logged = logged_iterations(arguments[0], decisions);
  if (!logged) {
    return logged.error();
  }
  std::int64_t lost = 0;
  std::int64_t trials = 0;
  for (std::size_t i = 0; i < kMostTrials; ++i) {
    const std::int64_t last = acknowledged.iteration[i];
    const auto found = logged->find(static_cast<std::int64_t>(i));
    trials += last > 0 ? 1 : 0;
    lost += last > (found == logged->end() ? 0 : found->second) ? 1 : 0;
  }
  if (lost > 0 || decisions < results) {
    return Error{ErrorCode::corruption, "acknowledged results are not in the log"};
  }
  return NamedValues{{"results", results},
                     {"wall_s", wall},
                     {"cpu_us_each", 1e6 * cpu / static_cast<double>(all)},
                     {"trials", trials},
                     {"acknowledged_but_lost", lost}};
}

}  // namespace luthier::bench
