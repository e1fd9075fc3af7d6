// Lines that are known again and lines that are skipped are heard as if each were taken apart.
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "executors/results/hearing.h"
#include "support/source_directory.h"

namespace luthier {
namespace {

constexpr const char* kFormats[] = {"common.txt", "training.txt", "programs.txt", "further.txt"};

struct Output {
  std::string metric;
  std::vector<std::string> lines;
};

std::vector<Output> outputs_of_formats() {
  std::vector<Output> outputs;
  for (const char* file : kFormats) {
    std::ifstream in(testing::source_directory() / "tests/unit/executors/formats/" / file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("=== ")) {
        const auto begin = line.find(" | ") + 3;
        outputs.push_back({.metric = line.substr(begin, line.find(" | ", begin) - begin)});
      } else if (!outputs.empty()) {
        outputs.back().lines.push_back(line);
      }
    }
  }
  return outputs;
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
  return random() % end;
}

std::string other_number(Random& random) {
  constexpr const char* kNumbers[] = {"0",    "7",     "0.5",   "12.25",  "1e-3", "nan",  "-2.5",
                                      "1e99", "1e999", "12345", "1,5",    "97%",  "0.5s", "+3",
                                      "-0",   "007",   "0x10",  "1000.0", "3/4",  "1E5",  "5."};
  return kNumbers[below(random, std::size(kNumbers))];
}

// `line` with some of its numbers replaced.
std::string varied(const std::string& line, Random& random) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && ((line[end] >= '0' && line[end] <= '9') || line[end] == '.')) {
      ++end;
    }
    if (end == at) {
      out += line[at++];
    } else {
      out += below(random, 3) == 0 ? other_number(random) : line.substr(at, end - at);
      at = end;
    }
  }
  return out;
}

struct Said {
  std::string results;
  std::string understanding;
  std::string seen;
};

Said hear(const std::string& metric, const std::string& text, Reading reading) {
  Hearing hearing({.wanted = {{.name = metric, .objective = true}}}, std::nullopt, reading);
  std::string_view rest = text;
  for (std::size_t size = 1; !rest.empty(); size = size * 2 + 1) {
    hearing.write(OutputStream::output, rest.substr(0, size));
    rest.remove_prefix(std::min(size, rest.size()));
  }
  hearing.finish();
  Said said;
  for (const auto& metrics : hearing.take()) {
    said.results += to_json(metrics) + "\n";
  }
  said.understanding = hearing.understanding() ? hearing.understanding()->text() : "";
  for (const auto& seen : hearing.diagnosis().seen) {
    said.seen += seen.name + " " + std::to_string(seen.times) + " " + seen.line + "\n";
  }
  return said;
}

void expect_same(const std::string& metric, const std::string& text) {
  const auto quick = hear(metric, text, Reading::quick);
  const auto thorough = hear(metric, text, Reading::thorough);
  ASSERT_EQ(quick.results, thorough.results) << metric << "\n" << text;
  ASSERT_EQ(quick.understanding, thorough.understanding) << metric << "\n" << text;
  ASSERT_EQ(quick.seen, thorough.seen) << metric << "\n" << text;
}

TEST(QuickReading, HearsEveryFormatOverAndOverTheSame) {
  Random random(1);
  for (const auto& output : outputs_of_formats()) {
    std::string text;
    for (int round = 0; round < 4; ++round) {
      for (const auto& line : output.lines) {
        text += (round == 0 ? line : varied(line, random)) + "\n";
      }
    }
    expect_same(output.metric, text);
  }
}

TEST(QuickReading, HearsMixturesOfFormatsTheSame) {
  Random random(2);
  const auto outputs = outputs_of_formats();
  ASSERT_GT(outputs.size(), 200U);
  for (int mixture = 0; mixture < 150; ++mixture) {
    const auto& first = outputs[below(random, outputs.size())];
    const auto& second = outputs[below(random, outputs.size())];
    std::string text;
    for (int line = 0; line < 60; ++line) {
      const auto& from = below(random, 3) == 0 ? second : first;
      text += varied(from.lines[below(random, from.lines.size())], random) + "\n";
    }
    expect_same(first.metric, text);
  }
}

TEST(QuickReading, HearsLinesOfPlainPairsTheSame) {
  Random random(3);
  constexpr const char* kParts[] = {"epoch=%",
                                    " loss=%",
                                    " acc: %",
                                    ", val_loss: %",
                                    " best loss=%",
                                    " top % acc=%",
                                    " f1=%",
                                    " - loss: % ms",
                                    " (step % of 9)",
                                    " {\"loss\": %}",
                                    " config: lr=%",
                                    " note",
                                    "Epoch %",
                                    " of % x=%",
                                    " a=% +/- %",
                                    ":"};
  for (int run = 0; run < 200; ++run) {
    std::vector<std::string> shapes;
    for (int shape = 0; shape < 4; ++shape) {
      std::string line;
      for (std::size_t part = 0; part < 1 + below(random, 4); ++part) {
        line += kParts[below(random, std::size(kParts))];
      }
      shapes.push_back(line);
    }
    std::string text;
    for (int line = 0; line < 40; ++line) {
      for (const char c : shapes[below(random, shapes.size())]) {
        text += c == '%' ? other_number(random) : std::string(1, c);
      }
      text += "\n";
    }
    expect_same("loss", text);
  }
}

// What log handlers and loops put before the numbers: times, counters that no sign belongs to. Some
// are no values whatever their digits, others are as soon as these change.
TEST(QuickReading, HearsLinesWithOtherNumbersTheSame) {
  Random random(5);
  constexpr const char* kHeads[] = {"2024-05-## 12:0#:## INFO ",
                                    "2024-05-##T12:0#:##,### ",
                                    "12:0#:##.### [main] ",
                                    "Epoch #/50 - ",
                                    "Epoch [##/50] Step [#/9] ",
                                    "epoch## fold # ",
                                    "epoch # of epoch # ",
                                    "round #: ",
                                    "(#) valid # ",
                                    "valid_# ",
                                    "train.py:## ",
                                    "at #,### ",
                                    "took #s #ms/step - ",
                                    "ratio #:# ",
                                    "v#.# ",
                                    "#e# ",
                                    ""};
  constexpr const char* kBodies[] = {"loss: %, val_loss: %",
                                     "loss=% (best #)",
                                     "loss: %; lr % [##]",
                                     "loss: #/# acc: %%",
                                     "loss: -% of #.",
                                     "{\"loss\": %, \"sizes\": [#, #], \"note\": \"run #\"}",
                                     "loss = tensor(%) step ##, done",
                                     "loss=%) after # epochs",
                                     "loss -> % in ## s",
                                     "loss: #,### acc: %"};
  for (int run = 0; run < 120; ++run) {
    std::vector<std::string> shapes;
    for (int shape = 0; shape < 3; ++shape) {
      shapes.push_back(std::string(kHeads[below(random, std::size(kHeads))]) +
                       kBodies[below(random, std::size(kBodies))]);
    }
    std::string text;
    for (int line = 0; line < 40; ++line) {
      for (const char c : shapes[below(random, shapes.size())]) {
        text += c == '%'   ? other_number(random)
                : c == '#' ? std::to_string(below(random, 10))
                           : std::string(1, c);
      }
      text += below(random, 20) == 0 ? " \n" : "\n";
    }
    expect_same("loss", text);
  }
}

// The lines of which nothing is read: more of them than are read out of curiosity.
TEST(QuickReading, HearsWhatComesBetweenDullLinesTheSame) {
  Random random(4);
  const auto outputs = outputs_of_formats();
  std::string dull;
  for (int line = 0; line < 2100; ++line) {
    dull += "step=" + std::to_string(line) + " lr=0.25 working on it\n";
  }
  for (std::size_t i = 0; i < outputs.size(); i += 8) {
    const auto& output = outputs[i];
    const bool apart = below(random, 2) == 0;
    std::string text = dull;
    for (const auto& line : output.lines) {
      text += line + "\n";
      for (std::size_t more = apart ? below(random, 3) : 0; more > 0; --more) {
        text += below(random, 2) == 0 ? "a quiet line\n" : "Evaluating on the test set.\n";
      }
    }
    expect_same(output.metric, text);
  }
}

}  // namespace
}  // namespace luthier
