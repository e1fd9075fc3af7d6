// ProcessAttempt: one run of a program: its pipes, its results and their replies, its end. Lives in
// the executor's I/O thread and never waits.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "core/state/measured_metrics.h"
#include "executors/programs/attempt_pipes.h"
#include "executors/programs/command/command_template.h"
#include "executors/programs/command/secret_mask.h"
#include "executors/programs/guardian_client.h"
#include "executors/programs/output_log.h"
#include "executors/programs/process.h"
#include "executors/results/files/record_groups.h"
#include "executors/results/files/result_files.h"
#include "executors/results/hearing.h"
#include "luthier/executor.h"

namespace luthier {

// Where results come from. Learned from the first attempt that says anything, so that a program
// that both prints its metrics and reports them is not counted twice.
enum class ResultSource : std::uint8_t { unknown, report, output, files };

enum class Channel : std::uint8_t { control, output, error, report };

// What an attempt asks of its executor.
class AttemptHost {
 public:
  virtual ~AttemptHost() = default;
  virtual void watch(int fd, Channel channel) = 0;
  virtual void unwatch(int fd) = 0;
  virtual void post(ExecutorEvent event) = 0;
  // Seals in another thread; sealed() of the attempt is called later.
  virtual void seal(std::int64_t iteration, const std::filesystem::path& directory) = 0;
  virtual Result<FileDescriptor> spawn(const Program& program) = 0;
  // The settings' understanding was decided by this attempt; the others are to adopt it.
  virtual void understood() = 0;
  // Whether another attempt has a program, whose end will free what this one lacks.
  virtual bool others_have_programs() const = 0;
};

struct AttemptSettings {
  ProcessOptions options;
  CommandTemplate command;
  HearingOptions hearing;
  std::string directory;  // the user's
  CheckpointArea* area = nullptr;
  const Clock* clock = nullptr;
  // What the first attempts teach the later ones.
  ResultSource source = ResultSource::unknown;
  std::optional<Understanding> understanding = {};
  bool said_nothing_heard = false;
};
// What of a program's output is looked for: its objectives and readings that are not measured.
HearingOptions hearing_options(const ProcessOptions& options);
std::vector<std::string> objectives_of(const HearingOptions& options);

class ProcessAttempt {
 public:
  // `directory`: the trial's, or a temporary one.
  ProcessAttempt(StartRequest request,
                 std::filesystem::path directory,
                 AttemptSettings& settings,
                 AttemptHost& host);

  void start();
  void on_readable(Channel channel);
  void on_reply(const Reply& reply);
  void on_interrupt(bool pause, bool save);
  void on_sealed(const Result<CheckpointArea::Sealed>& sealed);
  void adopt();  // the settings' understanding, which another attempt decided
  // The earliest moment on_time() has something to do.
  TimePoint next_time() const;
  void on_time();
  // It runs, or was just asked for.
  bool has_program() const { return static_cast<bool>(pipes_.control); }
  bool ended() const { return ended_; }
  const StartRequest& request() const { return request_; }
  // The executor is leaving: closes everything, which makes the warden end the program.
  void abandon();

 private:
  enum class Ending : std::uint8_t { none, pause, stop, time_out, failure, loss };

  Result<> prepare();
  void spawn();
  void retry_or_fail(const std::string& reason);
  void close_channels();

  void read_control();
  void on_spawned(const guardian::Spawned& spawned);
  void on_refused(const guardian::Spawned& spawned);
  void on_gone(const guardian::Gone& gone);
  void on_lost(const guardian::Lost& lost);
  bool read_output(FileDescriptor& fd);
  void take_output(OutputStream stream, std::string_view bytes);
  bool read_report();
  bool hears() const;
  void hear(OutputStream stream, std::string_view bytes);
  void take_heard();
  void end_hearing();
  void read_files(bool ended);
  void on_result(Metrics metrics, ResultSource source);
  void choose(ResultSource source);
  bool has_objective(const Metrics& metrics) const;
  bool holds_back() const;
  void remark_nothing_heard();
  void remark_late_output();
  bool may_post() const;
  bool succeeded() const;
  void add_measured(Metrics& metrics);
  bool post_measured();
  void post_held_back();
  void watch_again(const FileDescriptor& fd, bool& paused, Channel channel, bool room);
  Measured measured() const;

  void advance();
  bool take_message();
  void post_result(Metrics metrics);
  void send(DecisionKind decision, bool with_directory);
  void send_rest();
  void forget_replies();
  void begin_saving();
  void terminate(std::chrono::microseconds grace);
  void fail(std::string reason);
  void obey_end(DecisionKind kind, bool save);

  bool saved_on_sigterm() const;
  std::string missing() const;
  void end();
  void finish(Outcome outcome, const std::string& message, std::int64_t exit_status);
  TimePoint in(std::chrono::microseconds span) const;

  const StartRequest request_;
  const std::filesystem::path directory_;
  AttemptSettings& settings_;
  AttemptHost& host_;
  const SecretMask mask_;
  MaskedStream shown_output_{mask_};
  MaskedStream shown_error_{mask_};
  Hearing hearing_;
  const MeasuredMetrics measured_;  // those that are wanted as metrics
  ResultFiles files_;
  RecordGroups groups_;  // of the records of files

  AttemptPipes pipes_;
  std::optional<OutputLog> output_log_;
  std::optional<OutputLog> error_log_;
  bool output_paused_ = false;
  bool error_paused_ = false;
  bool report_paused_ = false;

  std::optional<Program> program_;
  int tries_ = 0;
  bool running_ = false;
  std::optional<guardian::Gone> gone_;
  bool files_taken_ = false;

  ResultSource source_ = ResultSource::unknown;
  std::string incoming_;       // bytes of the report descriptor not yet understood
  std::string unsent_;         // of replies: nothing more is taken before the program reads
  std::deque<Metrics> queue_;  // results of output and files not yet posted
  std::int64_t iteration_;
  bool any_objective_ = false;
  bool measured_added_ = false;
  Metrics last_;  // result that was posted, where measured metrics are to be added to it
  bool outstanding_ = false;  // a result waits for its reply
  bool saving_ = false;       // a checkpoint is being sealed
  bool sealed_at_end_ = false;

  Ending ending_ = Ending::none;
  bool ending_saves_ = false;
  std::string failure_;
  std::filesystem::path checkpoint_out_;

  TimePoint timeout_at_ = kNever;    // the attempt's limit
  TimePoint terminate_at_ = kNever;  // SIGTERM, as the reply alone did not end it
  TimePoint retry_at_ = kNever;
  TimePoint resend_at_ = kNever;
  TimePoint read_by_ = kNever;  // a part of unsent_
  TimePoint hold_at_ = kNever;  // results of output stop waiting for the report descriptor
  TimePoint files_at_ = kNever;
  TimePoint remark_at_ = kNever;  // nothing was heard of what it prints
  std::int64_t lines_printed_ = 0;
  TimePoint started_at_ = 0;
  TimePoint first_result_at_ = 0;  // 0: none yet
  std::int64_t results_heard_ = 0;
  std::chrono::microseconds terminate_grace_{0};
  bool terminated_ = false;
  bool ended_ = false;
};

}  // namespace luthier
