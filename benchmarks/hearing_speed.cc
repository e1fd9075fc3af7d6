// How fast output is heard, beside a reader that knows `name=value` and `name: value` only, takes
// every line with the objective apart and skips the others after one search: what hearing costs
// beyond the least that finds results. Nanoseconds of processor time a line; above 1 hearing is
// faster. No argument.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <time.h>

#include "executors/results/hearing.h"

namespace {

using namespace luthier;

constexpr int kLines = 200'000;
constexpr int kRounds = 5;
constexpr std::size_t kRead = std::size_t{64} << 10;

struct Kind {
  const char* name;
  std::function<void(int line, char* out, std::size_t size)> print;
};

void objective_line(int i, char* out, std::size_t size) {
  std::snprintf(out, size, "epoch=%d loss=%.4f acc=%.3f", i, 1.0 / (i + 1), i % 1000 / 1000.0);
}
void other_line(int i, char* out, std::size_t size) {
  std::snprintf(out, size, "step=%d lr=%.4f working on it", i, i % 1000 / 1000.0);
}
void text_line(int i, char* out, std::size_t size) {
  std::snprintf(out, size, "INFO 2024-05-01 12:00:%02d loader: read shard %d of it", i % 60, i);
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      {"key=value", objective_line},
      {"log line with a time",
       [](int i, char* out, std::size_t size) {
         std::snprintf(out,
                       size,
                       "2024-05-01 12:00:%02d,%03d INFO epoch %d loss: %.4f, val_loss: %.4f",
                       i % 60,
                       i % 1000,
                       i,
                       1.0 / (i + 1),
                       2.0 / (i + 1));
       }},
      {"no objective", other_line},
      {"plain text", text_line},
      {"objective in one of ten", [](int i, char* out, std::size_t size) {
         (i % 10 == 9 ? objective_line : other_line)(i, out, size);
       }}};
  return kKinds;
}

std::string output_of(const Kind& kind) {
  std::string text;
  char line[200];
  for (int i = 0; i < kLines; ++i) {
    kind.print(i, line, sizeof line);
    text += line;
    text += '\n';
  }
  return text;
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// `name=1` and `name: 1`.
Metrics plain_pairs(std::string_view line) {
  Metrics metrics;
  for (auto sign = line.find_first_of("=:"); sign != std::string_view::npos;
       sign = line.find_first_of("=:", sign + 1)) {
    std::size_t begin = sign;
    while (begin > 0 && in_name(line[begin - 1])) {
      --begin;
    }
    const auto at = std::min(line.find_first_not_of(' ', sign + 1), line.size());
    double number = 0;
    const auto read = std::from_chars(line.data() + at, line.data() + line.size(), number);
    if (begin < sign && read.ec == std::errc()) {
      metrics.set(line.substr(begin, sign - begin), number);
    }
  }
  return metrics;
}

std::size_t read_plainly(std::string_view text) {
  std::size_t results = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (line.find("loss") != std::string_view::npos) {
      const Metrics metrics = plain_pairs(line);
      results += metrics.contains("loss") ? 1 : 0;
    }
    text.remove_prefix(end + 1);
  }
  return results;
}

std::size_t hear(std::string_view text) {
  Hearing hearing({.wanted = {{.name = "loss", .objective = true}}}, std::nullopt);
  std::size_t results = 0;
  while (!text.empty()) {
    const auto part = text.substr(0, kRead);
    hearing.write(OutputStream::output, part);
    results += hearing.take().size();
    text.remove_prefix(part.size());
  }
  hearing.finish();
  return results + hearing.take().size();
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The least of some rounds; 0 results where there should be some is an error.
double nanoseconds(const std::string& text,
                   std::size_t (*read)(std::string_view text),
                   std::size_t& results) {
  double least = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const double begin = processor_seconds();
    results = read(text);
    least = std::min(least, processor_seconds() - begin);
  }
  return least / kLines * 1e9;
}

}  // namespace

int main() {
  std::printf("%-26s %10s %10s %7s\n", "lines", "hearing ns", "plainly ns", "ratio");
  bool same = true;
  for (const Kind& kind : kinds()) {
    const std::string text = output_of(kind);
    std::size_t heard = 0;
    std::size_t read = 0;
    const double hearing = nanoseconds(text, hear, heard);
    const double plainly = nanoseconds(text, read_plainly, read);
    std::printf("%-26s %10.1f %10.1f %7.2f\n", kind.name, hearing, plainly, plainly / hearing);
    same = same && heard == read;
  }
  if (!same) {
    std::fprintf(stderr, "the readers found different numbers of results\n");
  }
  return same ? 0 : 1;
}
