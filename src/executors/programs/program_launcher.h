// ProgramLauncher: how the programs of attempts are started: by the guardian here (process.cc), or
// on Ray's nodes (ray.cc). Everything else about an attempt is the same: process_attempt.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "executors/programs/process_attempt.h"
#include "luthier/executor.h"

namespace luthier {

class ProgramLauncher {
 public:
  virtual ~ProgramLauncher() = default;

  // Asks for the program; returns the control socket on which Spawned, then Gone or Lost are
  // answered (guardian/wire.h) and Terminate is understood. The code `unavailable` means that
  // trying again later may help. I/O thread.
  virtual Result<FileDescriptor> spawn(const Program& program, const StartRequest& request) = 0;
  // Readable when renew() has something to do; the same for good; -1: never.
  virtual int watched() const { return -1; }
  virtual void renew() {}
  virtual Capabilities capabilities() const = 0;
  // What there is to hand out; nothing: this machine.
  virtual std::optional<Resources> inventory() const { return std::nullopt; }
  virtual Resources beside_claim() const { return {.cpu = 0}; }
  // Called once before the first spawn: where to say that nothing can be started any more.
  virtual void on_unusable(const std::function<void(std::string)>& unusable) { (void)unusable; }
  // Called once before the first spawn: where to say what a person should know.
  virtual void on_note(std::function<void(std::string)> note) { (void)note; }
  // What is told of attempts, before the engine hears it. I/O thread.
  virtual void on_event(const ExecutorEvent& event) { (void)event; }
};

// The executor that runs `settings.command` through the launcher.
Result<std::unique_ptr<Executor>> make_launching_executor(
    AttemptSettings settings, std::unique_ptr<ProgramLauncher> launcher);

}  // namespace luthier
