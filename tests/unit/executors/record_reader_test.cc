#include "executors/results/lines/record_reader.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace luthier {
namespace {

std::string record(std::string_view text) {
  const auto read = read_record(text);
  return read ? to_json(*read) : "none";
}

TEST(RecordReader, ReadsObjectsAndDicts) {
  EXPECT_EQ(record(R"({"loss": 0.5, "val": {"acc": 1}, "tags": ["a"]})"),
            R"({"loss": 0.5, "val/acc": 1, "tags": ["a"]})");
  EXPECT_EQ(record("{'loss': np.float64(0.5), 'ok': True, 'x': None, 't': tensor(2, device='c'),}"),
            R"({"loss": 0.5, "ok": true, "x": null, "t": 2})");
}

TEST(RecordReader, RefusesWhatIsNoObject) {
  for (const char* text : {"",
                           "{",
                           "{]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\": 1",
                           "[1]",
                           "{\"a\": 1 \"b\": 2}",
                           "{\"a\": \"\\ud800\\u0041\"}",
                           "{\"a\": foo}"}) {
    EXPECT_FALSE(read_record(text)) << text;
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "{\"a\":";
  }
  EXPECT_FALSE(read_record(deep));
  EXPECT_FALSE(read_record("{\"a\": " + std::string(100000, '[')));
}

TEST(RecordReader, KeepsNumbersAndText) {
  const auto record = read_record(
      R"({"n": 9007199254740993, "x": 1e999, "u": "\u00e9\ud83d\ude00", "i": "Infinity"})");
  ASSERT_TRUE(record);
  EXPECT_TRUE(std::isinf(record->number("x")));
  EXPECT_EQ(record->integer("n"), 9007199254740993);
  EXPECT_EQ(record->text("u"), "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_TRUE(std::isinf(record->number("i")));
}

}  // namespace
}  // namespace luthier
