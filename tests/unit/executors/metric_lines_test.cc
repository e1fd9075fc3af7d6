#include "executors/metric_lines.h"

#include <cmath>

#include <gtest/gtest.h>

#include "executors/pattern.h"
#include "executors/results/record_reader.h"

namespace luthier {
namespace {

std::string metrics(std::string_view line) {
  return to_json(metrics_of_line(line));
}

TEST(MetricLines, FindsTheUsualForms) {
  EXPECT_EQ(metrics("loss=0.25 acc=3"), R"({"loss": 0.25, "acc": 3})");
  EXPECT_EQ(metrics("Epoch 3/10: loss: 1e-3, val/acc = 93.1%."),
            R"({"loss": 0.001, "val/acc": 93.1})");
  EXPECT_EQ(metrics("100/100 [==] - 2s - loss: 0.5 - val_loss: nan"),
            R"({"loss": 0.5, "val_loss": "NaN"})");
  EXPECT_EQ(metrics(R"(INFO {"loss": 0.5, "val": {"acc": 1}, "tags": ["a"]})"),
            R"({"loss": 0.5, "val/acc": 1, "tags": ["a"]})");
  EXPECT_EQ(
      metrics("{'loss': np.float64(0.5), 'ok': True, 'x': None, 't': tensor(2, device='cuda:0'),}"),
      R"({"loss": 0.5, "ok": true, "x": null, "t": 2})");
  EXPECT_EQ(metrics("{not json} loss=1"), R"({"loss": 1})");
  EXPECT_EQ(metrics("loss=-inf"), R"({"loss": "-Infinity"})");
  EXPECT_EQ(metrics("loss=1e400 tiny=1e-400 low=-1e999"),
            R"({"loss": "Infinity", "tiny": 0.0, "low": "-Infinity"})");
  EXPECT_EQ(metrics("loss=0,5 acc=1,b=2, c=1.234,5"), R"({"acc": 1, "b": 2})");
  EXPECT_EQ(metrics("loss is 3, see http://x time=12:30 loss=12s loss=0x10 loss="), "{}");
  EXPECT_EQ(metrics(std::string_view("a\0b=1 \xFF loss=2", 14)), R"({"b": 1, "loss": 2})");
}

TEST(MetricLines, OnlyLinesWithAnObjectiveCount) {
  auto lines = MetricLines::make({"val_loss"}, "").value();
  EXPECT_FALSE(lines.parse("loss=1 acc=2"));
  EXPECT_FALSE(lines.parse("val_loss=high"));
  const auto found = lines.parse("loss=1 val_loss=0.5");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number("val_loss"), 0.5);
  EXPECT_EQ(lines.candidates(), (std::vector<std::string>{"loss", "acc"}));
}

TEST(MetricLines, NestedObjectivesAreFound) {
  auto lines = MetricLines::make({"val/loss"}, "").value();
  EXPECT_TRUE(lines.parse(R"({"val": {"loss": 1}})"));
}

TEST(MetricLines, APatternNamesItsMetrics) {
  auto single = MetricLines::make({"loss"}, R"(loss is (\S+))").value();
  EXPECT_EQ(single.parse("now loss is 0.5 ok")->number("loss"), 0.5);
  EXPECT_FALSE(single.parse("loss=0.5"));
  auto named = MetricLines::make({"loss"}, R"((?P<loss>[\d.]+) / (?P<acc>[\d.]+))").value();
  EXPECT_EQ(to_json(*named.parse("0.5 / 3")), R"({"loss": 0.5, "acc": 3})");
  EXPECT_FALSE(MetricLines::make({"loss"}, "loss"));
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

std::string group(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  const auto match = compiled.value().search(text);
  if (!match) {
    return "none";
  }
  return match->empty() ? "matched" : match->front() ? std::string(*match->front()) : "empty";
}

TEST(Pattern, Matches) {
  EXPECT_EQ(group("a(b*)c", "xxabbbc"), "bbb");
  EXPECT_EQ(group("a(b*?)b", "abbb"), "");
  EXPECT_EQ(group("(a|ab)(c|bcd)", "abcd"), "a");
  EXPECT_EQ(group("(a{2,3})", "aaaa"), "aaa");
  EXPECT_EQ(group("(a{2})b", "aaab"), "aa");
  EXPECT_EQ(group("^(\\w+)$", "word"), "word");
  EXPECT_EQ(group("^b", "ab"), "none");
  EXPECT_EQ(group("\\bcat\\b(.)", "concat cat!"), "!");
  EXPECT_EQ(group("([^a-c]+)", "abcxyz"), "xyz");
  EXPECT_EQ(group("([\\d.eE+-]+)", "loss 1e-3"), "1e-3");
  EXPECT_EQ(group("loss ([-\\d.eE+]+)", "loss 1e-3"), "1e-3");
  EXPECT_EQ(group("(x)?y", "y"), "empty");
  EXPECT_EQ(group("(?:ab)+", "xabab"), "matched");
  EXPECT_EQ(group("(a*)*", "b"), "empty");
}

TEST(Pattern, TakesLinearTimeOnTextsMeantToBeSlow) {
  const std::string text(4096, 'a');
  EXPECT_EQ(group("(a*)*b", text), "none");
  EXPECT_EQ(group("(a|aa)+$b", text), "none");
  EXPECT_EQ(group("(.*.*.*.*.*)=x", text), "none");
}

TEST(Pattern, SaysWhatIsWrong) {
  for (const char* pattern : {"(",
                              ")",
                              "[a",
                              "a{3,2}",
                              "a{",
                              "*a",
                              "\\",
                              "\\q",
                              "(?=a)",
                              "(?P<>a)",
                              "[z-a]",
                              "((((a{900}){900}){900}){900})"}) {
    const auto compiled = Pattern::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_NE(compiled.error().message.find("at character"), std::string::npos)
        << compiled.error().message;
  }
  EXPECT_FALSE(Pattern::compile(std::string(100000, '(')));
}

}  // namespace
}  // namespace luthier
