// Logs written by earlier releases must open, and say what they said. The stored log of this
// release is written anew, together with its golden export, by LUTHIER_WRITE_FORMAT=1 in the
// environment: only when the format number grows, into a folder of its own.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/format.h"
#include "core/log/event_codec.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/sqlite_store.h"
#include "support/random_events.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

const fs::path kStores = testing::source_directory() / "tests/format/stores";

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string exported(const fs::path& directory) {
  auto reader = open_for_reading(directory);
  EXPECT_TRUE(reader.ok()) << reader.error().message;
  std::string lines;
  const auto read = (*reader)->read_from(1, [&](const Event& event) {
    lines += to_json(event) + "\n";
    return true;
  });
  EXPECT_TRUE(read.ok()) << read.error().message;
  return lines;
}

// Every kind of event, three times.
void write_store(const fs::path& directory) {
  fs::remove_all(directory);
  auto store = open_for_writing(directory, {.create = true});
  ASSERT_TRUE(store.ok()) << store.error().message;
  Rng rng(1, "format");
  for (Sequence s = 1; s <= 60; ++s) {
    const Event event{
        s,
        1'700'000'000'000'000 + s * 1000,
        random_body(rng, static_cast<std::size_t>(s - 1) % std::variant_size_v<EventBody>)};
    ASSERT_TRUE((*store)->append({&event, 1}).ok());
  }
  ASSERT_TRUE((*store)->close().ok());
  std::ofstream(directory / "events.jsonl", std::ios::binary) << exported(directory);
}

TEST(EventLogFormat, EveryStoredLogStillReadsAsItDid) {
  if (std::getenv("LUTHIER_WRITE_FORMAT") != nullptr) {
    write_store(kStores / formatted("format-{}", kFormatVersion));
  }
  std::int64_t stores = 0;
  for (const auto& entry : fs::directory_iterator(kStores)) {
    EXPECT_EQ(exported(entry.path()), content(entry.path() / "events.jsonl")) << entry.path();
    ++stores;
    // And can be gone on with, by this release.
    const TemporaryDirectory copy;
    fs::copy(entry.path(), copy.path(), fs::copy_options::recursive);
    auto store = open_for_writing(copy.path(), {});
    ASSERT_TRUE(store.ok()) << store.error().message;
    const Event event{(*store)->last_sequence() + 1, 0, Note{"still here"}};
    EXPECT_TRUE((*store)->append({&event, 1}).ok());
    EXPECT_TRUE((*store)->close().ok());
  }
  EXPECT_EQ(stores, kFormatVersion);
}

TEST(EventLogFormat, TheWorkedExampleOfTheDocumentIsWhatIsWritten) {
  const ResultReported result{TrialId{3}, 1, 9, {{"loss", 0.25}, {"epoch", std::int64_t{9}}}};
  std::string payload;
  ASSERT_TRUE(encode(result, payload).ok());
  std::string hex;
  for (const char c : payload) {
    hex += formatted("{}{:02x}", hex.empty() ? "" : " ", static_cast<unsigned char>(c));
  }
  const std::string document = content(testing::source_directory() / "docs/event_log.md");
  EXPECT_NE(document.find("\n" + hex + "\n"), std::string::npos) << hex;
  const auto chain = chain_after(
      0x8A9136AA,
      {.sequence = 12, .time = 1'700'000'000'000'001, .kind = 7, .trial = 3, .payload = payload});
  EXPECT_NE(document.find(formatted("`chain` = {}", chain)), std::string::npos) << chain;
  const std::string json = to_json(Event{12, 1'700'000'000'000'001, result});
  EXPECT_NE(document.find("\n" + json + "\n"), std::string::npos) << json;
}

}  // namespace
}  // namespace luthier
