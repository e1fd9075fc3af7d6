// WorkerLauncher: starts attempts of a client's function: forks of a zygote that has loaded it, or
// an interpreter of their own, or processes that are kept (docs/design/030-python.md). All are
// below the guardian.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executors/programs/guardian_client.h"
#include "executors/programs/program_launcher.h"
#include "executors/programs/warm/zygote.h"
#include "executors/workers/kept_workers.h"
#include "executors/workers/worker_options.h"

namespace luthier {

class WorkerLauncher : public ProgramLauncher {
 public:
  // `directory`: where functions run.
  static Result<std::unique_ptr<WorkerLauncher>> make(GuardianClient guardian,
                                                      WorkerOptions options,
                                                      std::string directory);

  Result<FileDescriptor> spawn(const Program& program, const StartRequest& request) override;
  int watched() const override { return epoll_.get(); }
  void renew() override;
  Capabilities capabilities() const override {
    return {.can_kill = true, .can_limit_memory = true, .can_checkpoint = true};
  }
  void on_note(std::function<void(std::string)> note) override { note_ = std::move(note); }

 private:
  WorkerLauncher(GuardianClient guardian,
                 WorkerOptions options,
                 std::string directory,
                 FileDescriptor epoll);
  // The command, to do `what`: "serve" as a zygote, "run" one attempt, or "keep" running them.
  Program command(std::string what, std::vector<std::string> environment) const;
  Result<> start_zygote();
  Result<FileDescriptor> start_kept(const Program& first, int orders);
  void drop_zygote(const std::string& why);  // from now on each attempt loads the function itself
  void renew_guardian();
  void watch(int fd);

  GuardianClient guardian_;
  const WorkerOptions options_;
  const std::string directory_;
  FileDescriptor epoll_;
  std::function<void(std::string)> note_;
  Zygote zygote_;
  bool forks_;
  FileDescriptor discard_;
  KeptWorkers kept_;
};

}  // namespace luthier
