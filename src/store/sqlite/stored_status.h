// The status that is kept beside the events, in `meta`: derived from them, and good only for the
// event it stands for. docs/event_log.md describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/sqlite/event_tables.h"

namespace luthier {

inline constexpr std::string_view kStatusName = "status";

// The text of the row: the place in the log, a checksum of the text around it, and `bytes`.
std::string status_text(const ChainEnd& end, std::string_view bytes);
// The bytes of a text that stands for `end`. Nothing: it is damaged, or stands for another event.
std::optional<std::string> kept_status(std::string_view text, const ChainEnd& end);

// What is stored for a log that ends with `end`, if anything is.
Result<std::optional<std::string>> read_kept_status(Connection& connection, const ChainEnd& end);

}  // namespace luthier
