#include "executors/results/hearing.h"

#include <algorithm>
#include <array>
#include <utility>

#include "executors/results/advice.h"
#include "executors/results/diagnosis.h"
#include "executors/results/lines/bars.h"
#include "executors/results/lines/line_reader.h"
#include "executors/results/lines/metric_pattern.h"
#include "executors/results/lines/screen.h"
#include "executors/results/listener.h"
#include "executors/results/unbound.h"
#include "executors/results/understanding.h"
#include "executors/results/words/amount.h"
#include "executors/results/words/likeness.h"

namespace luthier {
namespace {

const std::string& first_objective(const HearingOptions& options) {
  static const std::string kNone;
  const auto found = std::ranges::find(options.wanted, true, &WantedMetric::objective);
  return found == options.wanted.end() ? kNone : found->name;
}

std::optional<MetricPattern> pattern_of(const HearingOptions& options) {
  if (options.regex.empty()) {
    return std::nullopt;
  }
  auto pattern = MetricPattern::compile(options.regex, first_objective(options));
  return pattern ? std::optional(*std::move(pattern)) : std::nullopt;
}

std::vector<WantedName> names_of(const HearingOptions& options) {
  std::vector<WantedName> names;
  for (const auto& wanted : options.wanted) {
    names.emplace_back(wanted.name);
  }
  return names;
}

std::string last_word(std::string_view name) {
  return std::string(name.substr(name.find_last_of(" /") + 1));
}

bool in_tables(MentionForm form) {
  return form == MentionForm::table || form == MentionForm::row;
}

bool beside_names(MentionForm form) {
  return form == MentionForm::name_value || form == MentionForm::value_name;
}

}  // namespace

Result<> check_hearing(const HearingOptions& options) {
  if (options.regex.empty()) {
    return {};
  }
  const auto pattern = MetricPattern::compile(options.regex, first_objective(options));
  return pattern ? Result<>() : Result<>(pattern.error());
}

class Hearing::Ear {
 public:
  Ear(const HearingOptions& options, std::optional<Understanding> understanding, Reading reading);

  void write(OutputStream stream, std::string_view bytes);
  void finish(OutputStream stream);
  void finish();
  void adopt(const Understanding& understanding);
  const std::optional<Understanding>& understanding() const { return understanding_; }
  std::vector<Metrics> take();
  Metrics named_as_wanted(Metrics record) const;
  void remember(const Metrics& record) { seen_.remember(record); }
  Diagnosis diagnosis() const;

 private:
  struct Stream {
    Screen screen;
    Bars bars;
    LineReader reader;
    bool finished = false;
  };

  Stream& stream(OutputStream which) { return streams_[static_cast<std::size_t>(which)]; }
  void line(OutputStream which, const ScreenLine& line);
  void final_line(OutputStream which, std::string_view text);
  void heard(OutputStream which, const Heard& heard);
  void notice_decision();
  void end_unbound();
  void narrow(OutputStream which, const Understood& understood);

  HearingOptions options_;
  std::vector<WantedName> names_;
  std::optional<MetricPattern> pattern_;
  Listener listener_;
  std::array<Stream, 2> streams_;
  SeenNames seen_;
  std::optional<Understanding> understanding_;
  std::optional<Unbound> unbound_;  // until what was understood before is heard
  std::vector<Metrics> of_unbound_;
};

Hearing::Ear::Ear(const HearingOptions& options,
                  std::optional<Understanding> understanding,
                  Reading reading)
    : options_(options),
      names_(names_of(options)),
      pattern_(pattern_of(options)),
      listener_(options_.wanted, names_),
      streams_{Stream{{}, {}, {names_, pattern_ ? &*pattern_ : nullptr, reading}},
               Stream{{}, {}, {names_, pattern_ ? &*pattern_ : nullptr, reading}}} {
  if (understanding) {
    adopt(*understanding);
  }
}

void Hearing::Ear::write(OutputStream which, std::string_view bytes) {
  Stream& from = stream(which);
  const Screen::OnLine on_line = [&](const ScreenLine& one) { line(which, one); };
  const LineReader::OnHeard on_heard = [&](const Heard& one) { heard(which, one); };
  while (true) {
    if (!unbound_ && from.screen.at_line_begin() && from.bars.idle()) {
      bytes.remove_prefix(from.reader.hear_familiar(bytes, on_heard));
      bytes.remove_prefix(from.reader.skippable(bytes));
    }
    if (bytes.empty()) {
      return;
    }
    const auto end = std::min(bytes.find('\n'), bytes.size() - std::size_t{1});
    const auto one = bytes.substr(0, end + 1);
    from.screen.write(one, on_line);
    bytes.remove_prefix(one.size());
  }
}

void Hearing::Ear::line(OutputStream which, const ScreenLine& line) {
  stream(which).bars.line(line, [&](std::string_view text) { final_line(which, text); });
}

void Hearing::Ear::final_line(OutputStream which, std::string_view text) {
  if (unbound_) {
    unbound_->line(which, text);
  }
  stream(which).reader.line(text, [&](const Heard& one) { heard(which, one); });
}

void Hearing::Ear::heard(OutputStream which, const Heard& heard) {
  seen_.note(which, heard);
  listener_.hear(which, heard);
  if (listener_.any_result()) {
    unbound_.reset();
  }
  if (!understanding_ && listener_.understood()) {
    notice_decision();
  }
}

void Hearing::Ear::notice_decision() {
  const auto understanding = Understanding::parse(understanding_text(*listener_.understood()));
  if (understanding) {
    understanding_ = *understanding;
  }
  narrow(OutputStream::output, *listener_.understood());
  narrow(OutputStream::error, *listener_.understood());
}

// From now on only lines with something of a group in them have to be read.
void Hearing::Ear::narrow(OutputStream which, const Understood& understood) {
  std::vector<std::string> needles;
  bool tables = false;
  bool neighbours = false;
  for (const auto& meaning : understood.meanings) {
    if (meaning.stream == which) {
      needles.push_back(last_word(meaning.printed));
      tables = tables || in_tables(meaning.form);
      neighbours = neighbours || beside_names(meaning.form);
    }
  }
  if (needles.empty()) {
    stream(which).reader.narrow({}, false, false);
    return;
  }
  for (const auto& key :
       which == OutputStream::output ? understood.output_group : understood.error_group) {
    if (key.size() > 2 && !key.starts_with('=')) {
      needles.push_back(last_word(std::string_view(key).substr(2)));
      tables = tables || in_tables(static_cast<MentionForm>(key.front() - 'a'));
    }
  }
  for (const auto& name : names_) {
    if (std::ranges::find(understood.meanings, name.name, &Meaning::wanted) ==
        understood.meanings.end()) {
      needles.push_back(last_word(name.name));
      needles.push_back(name.last);
    }
  }
  stream(which).reader.narrow(std::move(needles), tables, neighbours);
}

void Hearing::Ear::finish(OutputStream which) {
  Stream& ending = stream(which);
  if (std::exchange(ending.finished, true)) {
    return;
  }
  ending.screen.finish([&](const ScreenLine& one) { line(which, one); });
  ending.bars.finish([&](std::string_view text) { final_line(which, text); });
  ending.reader.finish([&](const Heard& one) { heard(which, one); });
  listener_.finish(which);
  end_unbound();
  if (!understanding_ && listener_.understood()) {
    notice_decision();
  }
}

// Once both streams have ended without what was understood.
void Hearing::Ear::end_unbound() {
  if (listener_.any_result()) {
    unbound_.reset();
  }
  if (!unbound_ || !streams_[0].finished || !streams_[1].finished) {
    return;
  }
  unbound_->finish(OutputStream::output);
  unbound_->finish(OutputStream::error);
  of_unbound_ = unbound_->in_place_of(*listener_.understood());
  unbound_.reset();
}

std::vector<Metrics> Hearing::Ear::take() {
  return of_unbound_.empty() ? listener_.take() : std::exchange(of_unbound_, {});
}

void Hearing::Ear::finish() {
  finish(OutputStream::output);
  finish(OutputStream::error);
}

void Hearing::Ear::adopt(const Understanding& understanding) {
  const auto understood = parse_understanding(understanding.text());
  if (!understood) {
    return;
  }
  if (!pattern_ && !unbound_ && !listener_.any_result()) {
    unbound_.emplace(streams_[0].reader, streams_[1].reader, listener_);
  }
  listener_.adopt(*understood);
  if (listener_.any_result()) {
    unbound_.reset();
  }
  understanding_ = understanding;
  narrow(OutputStream::output, *understood);
  narrow(OutputStream::error, *understood);
}

Metrics Hearing::Ear::named_as_wanted(Metrics record) const {
  for (const auto& wanted : names_) {
    if (record.contains(wanted.name)) {
      continue;
    }
    std::vector<Candidate> candidates;
    for (const auto& [name, value] : record) {
      const Mention mention{.name = name, .value = value, .form = MentionForm::record};
      const auto read = read_name(name);
      const auto like = likeness(wanted, mention, read);
      if (like && number_of(value)) {
        candidates.push_back({.printed = name,
                              .name = comparable_name(wanted, name),
                              .form = MentionForm::record,
                              .data = read.data,
                              .like = *like});
      }
    }
    if (const auto choice = choose(wanted, candidates); choice.chosen != nullptr) {
      if (auto number = number_of(*record.find(choice.chosen->printed))) {
        record.set(wanted.name, *std::move(number));
      }
    }
  }
  return record;
}

Diagnosis Hearing::Ear::diagnosis() const {
  return diagnose(
      options_,
      seen_,
      listener_.understood() ? listener_.understood()->meanings : std::vector<Meaning>(),
      listener_.ambiguous());
}

Hearing::Hearing(const HearingOptions& options,
                 std::optional<Understanding> understanding,
                 Reading reading)
    : ear_(std::make_unique<Ear>(options, std::move(understanding), reading)) {}
Hearing::~Hearing() = default;
Hearing::Hearing(Hearing&&) noexcept = default;
Hearing& Hearing::operator=(Hearing&&) noexcept = default;

void Hearing::write(OutputStream stream, std::string_view bytes) {
  ear_->write(stream, bytes);
}
void Hearing::finish(OutputStream stream) {
  ear_->finish(stream);
}
void Hearing::finish() {
  ear_->finish();
}
void Hearing::adopt(const Understanding& understanding) {
  ear_->adopt(understanding);
}
const std::optional<Understanding>& Hearing::understanding() const {
  return ear_->understanding();
}
std::vector<Metrics> Hearing::take() {
  return ear_->take();
}
Metrics Hearing::named_as_wanted(Metrics record) {
  return ear_->named_as_wanted(std::move(record));
}
void Hearing::remember(const Metrics& record) {
  ear_->remember(record);
}
Diagnosis Hearing::diagnosis() const {
  return ear_->diagnosis();
}

}  // namespace luthier
