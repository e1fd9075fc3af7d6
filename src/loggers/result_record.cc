#include "loggers/result_record.h"

#include <algorithm>
#include <chrono>

namespace luthier {
namespace {

void append_padded(std::string& out, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  out.append(digits > text.size() ? digits - text.size() : 0, '0').append(text);
}

}  // namespace

std::string column_name(std::string_view metric) {
  const bool taken =
      std::find(kRecordFields.begin(), kRecordFields.end(), metric) != kRecordFields.end() ||
      metric == "config";
  return taken ? "reported/" + std::string(metric) : std::string(metric);
}

std::int64_t TrainingTime::pass(TimePoint time) {
  const std::int64_t span = std::max<std::int64_t>(time - last_, 0);
  last_ = time;
  total_ += span;
  since_restore_ += span;
  return span;
}

void TrainingTime::on_attempt(TimePoint time) {
  last_ = time;
  since_restore_ = 0;
  iterations_ = 0;
}

void TrainingTime::on_repeated(TimePoint time) {
  pass(time);
  ++iterations_;
}

void TrainingTime::on_result(TimePoint time) {
  this_iteration_ = pass(time);
  ++iterations_;
}

std::int64_t timestamp_s(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(time)).count();
}

std::string date_text(TimePoint time) {
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds(time)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(at - day));
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += '_';
  append_padded(out, clock.hours().count(), 2);
  out += '-';
  append_padded(out, clock.minutes().count(), 2);
  out += '-';
  append_padded(out, clock.seconds().count(), 2);
  return out;
}

}  // namespace luthier
