// Lines of standard output with a value of an objective, as metric_lines.h reads them.
#include "executors/results/hearing.h"

#include <algorithm>
#include <utility>

#include "base/terminal_text.h"
#include "base/text.h"
#include "executors/metric_lines.h"

namespace luthier {

Result<> check_hearing(const HearingOptions& options) {
  const auto lines = MetricLines::make({}, options.regex);
  return lines ? Result<>() : Result<>(lines.error());
}

Result<Understanding> Understanding::parse(std::string_view text) {
  if (!text.starts_with('{')) {
    return Error{ErrorCode::corruption, "what was understood of the output is no JSON object"};
  }
  Understanding understanding;
  understanding.text_ = text;
  return understanding;
}

std::string Understanding::in_words() const {
  return text_;
}

class Hearing::Ear {
 public:
  Ear(const HearingOptions& options, std::optional<Understanding> understanding)
      : lines_(make_lines(options)), understanding_(std::move(understanding)) {}

  static MetricLines make_lines(const HearingOptions& options) {
    std::vector<std::string> objectives;
    for (const auto& wanted : options.wanted) {
      if (wanted.objective) {
        objectives.push_back(wanted.name);
      }
    }
    return MetricLines::make(objectives, options.regex).value();
  }

  void line(std::string_view text) {
    if (auto metrics = lines_.parse(text)) {
      results_.push_back(*std::move(metrics));
      if (!understanding_) {
        understanding_ = Understanding::parse("{}").value();
      }
    } else if (!lines_.candidates().empty() && nearest_.empty()) {
      nearest_ = printable(text);
    }
  }

  MetricLines lines_;
  std::optional<Understanding> understanding_;
  std::string partial_;
  std::string nearest_;
  std::vector<Metrics> results_;
};

Hearing::Hearing(const HearingOptions& options, std::optional<Understanding> understanding)
    : ear_(std::make_unique<Ear>(options, std::move(understanding))) {}
Hearing::~Hearing() = default;
Hearing::Hearing(Hearing&&) noexcept = default;
Hearing& Hearing::operator=(Hearing&&) noexcept = default;

void Hearing::write(OutputStream stream, std::string_view bytes) {
  if (stream == OutputStream::error) {
    return;
  }
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    ear_->partial_ += bytes.substr(0, end);
    ear_->line(ear_->partial_);
    ear_->partial_.clear();
    bytes.remove_prefix(end + 1);
  }
  ear_->partial_ += bytes;
}

void Hearing::finish(OutputStream stream) {
  if (stream == OutputStream::output && !ear_->partial_.empty()) {
    ear_->line(std::exchange(ear_->partial_, {}));
  }
}

void Hearing::finish() {
  finish(OutputStream::output);
}

void Hearing::adopt(const Understanding& understanding) {
  ear_->understanding_ = understanding;
}

const std::optional<Understanding>& Hearing::understanding() const {
  return ear_->understanding_;
}

std::vector<Metrics> Hearing::take() {
  return std::exchange(ear_->results_, {});
}

Metrics Hearing::named_as_wanted(Metrics record) {
  return record;
}

void Hearing::remember(const Metrics& record) {
  ear_->lines_.remember(record);
}

Diagnosis Hearing::diagnosis() const {
  Diagnosis out;
  for (const auto& name : ear_->lines_.candidates()) {
    out.seen.push_back({.name = name});
  }
  out.nearest_line = ear_->nearest_;
  return out;
}

}  // namespace luthier
