#include "store/utc.h"

#include <array>
#include <cstdio>

namespace luthier {

std::string utc_text(std::chrono::system_clock::time_point moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(moment - day));
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%04d-%02u-%02uT%02ld:%02ld:%02ldZ",
                                   static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()),
                                   static_cast<long>(time.hours().count()),
                                   static_cast<long>(time.minutes().count()),
                                   static_cast<long>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace luthier
