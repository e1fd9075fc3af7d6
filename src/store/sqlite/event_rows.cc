#include "store/sqlite/event_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/crc32c.h"
#include "base/failure.h"
#include "base/format.h"
#include "core/log/event_codec.h"

namespace luthier {
namespace {

constexpr std::string_view kSelect =
    "SELECT sequence, time, kind, trial, payload, chain FROM events WHERE sequence >= ? ORDER BY "
    "sequence";

EventRow read_row(const Statement& statement) {
  EventRow row{
      .sequence = statement.integer(0), .time = statement.integer(1), .kind = statement.integer(2)};
  if (!statement.is_null(3)) {
    row.trial = statement.integer(3);
  }
  row.payload = statement.bytes(4);
  return row;
}

void store(char* to, std::uint64_t value) {
  std::memcpy(to, &value, sizeof value);
}

// Goes on from `end` to the row, if the checksum that it carries is right.
Result<> follow(const Connection& connection,
                const EventRow& row,
                std::uint32_t chain,
                ChainEnd& end) {
  if (chain_after(end.chain, row) != chain) {
    return damaged(connection, formatted("event {} does not match its checksum", row.sequence));
  }
  end = {row.sequence, chain};
  return {};
}

}  // namespace

std::uint32_t chain_after(std::uint32_t previous, const EventRow& row) {
  std::array<char, 40> head;
  store(head.data(), previous);
  store(head.data() + 8, static_cast<std::uint64_t>(row.sequence));
  store(head.data() + 16, static_cast<std::uint64_t>(row.time));
  store(head.data() + 24, static_cast<std::uint64_t>(row.kind));
  store(head.data() + 32, static_cast<std::uint64_t>(row.trial.value_or(-1)));
  return crc32c(crc32c(0, {head.data(), head.size()}), row.payload);
}

Result<> scan_rows(Connection& connection,
                   Sequence first,
                   const std::function<bool(const EventRow&)>& receive,
                   ChainEnd& end) {
  first = std::max<Sequence>(first, 1);
  auto statement = connection.prepare(kSelect);
  if (!statement) {
    return explained(statement.error());
  }
  statement->bind(0, first - 1);  // the row before carries the checksum to go on from
  end = {};
  while (true) {
    const auto stepped = statement->step();
    if (!stepped) {
      return explained(stepped.error());
    }
    if (!*stepped) {
      return {};
    }
    const EventRow row = read_row(*statement);
    const auto chain = static_cast<std::uint32_t>(statement->integer(5));
    if (row.sequence == first - 1 && first > 1) {
      end = {row.sequence, chain};
      continue;
    }
    if (row.sequence != std::max(end.sequence + 1, first) || (first > 1 && end.sequence == 0)) {
      return damaged(connection, formatted("event {} is missing", end.sequence + 1));
    }
    if (auto followed = follow(connection, row, chain, end); !followed) {
      return followed;
    }
    if (!receive(row)) {
      return {};
    }
  }
}

Result<> decode_row(const EventRow& row, Event& event) {
  event.sequence = row.sequence;
  event.time = row.time;
  const auto decoded = decode(row.payload, event.body);
  return decoded
             ? decoded
             : failure(decoded.error().code, "event {}: {}", row.sequence, decoded.error().message);
}

Result<> scan_events(Connection& connection,
                     Sequence first,
                     const std::function<bool(const Event&)>& receive,
                     ChainEnd& end) {
  Event event;
  Result<> decoded;
  auto scanned = scan_rows(
      connection,
      first,
      [&](const EventRow& row) {
        decoded = decode_row(row, event);
        return decoded.ok() && receive(event);
      },
      end);
  if (!decoded) {
    return failure(decoded.error().code, "{}: {}", connection.path(), decoded.error().message);
  }
  return scanned;
}

Result<> read_events_at(Connection& connection,
                        std::span<const Sequence> places,
                        std::vector<Event>& events) {
  auto statement = connection.prepare(kSelect);
  if (!statement) {
    return explained(statement.error());
  }
  ChainEnd end;  // the row that was read last
  const auto next = [&](Sequence wanted, EventRow& row) -> Result<> {
    const auto stepped = statement->step();
    if (!stepped) {
      return explained(stepped.error());
    }
    row = *stepped ? read_row(*statement) : EventRow{};
    return row.sequence == wanted ? Result<>()
                                  : damaged(connection, formatted("event {} is missing", wanted));
  };
  for (const Sequence place : places) {
    EventRow row;
    if (end.sequence == 0 || place != end.sequence + 1) {
      statement->reset();
      statement->bind(0, place - 1);
      end = {};
      if (auto before = place > 1 ? next(place - 1, row) : Result<>(); !before) {
        return before;
      }
      end.chain = place > 1 ? static_cast<std::uint32_t>(statement->integer(5)) : 0;
    }
    if (auto read = next(place, row); !read) {
      return read;
    }
    const auto chain = static_cast<std::uint32_t>(statement->integer(5));
    if (auto followed = follow(connection, row, chain, end); !followed) {
      return followed;
    }
    if (auto decoded = decode_row(row, events.emplace_back()); !decoded) {
      return failure(decoded.error().code, "{}: {}", connection.path(), decoded.error().message);
    }
  }
  return {};
}

Result<ChainEnd> last_row(Connection& connection) {
  auto statement =
      connection.prepare("SELECT sequence, chain FROM events ORDER BY sequence DESC LIMIT 1");
  if (!statement) {
    return explained(statement.error());
  }
  const auto row = statement->step();
  if (!row) {
    return explained(row.error());
  }
  return *row ? ChainEnd{statement->integer(0), static_cast<std::uint32_t>(statement->integer(1))}
              : ChainEnd{};
}

}  // namespace luthier
