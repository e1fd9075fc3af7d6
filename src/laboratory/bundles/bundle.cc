#include "laboratory/bundles/bundle.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/failure.h"
#include "base/format.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/try.h"
#include "core/log/canonical_export.h"
#include "laboratory/bundles/bundle_about.h"
#include "laboratory/bundles/tar.h"
#include "laboratory/simulation/simulation_options.h"
#include "luthier/benchmark.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAbout = "bundle.json";
constexpr std::string_view kSpec = "spec.json";
constexpr std::string_view kCanonical = "canonical.jsonl";
constexpr std::string_view kEvents = "events.jsonl";
constexpr std::string_view kReadme = "README.txt";
constexpr std::array kFiles = {
    ExpectedFile{kReadme, 1 << 20},
    ExpectedFile{kAbout, 1 << 24},
    ExpectedFile{kSpec, 1 << 26},
    ExpectedFile{kCanonical, std::int64_t{1} << 32},
    ExpectedFile{kEvents, std::int64_t{7} << 30},
};

std::string readme(const ExperimentSpec& spec, std::span<const NeededFile> needs) {
  std::string text = formatted(
      "An experiment of Luthier, to be run again and compared:\n"
      "\n"
      "  luthier run "
      "--from THIS_FILE\n\nexperiment: {}\n",
      spec.name);
  if (!spec.command.empty()) {
    text += formatted("program (not in here): {}\n", join(spec.command, " "));
  }
  for (const NeededFile& file : needs) {
    text += formatted("needs: {}, SHA-256 {}\n", file.path, file.sha256);
  }
  return text +
         "\nspec.json: what was run. canonical.jsonl: what came out, a line a trial.\n"
         "events.jsonl: the whole log. bundle.json: versions and sums.\n";
}

BundleContent content_of(std::string_view text) {
  return {static_cast<std::int64_t>(text.size()), sha256(text)};
}

// The benchmark of a simulated experiment that is neither a file nor built in; else empty.
std::string own_benchmark(const ExperimentSpec& spec) {
  const auto found = std::ranges::find(
      spec.executor_options, "benchmark", &std::pair<std::string, std::string>::first);
  const bool named = spec.executor == kSimulatedExecutor && found != spec.executor_options.end();
  return named && !benchmark_of(spec) && !open_benchmark(found->second) ? found->second : "";
}

Result<> check_rerunnable(const ExperimentSpec& spec,
                          const BundleFacts& facts,
                          const std::filesystem::path& experiment) {
  if (spec.executor != "process" && spec.executor != kSimulatedExecutor) {
    return failure(ErrorCode::invalid_argument,
                   "the trials of '{}' are functions of a program of its own (executor {}), which "
                   "no bundle holds; run that program again and compare `luthier export "
                   "--canonical`",
                   spec.name,
                   spec.executor);
  }
  if (const std::string own = own_benchmark(spec); !own.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "the benchmark '{}' of '{}' is a program's own, which no bundle holds; run "
                   "that program again and compare `luthier export --canonical`",
                   own,
                   spec.name);
  }
  if (!facts.finished) {
    return failure(ErrorCode::invalid_argument,
                   "experiment '{}' has not ended; finish it first with {}",
                   spec.name,
                   way_on("resume", spec, experiment));
  }
  return {};
}

// The log as text, a line an event, up to `last`.
Result<> each_line(const fs::path& experiment,
                   Sequence last,
                   const std::function<bool(const std::string&)>& line) {
  return read_events(experiment, 1, [&](const Event& event) {
    return event.sequence <= last && line(to_json(event) + "\n");
  });
}

Result<> write_files(const fs::path& experiment,
                     Sequence last,
                     const Bundle& bundle,
                     const BundleContent& events,
                     GzipWriter& gzip) {
  const std::string spec = to_json(bundle.spec) + "\n";
  const std::string about = about_json(
      bundle,
      {{kSpec, content_of(spec)}, {kCanonical, content_of(bundle.canonical)}, {kEvents, events}});
  TarWriter tar(gzip);
  const auto whole = [&](std::string_view name, const std::string& text) {
    auto done = tar.begin(name, static_cast<std::int64_t>(text.size()));
    done = done ? tar.add(text) : done;
    return done ? tar.end_file() : done;
  };
  auto done = whole(kReadme, readme(bundle.spec, bundle.needs));
  done = done ? whole(kAbout, about) : done;
  done = done ? whole(kSpec, spec) : done;
  done = done ? whole(kCanonical, bundle.canonical) : done;
  done = done ? tar.begin(kEvents, events.bytes) : done;
  if (!done) {
    return done;
  }
  const auto read = each_line(experiment, last, [&](const std::string& line) {
    done = tar.add(line);
    return done.ok();
  });
  if (!read || !done) {
    return read ? done : read;
  }
  done = tar.end_file();
  done = done ? tar.end_archive() : done;
  return done ? gzip.close() : done;
}

}  // namespace

Result<Bundle> write_bundle(const fs::path& experiment, const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    return Error{ErrorCode::already_exists,
                 path.string() + " exists; name a new file or remove it"};
  }
  Bundle bundle;
  CanonicalExport canonical;
  Sha256 sum;
  BundleContent events;
  auto state = read_state(experiment, [&](const Event& event) {
    bundle.facts.take(event);
    canonical.take(event);
    const std::string line = to_json(event) + "\n";
    sum.add(line);
    events.bytes += static_cast<std::int64_t>(line.size());
  });
  if (!state) {
    return state.error();
  }
  events.sha256 = sum.hex();
  bundle.spec = (*state)->spec();
  bundle.spec.working_directory.clear();  // of this machine
  bundle.canonical = canonical.text();
  LUTHIER_TRY(check_rerunnable(bundle.spec, bundle.facts, experiment));
  LUTHIER_TAKE(auto needs, needed_files(bundle.spec));
  bundle.needs = std::move(needs);
  bundle.remarks = read_remarks(experiment);
  if (!bundle.remarks.problem.empty()) {
    return Error{ErrorCode::corruption, bundle.remarks.problem};
  }
  GzipWriter gzip;
  auto done = gzip.open(path);
  done = done ? write_files(experiment, (*state)->sequence(), bundle, events, gzip) : done;
  return done ? Result<Bundle>(std::move(bundle)) : done.error();
}

Result<Bundle> read_bundle(const fs::path& path) {
  GzipReader gzip;
  LUTHIER_TRY(gzip.open(path));
  const std::string what = path.string();
  std::map<std::string_view, std::string> texts;  // of those that are needed whole
  std::map<std::string_view, Sha256> sums;
  Contents contents;
  for (const ExpectedFile& file : kFiles) {
    sums[file.name];
    contents[file.name];
  }
  const auto read =
      read_tar(gzip, what, kFiles, [&](std::string_view name, std::string_view piece) {
        sums[name].add(piece);
        contents[name].bytes += static_cast<std::int64_t>(piece.size());
        if (name != kEvents && name != kReadme) {
          texts[name] += piece;
        }
      });
  if (!read) {
    return read.error();
  }
  for (auto& [name, sum] : sums) {
    contents[name].sha256 = sum.hex();
  }
  const auto about = parse_json(texts[kAbout]);
  if (!about) {
    return failure(ErrorCode::corruption, "{}: bundle.json: {}", what, about.error().message);
  }
  contents.erase(kAbout);
  contents.erase(kReadme);
  LUTHIER_TRY(check_contents(*about, contents, what));
  auto spec = parse_experiment_spec(texts[kSpec]);
  if (!spec) {
    return failure(ErrorCode::corruption, "{}: {}", what, spec.error().message);
  }
  Bundle bundle = bundle_of(*about);
  bundle.spec = std::move(*spec);
  bundle.canonical = std::move(texts[kCanonical]);
  LUTHIER_TRY(
      check_rerunnable(bundle.spec, bundle.facts, SessionOptions().results / bundle.spec.name));
  return bundle;
}

}  // namespace luthier
