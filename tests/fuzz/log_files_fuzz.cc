// The files of a log: experiment.db behind two bytes that say how many 256 bytes it has, and its
// write-ahead log. Readers, a writer and `doctor --salvage` give events or an error, and a salvaged
// log can be read.
#include <cstddef>
#include <cstdint>

#include "base/contained_files.h"
#include "input.h"
#include "scratch_files.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/salvage.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/write_ahead_log.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

// How many events were read; -1: not all of them could be.
Sequence read_all(const fs::path& directory) {
  auto reader = open_for_reading(directory);
  if (!reader) {
    return -1;
  }
  Sequence count = 0;
  const auto read = (*reader)->read_from(1, [&](const Event& event) {
    LUTHIER_CHECK(event.sequence == ++count, "a gap");
    return true;
  });
  return read ? count : -1;
}

void try_everything(const fs::path& directory) {
  static_cast<void>(read_write_ahead_log(
      ContainedFiles(directory), "experiment.db-wal", [](const WalFrame&) { return Result<>(); }));
  const Sequence readable = read_all(directory);
  if (const auto report = salvage(directory)) {
    LUTHIER_CHECK(read_all(report->directory) == report->events, "a salvaged log is not whole");
    LUTHIER_CHECK(report->events >= readable, "salvage lost what could be read");
  }
  if (auto store = open_for_writing(directory, {})) {
    LUTHIER_CHECK(readable < 0 || (*store)->last_sequence() >= readable, "a writer lost events");
    static_cast<void>((*store)->close());
  }
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  const std::size_t low = input.byte();
  const std::size_t bytes = 256 * (low + (std::size_t{256} * input.byte()));
  const std::string_view files = input.rest();
  fs::remove_all(scratch_directory() / "x");
  fs::remove_all(scratch_directory() / "x.salvaged");
  write_scratch("x/experiment.db", files.substr(0, bytes));
  if (files.size() > bytes) {
    write_scratch("x/experiment.db-wal", files.substr(bytes));
  }
  try_everything(scratch_directory() / "x");
  return 0;
}
