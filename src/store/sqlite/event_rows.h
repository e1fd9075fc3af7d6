// Reading the rows of the event log, each checked before it is passed on: its checksum covers the
// row and the checksum before it, so that a row that was changed, lost or moved breaks the chain.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/sqlite/event_tables.h"

namespace luthier {

// One row of `events`; the view is valid during the call it is passed to.
struct EventRow {
  Sequence sequence = 0;
  TimePoint time = 0;
  std::int64_t kind = 0;
  std::optional<std::int64_t> trial = {};
  std::string_view payload = {};
};
// The checksum that follows `previous` (0 before the first row).
std::uint32_t chain_after(std::uint32_t previous, const EventRow& row);

// Passes every row from `first` on to `receive`, in order, until it returns false. A row that
// breaks the chain gives corruption; the rows before it were passed on. `end`: the last row that
// was right.
Result<> scan_rows(Connection& connection,
                   Sequence first,
                   const std::function<bool(const EventRow&)>& receive,
                   ChainEnd& end);

// The row's event. An error names its place in the log.
Result<> decode_row(const EventRow& row, Event& event);

// The same as events. `end` follows, so that a caller can go on where a scan stopped.
Result<> scan_events(Connection& connection,
                     Sequence first,
                     const std::function<bool(const Event&)>& receive,
                     ChainEnd& end);

// The events at `places`, which must ascend, each checked against the row before it.
Result<> read_events_at(Connection& connection,
                        std::span<const Sequence> places,
                        std::vector<Event>& events);

// The highest row's place, unchecked; zeros when there is none.
Result<ChainEnd> last_row(Connection& connection);

}  // namespace luthier
