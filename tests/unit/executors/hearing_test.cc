// The rules of hearing one by one; whole outputs of programs are in real_output_test.cc.
#include "executors/results/hearing.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "executors/results/words/amount.h"

namespace luthier {
namespace {

HearingOptions wanting(std::vector<std::string> objectives, std::string regex = "") {
  HearingOptions options{.regex = std::move(regex)};
  for (auto& name : objectives) {
    options.wanted.push_back({.name = std::move(name), .objective = true});
  }
  return options;
}

// The results of `text` on stdout, as JSON, one a line.
std::string heard(const HearingOptions& options, std::string_view text) {
  Hearing hearing(options, std::nullopt);
  hearing.write(OutputStream::output, text);
  hearing.finish();
  std::string out;
  for (const auto& metrics : hearing.take()) {
    out += to_json(metrics) + "\n";
  }
  return out;
}

std::string amount(std::string_view text) {
  const auto read = leading_amount(text);
  return read ? to_json(read->value) : "none";
}

TEST(Amount, IsReadInAllItsForms) {
  EXPECT_EQ(amount("0.52"), "0.52");
  EXPECT_EQ(amount("97%"), "97");
  EXPECT_EQ(amount("97 %"), "97");
  EXPECT_EQ(amount("1.000D-03"), "0.001");
  EXPECT_EQ(amount("0.52f0"), "0.52");
  EXPECT_EQ(amount("12,345.6"), "12345.6");
  EXPECT_EQ(amount("1,234,567"), "1234567");
  EXPECT_EQ(amount("25.3k"), "25300.0");
  EXPECT_EQ(amount("tensor(0.52, device='cuda:0')"), "0.52");
  EXPECT_EQ(amount("np.float64(0.52)"), "0.52");
  EXPECT_EQ(amount("[0.52]"), "0.52");
  EXPECT_EQ(amount("\"0.52\""), "0.52");
  EXPECT_EQ(amount("0.48+0.01"), "0.48");
  EXPECT_EQ(amount("9.0 \xC2\xB1 5.1"), "9.0");
  EXPECT_EQ(amount("9810/10000 (98%)"), "9810");
  EXPECT_EQ(amount("1.23s"), "1.23");
  EXPECT_EQ(amount("0m1.234s"), "1.234");
  EXPECT_EQ(amount("2m3s"), "123.0");
  EXPECT_EQ(amount("0:01.25"), "1.25");
  EXPECT_EQ(amount("-inf"), "\"-Infinity\"");
  EXPECT_EQ(amount("NaN"), "\"NaN\"");
  EXPECT_EQ(amount("\xE2\x88\x92"
                   "0.5"),
            "-0.5");
}

TEST(Amount, IsNotReadWhereItCouldBeAnother) {
  for (const char* text : {"0,5",
                           "1,234",
                           "1.234,5",
                           "12:30",
                           "2024-01-01",
                           "1/2/2024",
                           "0x10",
                           "1.2.3",
                           "[0.1, 0.2]",
                           "high",
                           "",
                           "-",
                           "3rd",
                           "0.5abc",
                           "\"0.5",
                           "len(3)"}) {
    EXPECT_EQ(amount(text), "none") << text;
  }
}

TEST(Hearing, TakesTheOtherNumbersOfALineAsPrinted) {
  EXPECT_EQ(heard(wanting({"val_loss"}), "Epoch 1: Train Loss: 0.6, Val Loss: 0.5, lr = 1e-3\n"),
            "{\"Train Loss\": 0.6, \"val_loss\": 0.5, \"lr\": 0.001}\n");
  EXPECT_EQ(heard(wanting({"loss"}),
                  R"(INFO {"loss": 0.5, "val": {"acc": 1}, "ok": true, "tags": ["a"]})"),
            "{\"loss\": 0.5, \"val/acc\": 1, \"ok\": true, \"tags\": [\"a\"]}\n");
}

TEST(Hearing, TakesNoSettingsForMetrics) {
  for (const char* settings : {"Namespace(lr=0.1, batch=32, loss=7)",
                               "args: {'lr': 0.1, 'batch': 32}",
                               "TrainingConfig(lr=0.1, batch=32)",
                               "options = lr=0.1 batch=32"}) {
    EXPECT_EQ(heard(wanting({"loss"}), std::string(settings) + "\nloss=2\nloss=1\n"),
              "{\"loss\": 2}\n{\"loss\": 1}\n")
        << settings;
  }
}

TEST(Hearing, LeavesOutALineOfTextsAlone) {
  EXPECT_EQ(heard(wanting({"loss"}), "{\"loss\": 1}\n{\"loss\": 2}\n{\"text\": \"no loss\"}\n"),
            "{\"loss\": 1}\n{\"loss\": 2}\n");
}

TEST(Hearing, ExactSpellingWins) {
  EXPECT_EQ(
      heard(wanting({"loss"}), "loss: 1 Loss: 2 val_loss: 3\nloss: 4 Loss: 5 val_loss: 6\n"),
      "{\"loss\": 1, \"Loss\": 2, \"val_loss\": 3}\n{\"loss\": 4, \"Loss\": 5, \"val_loss\": 6}\n");
}

TEST(Hearing, PutsTwoObjectivesOnTwoLinesIntoOneResult) {
  EXPECT_EQ(heard(wanting({"loss", "size"}), "loss=1\nsize=10\nloss=2\nsize=20\n"),
            "{\"loss\": 1, \"size\": 10}\n{\"loss\": 2, \"size\": 20}\n");
}

TEST(Hearing, PutsATrainingLineBesideTheValidationLine) {
  EXPECT_EQ(
      heard(wanting({"val loss"}), "Train loss 0.6\nVal loss 0.5\nTrain loss 0.4\nVal loss 0.3\n"),
      "{\"val loss\": 0.5}\n{\"val loss\": 0.3}\n");
  EXPECT_EQ(
      heard(wanting({"val_loss"}), "train_loss=0.6\nval_loss=0.5\ntrain_loss=0.4\nval_loss=0.3\n"),
      "{\"train_loss\": 0.6, \"val_loss\": 0.5}\n{\"train_loss\": 0.4, \"val_loss\": 0.3}\n");
}

TEST(Hearing, HoldsBackUntilANameRepeats) {
  Hearing hearing(wanting({"loss"}), std::nullopt);
  hearing.write(OutputStream::output, "loss=1\n");
  EXPECT_TRUE(hearing.take().empty());
  EXPECT_FALSE(hearing.understanding());
  hearing.write(OutputStream::output, "loss=2\n");
  EXPECT_EQ(hearing.take().size(), 2u);
  ASSERT_TRUE(hearing.understanding());
  Hearing next(wanting({"loss"}), hearing.understanding());
  next.write(OutputStream::output, "loss=3\n");
  EXPECT_EQ(next.take().size(), 1u);
}

TEST(Hearing, ReleasesWhatItHeldWhenAnotherDecided) {
  Hearing first(wanting({"loss"}), std::nullopt);
  first.write(OutputStream::output, "Loss: 1\nLoss: 2\n");
  Hearing second(wanting({"loss"}), std::nullopt);
  second.write(OutputStream::output, "Loss: 3\n");
  EXPECT_TRUE(second.take().empty());
  second.adopt(*first.understanding());
  const auto results = second.take();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].number("loss"), 3);
}

// What a trial says whose experiment decided on `first`.
std::string heard_after(const std::string& first, const std::string& text) {
  Hearing decided(wanting({"acc"}), std::nullopt);
  decided.write(OutputStream::output, first);
  decided.finish();
  Hearing hearing(wanting({"acc"}), decided.understanding());
  hearing.write(OutputStream::output, text);
  hearing.finish();
  std::string out;
  for (const auto& metrics : hearing.take()) {
    out += to_json(metrics) + "\n";
  }
  return out;
}

TEST(Hearing, HearsANameWithAWordThatChangesFromTrialToTrial) {
  EXPECT_EQ(heard_after("adam acc: 0.9\n", "sgd acc: 0.8\n"), "{\"acc\": 0.8}\n");
  EXPECT_EQ(heard_after("resnet acc 0.9\nresnet acc 0.91\n", "vgg acc 0.7\nvgg acc 0.8\n"),
            "{\"acc\": 0.7}\n{\"acc\": 0.8}\n");
  EXPECT_EQ(heard_after("adam acc: 0.9\n", "sgd acc: 0.8\nadam acc: 0.7\n"),
            "{\"sgd acc\": 0.8, \"acc\": 0.7}\n");
}

TEST(Hearing, HearsNoOtherDataInPlaceOfWhatWasUnderstood) {
  EXPECT_EQ(heard_after("train acc: 0.9, val acc: 0.8\n", "train acc: 0.95\ntrain acc: 0.96\n"),
            "");
  EXPECT_EQ(heard_after("adam acc: 0.9\n", "sgd acc: 0.8 lion acc: 0.7\n"), "");
  EXPECT_EQ(heard_after("adam acc: 0.9\n", "sgd acc, 0.8\n"), "");
}

TEST(Hearing, HearsStderrOnlyWhereStdoutHasNoObjective) {
  Hearing both(wanting({"loss"}), std::nullopt);
  for (const char* line : {"loss=1\n", "loss=2\n"}) {
    both.write(OutputStream::output, line);
    both.write(OutputStream::error, line);
  }
  both.finish();
  EXPECT_EQ(both.take().size(), 2u);
  Hearing error(wanting({"loss"}), std::nullopt);
  error.write(OutputStream::output, "starting\n");
  error.write(OutputStream::error, "loss=1\nloss=2\n");
  EXPECT_EQ(error.take().size(), 2u);
}

TEST(Hearing, ALineOfTwoLogHandlersCountsOnce) {
  EXPECT_EQ(heard(wanting({"loss"}),
                  "INFO:root:epoch 1 loss=1\nepoch 1 loss=1\nepoch 2 loss=1\nepoch 2 loss=1\n"),
            "{\"loss\": 1}\n{\"loss\": 1}\n");
}

TEST(Hearing, ALineBelowTheLastEpochIsNoFurtherEpoch) {
  EXPECT_EQ(
      heard(
          wanting({"acc"}),
          "Epoch 1/2\n9/9 - 1s - acc: 0.7\nEpoch 2/2\n9/9 - 1s - acc: 0.8\n9/9 - 0s - acc: 0.6\n"),
      "{\"acc\": 0.7}\n{\"acc\": 0.8}\n");
}

TEST(Hearing, ConvertsToTheFirstUnit) {
  EXPECT_EQ(heard(wanting({"t"}), "t=980ms\nt=1.5s\n"), "{\"t\": 980}\n{\"t\": 1500.0}\n");
}

TEST(Hearing, HearsTheEndOfALongLine) {
  const std::string start(100000, 'x');
  EXPECT_EQ(heard(wanting({"loss"}), start + " loss=0.5\n"), "{\"loss\": 0.5}\n");
  std::string json = "{\"junk\": [";
  for (int i = 0; i < 50000; ++i) {
    json += "1, ";
  }
  EXPECT_NE(heard(wanting({"loss"}), json + "1], \"loss\": 0.5}\n").find("\"loss\": 0.5"),
            std::string::npos);
}

TEST(Hearing, TakesAnIndentedObjectOverItsLines) {
  EXPECT_EQ(
      heard(wanting({"acc"}), "result: {\n  \"acc\": 0.5,\n  \"more\": {\n    \"n\": 1\n  }\n}\n"),
      "{\"acc\": 0.5, \"more/n\": 1}\n");
  EXPECT_EQ(heard(wanting({"acc"}), "int main() {\nacc=0.5\n"), "{\"acc\": 0.5}\n");
}

TEST(Hearing, APatternReplacesTheForms) {
  EXPECT_EQ(
      heard(wanting({"loss"}, R"(loss is (\S+))"), "now \x1b[1mloss\x1b[0m is 0.5 ok\nloss=3\n"),
      "{\"loss\": 0.5}\n");
  EXPECT_EQ(heard(wanting({"loss"}, R"((?<loss>[\d.]+) / (?P<acc>[\d.]+))"), "0.5 / 3\n"),
            "{\"loss\": 0.5, \"acc\": 3}\n");
  EXPECT_EQ(heard(wanting({"val loss"}, R"((train loss|val loss) ([\d.]+))"),
                  "train loss 0.9, val loss 0.5\n"),
            "{\"train loss\": 0.9, \"val loss\": 0.5}\n");
}

TEST(Hearing, APatternThatCannotBeUsedGetsASentence) {
  for (const char* regex :
       {"loss", "(", "(a)(b)(c)", "(?P<a>x)(y)", "(?=a)(b)", "(a)\\1", "[z-a](x)"}) {
    const auto checked = check_hearing(wanting({"loss"}, regex));
    ASSERT_FALSE(checked) << regex;
    EXPECT_TRUE(checked.error().message.starts_with("the metric pattern '"))
        << checked.error().message;
  }
  EXPECT_TRUE(check_hearing(wanting({"loss"}, "(?:a|b) (c)")));
}

TEST(Hearing, NamesARecordAsWanted) {
  Hearing hearing(wanting({"val_loss"}), std::nullopt);
  EXPECT_EQ(hearing.named_as_wanted({{"Val Loss", 0.5}, {"Train Loss", 0.6}}).number("val_loss"),
            0.5);
  EXPECT_FALSE(hearing.named_as_wanted({{"Train Loss", 0.6}}).contains("val_loss"));
}

TEST(Diagnosis, OffersWhatWasTriedOnTheVeryLine) {
  Hearing hearing(wanting({"val_los"}), std::nullopt);
  hearing.write(OutputStream::output, "epoch 1 valid loss 0.52\nepoch 2 valid loss 0.41\n");
  hearing.finish();
  EXPECT_TRUE(hearing.take().empty());
  const auto diagnosis = hearing.diagnosis();
  EXPECT_EQ(diagnosis.nearest_line, "epoch 2 valid loss 0.41");
  EXPECT_EQ(diagnosis.nearest_advice, "--min 'valid loss'");
  ASSERT_FALSE(diagnosis.seen.empty());
  EXPECT_EQ(
      heard(wanting({"val_los"}, diagnosis.seen.front().regex), diagnosis.nearest_line + "\n"),
      "{\"val_los\": 0.41}\n");
}

TEST(Understanding, OfAStrangerIsChecked) {
  EXPECT_FALSE(Understanding::parse(""));
  EXPECT_FALSE(Understanding::parse("[]"));
  EXPECT_FALSE(Understanding::parse("{\"meanings\": [1]}"));
  EXPECT_FALSE(
      Understanding::parse("{\"meanings\": [{\"wanted\": \"a\", \"printed\": \"a\", \"form\": "
                           "\"x\", \"data\": \"none\"}]}"));
  EXPECT_FALSE(Understanding::parse("{\"meanings\": [], \"output_group\": [1]}"));
  EXPECT_FALSE(Understanding::parse(std::string(100000, ' ')));
  EXPECT_FALSE(Understanding::parse(std::string(60000, '[')));
  EXPECT_TRUE(Understanding::parse("{\"meanings\": [], \"later\": 1}"));
}

// Bytes that look like output, in an order that means nothing.
std::string noise(std::mt19937& random, std::size_t size) {
  static const std::vector<std::string> kPieces = {"loss",
                                                   "=",
                                                   ": ",
                                                   "0.5",
                                                   "\n",
                                                   "\r",
                                                   "\r\n",
                                                   "\b\b\b",
                                                   "\x1b[31m",
                                                   "\x1b]0;t\a",
                                                   "{",
                                                   "}",
                                                   "\"",
                                                   "|",
                                                   "100%|",
                                                   "12/60 [===>..]",
                                                   "epoch 3",
                                                   " ",
                                                   "\t",
                                                   "\xE2\x94\x82",
                                                   "\xFF",
                                                   std::string(1, '\0'),
                                                   "val",
                                                   ",",
                                                   "(",
                                                   "nan",
                                                   "1,234",
                                                   "{\n",
                                                   "Traceback (most recent call last)",
                                                   "-",
                                                   "->",
                                                   "[",
                                                   "]",
                                                   "loss 0.5",
                                                   "\xE2\x96\x88"};
  std::string out;
  while (out.size() < size) {
    out += kPieces[random() % kPieces.size()];
  }
  return out;
}

TEST(Hearing, IsTheSameHoweverBytesAreCut) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    const std::string text = noise(random, 3000);
    const std::string whole = heard(wanting({"loss"}), text);
    Hearing pieces(wanting({"loss"}), std::nullopt);
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto part = rest.substr(0, 1 + random() % 50);
      pieces.write(OutputStream::output, part);
      rest.remove_prefix(part.size());
    }
    pieces.finish();
    std::string out;
    for (const auto& metrics : pieces.take()) {
      out += to_json(metrics) + "\n";
    }
    ASSERT_EQ(out, whole) << "round " << round;
  }
}

// Each would take minutes if it cost its square.
TEST(Hearing, SurvivesFloods) {
  for (const std::string& piece : std::vector<std::string>{"{",
                                                           "\"a\":",
                                                           "loss=",
                                                           "loss 1 ",
                                                           "|",
                                                           "(",
                                                           "\r\x1b[",
                                                           "\b",
                                                           "1/",
                                                           "->",
                                                           "\x1b]",
                                                           "a ",
                                                           "{\"a\":[",
                                                           "1,"}) {
    Hearing hearing(wanting({"loss"}), std::nullopt);
    std::string block;
    while (block.size() < 65536) {
      block += piece;
    }
    for (int i = 0; i < 64; ++i) {
      hearing.write(OutputStream::output, block);
    }
    hearing.finish();
    hearing.take();
    hearing.diagnosis();
  }
}

}  // namespace
}  // namespace luthier
