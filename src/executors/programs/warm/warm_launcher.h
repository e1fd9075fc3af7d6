// WarmLauncher: starts programs through the guardian, and Python programs warm once that pays: the
// imports of the first attempt are recorded, a zygote repeats them, and later attempts are forked
// from it (docs/design/022-warm-starts.md).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executors/programs/guardian_client.h"
#include "executors/programs/program_launcher.h"
#include "executors/programs/python_module/python_module.h"
#include "executors/programs/startup_watch.h"
#include "executors/programs/warm/python_command.h"
#include "executors/programs/warm/python_hook.h"
#include "executors/programs/warm/zygote.h"
#include "luthier/clock.h"

namespace luthier {

class WarmLauncher : public ProgramLauncher {
 public:
  // `cold`: every program is started as the user would start it.
  static Result<std::unique_ptr<WarmLauncher>> make(GuardianClient guardian,
                                                    bool cold,
                                                    const Clock& clock);

  Result<FileDescriptor> spawn(const Program& program, const StartRequest& request) override;
  int watched() const override { return epoll_.get(); }
  void renew() override;
  Capabilities capabilities() const override {
    return {.can_kill = true, .can_limit_memory = true, .can_checkpoint = true};
  }
  void on_note(std::function<void(std::string)> note) override { note_ = std::move(note); }
  void on_event(const ExecutorEvent& event) override;

 private:
  // What attempts of one zygote have in common.
  struct Kind {
    Program program;  // of the attempt that was recorded
    std::size_t own_begin = 0;
    bool covers(const Program& other, std::size_t other_begin) const;
  };
  struct Attempt {
    ResultTimes results;
    bool python = false;
    bool warm = false;
    std::optional<ImportRecord> record;
  };

  WarmLauncher(GuardianClient guardian,
               PythonModule module,
               bool cold,
               const Clock& clock,
               FileDescriptor epoll);
  bool may_be_warm(const PythonCommand& command);
  Result<FileDescriptor> spawn_warm(const Program& program,
                                    std::size_t own_begin,
                                    Attempt& attempt);
  Result<FileDescriptor> spawn_recorded(const Program& program,
                                        const PythonCommand& command,
                                        Attempt& attempt);
  void on_ended(const Ended& ended);
  void grow(const ImportRecord& record);
  void hear_next(const Zygote::Message& message);
  bool noticeable(double seconds) const;
  void take_record(const ImportRecord& record);
  void review();
  void start_zygote();
  Result<Zygote> launch_zygote(const std::string& imports, std::optional<ImportRecord>& record);
  void drop_zygote();
  void hear(const Zygote::Message& message);
  void renew_guardian();
  void watch(int fd);
  void turn_off(const std::string& why);  // empty: it is not said
  void note(const std::string& text);

  GuardianClient guardian_;
  PythonModule module_;
  const Clock& clock_;
  FileDescriptor epoll_;
  std::function<void(std::string)> note_;
  bool off_;

  std::optional<PythonHook> hook_;
  std::map<AttemptId, Attempt> attempts_;
  std::optional<Kind> kind_;
  std::string imports_;  // the text of the record
  int records_begun_ = 0;
  Zygote zygote_;
  std::optional<ImportRecord> zygote_record_;  // while it reads it
  std::optional<Zygote::Ready> ready_;         // what is known of the zygote's imports
  std::int64_t forked_ = 0;                    // attempts so far
  Zygote next_;                                // with what later trials imported as well
  std::optional<ImportRecord> next_record_;
  std::string next_imports_;
  int grown_ = 0;
  bool serves_ = false;    // zygote_ has said that it is ready
  double shortest_s_ = 0;  // of the attempts that ran; 0: none did
  double first_s_ = 0;     // of the recorded attempt
  bool said_warm_ = false;
  StartupWatch startup_;
};

}  // namespace luthier
