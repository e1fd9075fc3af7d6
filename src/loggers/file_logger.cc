#include "loggers/file_logger.h"

#include <limits>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/try.h"
#include "loggers/log_position.h"
#include "loggers/private_files.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr TimePoint kFlushInterval = 1'000'000;
// Either bounds what waits in memory: of one trial, of all together.
constexpr std::size_t kTrialBytes = std::size_t{1} << 16;
constexpr std::size_t kAllBytes = std::size_t{8} << 20;
constexpr std::string_view kStateFolder = ".loggers";

// The trial whose files the event may change.
struct Subject {
  std::optional<TrialId> operator()(const TrialAdded& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialChosen& e) const { return e.choice.trial; }
  std::optional<TrialId> operator()(const AttemptStarted& e) const { return e.trial; }
  std::optional<TrialId> operator()(const ResultReported& e) const { return e.trial; }
  std::optional<TrialId> operator()(const ResultRepeated& e) const { return e.trial; }
  std::optional<TrialId> operator()(const DecisionMade& e) const { return e.trial; }
  std::optional<TrialId> operator()(const AttemptEnded& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialPaused& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialRequeued& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialEnded& e) const { return e.trial; }
  template <class Other>
  std::optional<TrialId> operator()(const Other& /*event*/) const {
    return std::nullopt;
  }
};

std::optional<TrialId> subject_of(const Event& event) {
  return std::visit(Subject(), event.body);
}

}  // namespace

struct FileLogger::Open {
  TrialFolder folder;
  std::unique_ptr<TrialWriter> writer;
  std::size_t counted = 0;  // bytes of the folder that waiting_bytes_ holds
  bool ended = false;
};

FileLogger::FileLogger(std::unique_ptr<FileFormat> format, FileLoggerOptions options)
    : format_(std::move(format)), options_(std::move(options)), files_(options_.directory) {}
FileLogger::~FileLogger() = default;

Result<> FileLogger::on_open(const ExperimentView& /*view*/, Sequence last, const ReadFrom& read) {
  read_ = read;
  return last > 0 ? recover(last, read) : Result<>();
}

void FileLogger::on_events(const ExperimentView& /*view*/, std::span<const Event> events) {
  if (broken_) {
    return;
  }
  Result<> applied = reopen_ended(events);
  for (std::size_t i = 0; i < events.size() && applied; ++i) {
    applied = apply(events[i]);
  }
  forget_ended();
  if (applied && waiting_bytes_ > kAllBytes) {
    applied = flush();
  }
  if (!applied) {
    give_up(applied.error());
  }
}

void FileLogger::on_idle(const ExperimentView& /*view*/, TimePoint now) {
  if (broken_ || now - last_flush_ < kFlushInterval) {
    return;
  }
  last_flush_ = now;
  Result<> done = flush();
  if (done && applied_ > remembered_) {
    done = remember(false);
  }
  if (!done) {
    give_up(done.error());
  }
}

void FileLogger::on_close(const ExperimentView& /*view*/) {
  Result<> done = broken_ ? Result<>() : flush();
  if (!broken_ && done && applied_ > 0) {
    done = remember(true);
  }
  if (!done) {
    give_up(done.error());
  }
  open_.clear();
}

Result<> FileLogger::write_all(const ReadFrom& read) {
  auto built = rebuild(0, std::numeric_limits<Sequence>::max(), read);
  files_.remove(kStateFolder);  // if nothing else is in it
  return built;
}

Result<> FileLogger::apply(const Event& event) {
  applied_ = event.sequence;
  if (std::holds_alternative<ExperimentCreated>(event.body)) {
    return write_root(event);
  }
  const auto trial = subject_of(event);
  return trial ? apply_to_trial(event, *trial) : Result<>();
}

Result<> FileLogger::apply_to_trial(const Event& event, TrialId trial) {
  Open& open = open_trial(trial);
  LUTHIER_TRY(open.writer->on_event(event, open.folder));
  const std::size_t waiting = open.folder.waiting();
  if (waiting > 0 && open.counted == 0) {
    waiting_.push_back(trial);
  }
  waiting_bytes_ += waiting - open.counted;
  open.counted = waiting;
  open.ended = std::holds_alternative<TrialEnded>(event.body);
  if (open.ended) {
    ended_.push_back(trial);
  }
  if (waiting < kTrialBytes && !open.ended) {
    return {};
  }
  // It stays in waiting_, where a trial without bytes does no harm.
  waiting_bytes_ -= waiting;
  open.counted = 0;
  return open.folder.flush();
}

Result<> FileLogger::write_root(const Event& event) {
  const FileFormat::RootFile file = format_->root_file(event.time);
  const Target target = folding_ && check_root_ ? Target::scratch
                        : folding_              ? Target::nowhere
                                                : Target::files;
  if (file.name.empty() || target == Target::nowhere) {
    return {};
  }
  return replace_file(files_, root(target) / file.name, file.bytes);
}

FileLogger::Open& FileLogger::open_trial(TrialId trial) {
  auto& slot = open_[trial];
  if (!slot) {
    slot = std::make_unique<Open>();
    slot->writer = format_->make_writer(trial);
    place(slot->folder, trial);
  }
  return *slot;
}

Result<> FileLogger::flush() {
  Result<> result;
  for (const TrialId trial : std::exchange(waiting_, {})) {
    const auto found = open_.find(trial);
    if (found == open_.end()) {
      continue;
    }
    found->second->counted = 0;
    if (const auto flushed = found->second->folder.flush(); !flushed) {
      result = flushed;
    }
  }
  waiting_bytes_ = 0;
  return result;
}

// An ended trial needs no memory. While stored events are folded it is known which go on.
void FileLogger::forget_ended() {
  for (const TrialId trial : std::exchange(ended_, {})) {
    const auto found = open_.find(trial);
    const auto last_but_one = goes_on_after_.find(trial);
    const bool goes_on = last_but_one != goes_on_after_.end() && applied_ <= last_but_one->second;
    if (found != open_.end() && found->second->ended && !goes_on) {
      open_.erase(found);
    }
  }
}

Result<> FileLogger::remember(bool closed) {
  remembered_ = applied_;
  return write_position(files_, state_file(".position"), {.sequence = applied_, .closed = closed});
}

Result<> FileLogger::recover(Sequence last, const ReadFrom& read) {
  const Sequence position = read_position(files_, state_file(".position"), last);
  const auto built = rebuild(position, last, read);
  return built ? remember(false) : built;
}

// Builds the files of all trials with events after `position` in the scratch folder, then makes the
// real ones equal; leaves every trial that has not ended ready for its next event.
Result<> FileLogger::rebuild(Sequence position, Sequence last, const ReadFrom& read) {
  LUTHIER_TRY(survey(position, read));
  check_root_ = position == 0;
  files_.remove_all(root(Target::scratch));
  folding_ = true;
  auto folded = fold(last, read);
  folding_ = false;
  if (!folded) {
    return folded;
  }
  for (auto& [trial, open] : open_) {
    place(open->folder, trial);
  }
  checked_.clear();
  goes_on_after_.clear();
  return reconcile();
}

// One look at the log before it is folded, for what only later events tell.
Result<> FileLogger::survey(Sequence position, const ReadFrom& read) {
  std::unordered_map<TrialId, Sequence> ends;
  return read(1, [&](const Event& event) {
    const auto trial = subject_of(event);
    if (!trial) {
      return true;
    }
    if (event.sequence > position) {
      checked_.insert(*trial);
    }
    if (const auto end = ends.find(*trial); end != ends.end()) {
      goes_on_after_[*trial] = end->second;
    }
    if (std::holds_alternative<TrialEnded>(event.body)) {
      ends[*trial] = event.sequence;
    }
    return true;
  });
}

Result<> FileLogger::fold(Sequence last, const ReadFrom& read) {
  Result<> applied;
  const auto received = read(1, [&](const Event& event) {
    applied = event.sequence <= last ? apply(event) : Result<>();
    forget_ended();
    if (applied && waiting_bytes_ > kAllBytes) {
      applied = flush();
    }
    return applied.ok() && event.sequence < last;
  });
  if (!received || !applied) {
    return received ? applied : received;
  }
  return flush();
}

// Both have the same layout: every file of the scratch folder has its place.
Result<> FileLogger::reconcile() const {
  auto done = reconcile_below({});
  files_.remove_all(root(Target::scratch));
  return done;
}

Result<> FileLogger::reconcile_below(const fs::path& folder) const {
  const fs::path scratch = root(Target::scratch) / folder;
  for (const std::string& name : files_.list(scratch).value_or(std::vector<std::string>())) {
    const auto status = files_.status(scratch / name);
    const bool deeper = status && S_ISDIR(status->st_mode);
    auto done = deeper ? reconcile_below(folder / name)
                       : bring_up_to_date(files_, folder / name, scratch / name);
    if (!done) {
      return done;
    }
  }
  return {};
}

// Trials that ended are forgotten; one that is tried again is read from the log once more.
Result<> FileLogger::reopen_ended(std::span<const Event> events) {
  std::set<TrialId> trials;
  std::set<TrialId> added;
  for (const Event& event : events) {
    if (const auto* add = std::get_if<TrialAdded>(&event.body)) {
      added.insert(add->trial);
    } else if (const auto trial = subject_of(event);
               trial && !open_.contains(*trial) && !added.contains(*trial)) {
      trials.insert(*trial);
    }
  }
  if (trials.empty()) {
    return {};
  }
  LUTHIER_CHECK(read_, "events of an ended trial came before on_open");
  std::map<TrialId, Open> reopened;
  Result<> applied;
  const auto received = read_(1, [&](const Event& event) {
    const auto trial = subject_of(event);
    if (!trial || !trials.contains(*trial) || event.sequence >= events.front().sequence) {
      return event.sequence + 1 < events.front().sequence;
    }
    Open& open = reopened[*trial];
    if (!open.writer) {
      open.writer = format_->make_writer(*trial);
    }
    applied = open.writer->on_event(event, open.folder);
    if (applied) {
      applied = open.folder.flush();
    }
    return applied.ok();
  });
  for (auto& [trial, open] : reopened) {
    place(open.folder, trial);
    open_[trial] = std::make_unique<Open>(std::move(open));
  }
  return received ? applied : received;
}

FileLogger::Target FileLogger::target_of(TrialId trial) const {
  if (!folding_) {
    return Target::files;
  }
  return checked_.contains(trial) ? Target::scratch : Target::nowhere;
}

fs::path FileLogger::root(Target target) const {
  return target == Target::scratch ? state_file(".rebuilt") : fs::path();
}

void FileLogger::place(TrialFolder& folder, TrialId trial) const {
  const Target target = target_of(trial);
  folder.set_place(target == Target::nowhere ? nullptr : &files_,
                   root(target) / options_.trials_folder / to_text(trial));
}

fs::path FileLogger::state_file(const char* suffix) const {
  return fs::path(kStateFolder) / (options_.name + suffix);
}

// The experiment goes on: these files can be had from the log at any time.
void FileLogger::give_up(const Error& error) {
  broken_ = true;
  open_.clear();
  options_.warn(
      formatted("the {} logger stopped: {}; the log has everything: resuming the experiment or "
                "`luthier export` writes these files again",
                options_.name,
                error.message));
}

}  // namespace luthier
