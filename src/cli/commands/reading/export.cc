// The log in other forms. Text goes to stdout or a file, layouts of files into a new directory.
#include <array>

#include "base/format.h"
#include "base/text.h"
#include "cli/output/csv_export.h"
#include "cli/output/output.h"
#include "cli/output/output_file.h"
#include "cli/reading.h"
#include "core/log/canonical_export.h"
#include "laboratory/bundles/bundle.h"
#include "loggers/logger_table.h"
#include "luthier/experiment_spec.h"
#include "service/schedule_text.h"
#include "tuner/assembly.h"
#include "tuner/stored/lineage.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier export digits --format csv > results.csv"),
    std::string_view("luthier export digits --format ray --output ray_results"),
    std::string_view("luthier export digits --policy 3 --output policy.jsonl"),
    std::string_view("luthier export digits --bundle digits.bundle")};
constexpr std::array kOperands = {kExperiment};
constexpr std::string_view kFormats = "csv jsonl tensorboard ray";
constexpr std::array kOptions = {
    Option{.name = "format",
           .argument = "FORMAT",
           .meaning = "csv: every result with its configuration; jsonl: every event; tensorboard: "
                      "event files; ray: the layout Ray Tune users know (default: csv)",
           .completes = Completes::words,
           .words = kFormats},
    Option{.name = "canonical",
           .meaning = "only what two equal runs share: without times, attempts or processes"},
    Option{
        .name = "policy",
        .argument = "TRIAL",
        .meaning = "the schedule of configurations that led to a trial, for scheduler pbt_replay"},
    Option{.name = "bundle",
           .argument = "FILE",
           .meaning = "what another person needs to run it again: space, options, seed, versions "
                      "and log, for 'luthier run --from'",
           .completes = Completes::file},
    Option{.name = "output",
           .letter = 'o',
           .argument = "PATH",
           .meaning = "a new file, or a new directory for tensorboard and ray (default: standard "
                      "output)",
           .completes = Completes::file},
    kResults,
    kJson};

// Streams or gathers the text of one form.
struct Form {
  std::function<std::string(const Event&)> line;  // printed at once
  std::function<std::string()> rest = [] { return std::string(); };
};

int export_text(const std::filesystem::path& directory, const Arguments& arguments, Form form) {
  OutputFile sink(arguments.text("output"));
  if (const auto opened = sink.open(); !opened) {
    return fail(opened.error());
  }
  const auto read =
      read_events(directory, 1, [&](const Event& event) { return sink.write(form.line(event)); });
  if (!read) {
    return fail(read.error());
  }
  sink.write(form.rest());
  const auto closed = sink.close();
  return closed ? kSuccess : fail(closed.error());
}

int export_canonical(const std::filesystem::path& directory, const Arguments& arguments) {
  CanonicalExport canonical;
  return export_text(directory,
                     arguments,
                     {.line =
                          [&](const Event& event) {
                            canonical.take(event);
                            return std::string();
                          },
                      .rest = [&] { return canonical.text(); }});
}

// How many results the experiment began with.
std::size_t known_in(const Event& event) {
  const auto* created = std::get_if<ExperimentCreated>(&event.body);
  const auto spec = created != nullptr ? parse_experiment_spec(created->spec) : Error{};
  return spec ? spec->known.size() : 0;
}

int export_csv(const std::filesystem::path& directory, const Arguments& arguments) {
  CsvExport csv;
  std::size_t known = 0;
  const int code = export_text(directory,
                               arguments,
                               {.line =
                                    [&](const Event& event) {
                                      csv.take(event);
                                      known += known_in(event);
                                      return std::string();
                                    },
                                .rest = [&] { return csv.text(); }});
  if (known > 0) {
    talk(counted(static_cast<std::int64_t>(known), "known result") +
         " did not run here and so has no row; for --known give the experiment itself, or what "
         "`luthier trials --json` prints");
  }
  return code;
}

int export_policy(const std::filesystem::path& directory,
                  const Arguments& arguments,
                  const std::string& text) {
  const auto state = read_state(directory);
  if (!state) {
    return fail(state.error());
  }
  const auto trial = find_trial(**state, text);
  if (!trial) {
    return fail(trial.error());
  }
  if ((*state)->record(*trial).attempts == 0) {
    return fail_usage(
        formatted("trial {} never ran, so no schedule led to it; name another with --policy",
                  to_text(*trial)));
  }
  Lineage lineage;
  return export_text(directory,
                     arguments,
                     {.line =
                          [&](const Event& event) {
                            lineage.take(event);
                            return std::string();
                          },
                      .rest = [&] { return schedule_policy(lineage.schedule(*trial)); }});
}

int export_layout(const std::filesystem::path& directory,
                  const Arguments& arguments,
                  std::span<const std::string_view> loggers,
                  const std::string& trials_folder) {
  const auto output = arguments.text("output");
  if (!output) {
    return fail_usage("this format is a directory of files; name a new one with --output DIR");
  }
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(*output, ignored))) {
    return fail({ErrorCode::already_exists,
                 *output + " exists; name a new directory with --output or remove it"});
  }
  const auto state = read_state(directory);
  if (!state) {
    return fail(state.error());
  }
  const auto read = [&](Sequence first, const std::function<bool(const Event&)>& receive) {
    return read_events(directory, first, receive);
  };
  for (const auto logger : loggers) {
    const auto done = export_files(logger, (*state)->spec(), read, *output, trials_folder);
    if (!done) {
      return fail(done.error());
    }
  }
  talk(formatted("wrote {} trials to {}", (*state)->trial_count(), *output));
  return kSuccess;
}

int export_bundle(const std::filesystem::path& directory, const std::string& path) {
  const auto bundle = write_bundle(directory, path);
  if (!bundle) {
    return fail(bundle.error());
  }
  talk("wrote " + path);
  const ExperimentSpec& spec = bundle->spec;
  std::vector<std::string> files;
  for (const NeededFile& file : bundle->needs) {
    files.push_back(file.path);
  }
  if (!spec.command.empty()) {
    talk(formatted("not in it, and needed to run it again: the program {}{}",
                   join(spec.command, " "),
                   files.empty() ? "" : ", that is, here: " + join(files, ", ")));
  } else if (!files.empty()) {
    talk("not in it, and needed to run it again: " + join(files, ", "));
  } else if (const auto table = benchmark_of(spec)) {
    talk(
        formatted("there is no {} here, so the bundle can't tell it from a changed one; export "
                  "where it was simulated",
                  *table));
  }
  return kSuccess;
}

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const int ways = int{arguments.has("format")} + int{arguments.has("canonical")} +
                   int{arguments.has("policy")} + int{arguments.has("bundle")};
  if (ways > 1) {
    return fail_usage("--format, --canonical, --policy and --bundle can't be combined; give one");
  }
  if (const auto bundle = arguments.text("bundle")) {
    return arguments.has("output") ? fail_usage("--bundle names its file itself; drop --output")
                                   : export_bundle(*directory, *bundle);
  }
  if (arguments.has("canonical")) {
    return export_canonical(*directory, arguments);
  }
  if (const auto trial = arguments.text("policy")) {
    return export_policy(*directory, arguments, *trial);
  }
  if (arguments.has("json") && arguments.has("format") && arguments.text("format") != "jsonl") {
    return fail_usage("--json prints events, as --format jsonl does; drop it or the other format");
  }
  const std::string format =
      arguments.text("format").value_or(arguments.has("json") ? "jsonl" : "csv");
  if (format == "csv") {
    return export_csv(*directory, arguments);
  }
  if (format == "jsonl") {
    return export_text(
        *directory, arguments, {.line = [](const Event& event) { return to_json(event) + "\n"; }});
  }
  if (format == "tensorboard") {
    constexpr std::array<std::string_view, 1> kLoggers = {"tensorboard"};
    return export_layout(*directory, arguments, kLoggers, "trials");
  }
  if (format == "ray") {
    constexpr std::array<std::string_view, 3> kLoggers = {"json", "csv", "tensorboard"};
    return export_layout(*directory, arguments, kLoggers, "");
  }
  return fail_usage(unknown_name("format", format, split(kFormats, ' ')));
}

}  // namespace

extern const Command kExport;
const Command kExport = {.name = "export",
                         .summary = "write an experiment in another format",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli
