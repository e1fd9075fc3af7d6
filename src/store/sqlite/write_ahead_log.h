// SQLite's write-ahead log, read frame by frame before SQLite sees it: SQLite ends the log silently
// at the first frame that is not right, and what lies behind it would be gone without a word.
// The file's form is described at sqlite.org/fileformat2.html, section 4.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/contained_files.h"
#include "luthier/error.h"

namespace luthier {

struct WalFrame {
  std::int64_t number = 0;         // 1, 2, 3, ...
  std::uint32_t page = 0;          // of the database, from 1
  std::uint32_t commit_pages = 0;  // the database's size if a transaction ends here; else 0
  // Of the log's current generation; false for what an earlier round has left behind.
  bool current = false;
  // Its checksum follows from the frame before it, be that one right or not.
  bool right = false;
  std::string_view content = {};  // of the page; valid during the call
};

struct WalEnd {
  std::uint32_t page_bytes = 0;  // 0: there is no frame
  // What is wrong: a sentence's second half. Empty when SQLite reads all there is, or leaves out
  // only what a writer that died had not finished.
  std::string damage;
};

// Passes every whole frame to `receive`, in order. A log that is not there is an empty one.
Result<WalEnd> read_write_ahead_log(const ContainedFiles& files,
                                    const std::string& name,
                                    const std::function<Result<>(const WalFrame&)>& receive);

}  // namespace luthier
