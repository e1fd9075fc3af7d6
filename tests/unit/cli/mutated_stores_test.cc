// Stores with right checksums and a changed meaning, under every command: none crashes, none hangs,
// none writes outside the experiment. LUTHIER_TEST_FULL=1 in the environment tries 2,000 of them,
// LUTHIER_TEST_FULL=N N; LUTHIER_FIRST_SEED=S begins with the one of that seed.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/options/arguments.h"
#include "cli/output/help.h"
#include "cli/output/output.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "support/directory_content.h"
#include "support/mutated_log.h"
#include "support/temporary_directory.h"

namespace luthier::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr auto kPatience = std::chrono::seconds(20);  // then it is asked to leave, as by Ctrl-C
constexpr auto kHang = std::chrono::seconds(60);
constexpr int kMostFaults = 5;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr rlim_t kMemory = RLIM_INFINITY;  // sanitizers reserve more addresses than any store needs
#else
constexpr rlim_t kMemory = rlim_t{4} << 30;
#endif

// An exception ends the program, as it would without the test around it.
int run(Words words) noexcept {
  const Command* command = find_command(words.front());
  words.erase(words.begin());
  const auto arguments = Arguments::parse(*command, words);
  return arguments ? command->run(*arguments) : 2;
}

// In a process of its own, silent. Its status as wait() gives it; nothing: it hung.
std::optional<int> run_apart(const Words& words, const fs::path& home) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int log = ::open((home / "output").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const rlimit memory{kMemory, kMemory};
    const bool ready = ::chdir((home / "here").c_str()) == 0 && ::dup2(log, 1) == 1 &&
                       ::dup2(log, 2) == 2 && ::setrlimit(RLIMIT_AS, &memory) == 0;
    ::_exit(ready ? run(words) : 99);
  }
  const auto start = std::chrono::steady_clock::now();
  bool asked = false;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited > kHang) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return std::nullopt;
    }
    if (waited > kPatience && !asked) {
      asked = ::kill(child, SIGINT) == 0;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return status;
}

std::vector<Event> events_of(const fs::path& experiment) {
  std::vector<Event> events;
  auto reader = open_for_reading(experiment);
  EXPECT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_TRUE((*reader)
                  ->read_from(1,
                              [&](const Event& event) {
                                events.push_back(event);
                                return true;
                              })
                  .ok());
  return events;
}

// Of each kind one: schedulers and searchers, checkpoints and clones, failures and retries, an end
// and a crash.
std::vector<Words> base_runs() {
  const std::string benchmark = "bbob:function=3,dimension=2";
  return {
      {"simulate", "--benchmark", benchmark, "-n", "12", "--scheduler", "asha:max_t=8"},
      {"simulate",
       "--benchmark",
       benchmark,
       "-n",
       "8",
       "--scheduler",
       "pbt:perturbation_interval=2",
       "-w",
       "4"},
      {"simulate",
       "--benchmark",
       benchmark,
       "-n",
       "10",
       "--scheduler",
       "hyperband:max_t=9",
       "--searcher",
       "tpe",
       "--failure-rate",
       "0.1",
       "--retries",
       "2"},
      {"simulate",
       "--benchmark",
       benchmark,
       "-n",
       "10",
       "--scheduler",
       "median_stopping",
       "--searcher",
       "gp"},
      {"simulate",
       "--benchmark",
       benchmark,
       "-n",
       "12",
       "--scheduler",
       "bohb:max_t=9",
       "--searcher",
       "bohb"},
      {"simulate", "--benchmark", benchmark, "-n", "9", "--searcher", "cmaes", "--log", "csv,json"},
  };
}

class MutatedStores : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"here", "inside", "outside", "outside/victim"}) {
      fs::create_directory(home_ / name);
    }
    write_bytes(home_ / "outside/victim/precious", "kept");
    write_bytes(home_ / "here/precious", "kept");
    outside_ = outside();
    int number = 0;
    for (Words words : base_runs()) {
      words.insert(words.end(),
                   {"--results", (home_ / "base").string(), "--name", std::to_string(++number)});
      const auto status = run_apart(words, home_);
      if (!status || *status != 0) {
        ADD_FAILURE() << "a run that is to be changed failed: " << words[6] << "\n"
                      << read_bytes(home_ / "output");
        continue;
      }
      bases_.push_back(events_of(home_ / "base" / (std::to_string(number) + "-0")));
    }
  }

  std::map<std::string, std::string> outside() const {
    if (!fs::exists(home_ / "outside/victim")) {
      return {};
    }
    auto all = content_of(home_ / "outside");
    all.merge(content_of(home_ / "here"));
    return all;
  }

  // A store in inside/x with these events, closed or as a crash leaves it.
  bool write_store(const std::vector<Event>& events, bool close) {
    fs::remove_all(home_ / "inside");
    fs::create_directory(home_ / "inside");
    auto store = open_for_writing(home_ / "inside/x", {.create = true});
    if (!store || (!events.empty() && !(*store)->append(events))) {
      return false;
    }
    return !close || (*store)->close().ok();
  }

  void try_commands(std::uint64_t seed) {
    const std::string results = (home_ / "inside").string();
    const std::string copy = (home_ / "inside/exported").string();
    const std::vector<Words> all = {
        {"ls"},
        {"show", "x"},
        {"trials", "x"},
        {"best", "x"},
        {"explain", "x", "1"},
        {"logs", "x", "1"},
        {"doctor", "x"},
        {"replay", "x"},
        {"compare", "x"},
        {"export", "x", "--format", "jsonl"},
        {"export", "x", "--canonical"},
        {"export", "x", "--policy", "1"},
        {"export", "x", "--format", "ray", "-o", copy},
        {"export", "x", "--bundle", copy + ".bundle"},
        {"pause", "x", "1"},
        {"resume", "x", "--plain"},
        {"retry", "x", "--plain"},
        {"extend", "x", "-n", "1", "--plain"},
        {"stop", "x"},
        {"doctor", "x", "--salvage"},
    };
    for (Words words : all) {
      words.insert(words.end(), {"--results", results});
      const auto status = run_apart(words, home_);
      const std::string what = "seed " + std::to_string(seed) + ", " + words[0] + " " +
                               (words.size() > 2 ? words[2] : "") + ": ";
      ASSERT_TRUE(status) << what << "it hung";
      ASSERT_TRUE(WIFEXITED(*status)) << what << "signal " << WTERMSIG(*status) << "\n"
                                      << read_bytes(home_ / "output");
      ASSERT_TRUE(WEXITSTATUS(*status) <= kDamaged + 1 || WEXITSTATUS(*status) == kInterrupted)
          << what << read_bytes(home_ / "output");
      ASSERT_EQ(outside(), outside_) << what << "something outside was changed";
    }
  }

  static int faults() {
    return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
  }

  TemporaryDirectory temporary_;
  fs::path home_ = temporary_.path();
  std::vector<std::vector<Event>> bases_;
  std::map<std::string, std::string> outside_;
};

TEST_F(MutatedStores, NoCommandCrashesHangsOrWritesOutside) {
  const char* full = std::getenv("LUTHIER_TEST_FULL");
  const char* first = std::getenv("LUTHIER_FIRST_SEED");
  const std::vector<std::string> paths = {"../../../outside/victim",
                                          (home_ / "outside/victim").string(),
                                          "trials/../../../outside/victim",
                                          "trials",
                                          ".",
                                          ""};
  const std::uint64_t start = first != nullptr ? std::strtoull(first, nullptr, 10) : 0;
  const std::uint64_t asked = full != nullptr ? std::strtoull(full, nullptr, 10) : 25;
  const std::uint64_t end = start + (asked == 1 ? 2000 : asked);
  std::cout << "stores of the seeds " << start << " to " << end - 1 << "\n";
  for (std::uint64_t seed = start; seed < end; ++seed) {
    Rng rng(seed, "mutated store");
    const auto events = mutated(bases_[rng.below(bases_.size())], paths, rng);
    ASSERT_TRUE(write_store(events, rng.below(2) == 0));
    const int before = faults();
    try_commands(seed);
    if (faults() > before && faults() >= kMostFaults) {
      return;
    }
  }
}

}  // namespace
}  // namespace luthier::cli
