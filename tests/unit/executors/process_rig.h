// A process executor over a command, with everything it needs.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "executors/programs/process.h"
#include "support/executor_driver.h"
#include "support/folder_checkpoint_area.h"
#include "support/temporary_directory.h"

namespace luthier {

class ProcessRig : public testing::Test {
 protected:
  ExecutorDriver& open(ProcessOptions options) {
    if (options.metrics.empty()) {
      options.metrics = {"loss"};
    }
    auto made = make_process_executor(std::move(options), area_, clock_);
    executor_ = std::move(made.value());
    driver_ = std::make_unique<ExecutorDriver>(*executor_, clock_);
    return *driver_;
  }
  ExecutorDriver& open_shell(const std::string& script, ProcessOptions options = {}) {
    const auto path = folder_.path() / "program.sh";
    std::ofstream(path) << script;
    options.command = {"/bin/sh", path.string(), "{args}"};
    return open(std::move(options));
  }

  StartRequest request(std::int64_t trial = 0, Config config = {}) {
    const auto directory = folder_.path() / std::to_string(trial);
    std::filesystem::create_directories(directory);
    return {.id = {TrialId{trial}, 1},
            .config = std::move(config),
            .seed = 7,
            .trial_directory = directory};
  }
  const AttemptStory& run(const StartRequest& request) {
    executor_->start(request);
    EXPECT_TRUE(driver_->run_until_ended({request.id}));
    EXPECT_EQ(driver_->story(request.id).ends.size(), 1u);
    return driver_->story(request.id);
  }
  const AttemptStory& run(Config config = {}) { return run(request(0, std::move(config))); }

  std::string content(const std::string& name, std::int64_t trial = 0) {
    std::ifstream in(folder_.path() / std::to_string(trial) / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryDirectory folder_;
  SystemClock clock_;
  FolderCheckpointArea area_{folder_.path() / "checkpoints"};
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<ExecutorDriver> driver_;
};

// The losses of all results, in order.
inline std::vector<double> losses(const AttemptStory& story) {
  std::vector<double> out;
  for (const auto& result : story.results) {
    out.push_back(result.metrics.number("loss"));
  }
  return out;
}

}  // namespace luthier
