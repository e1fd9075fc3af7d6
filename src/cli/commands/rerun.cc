#include "cli/commands/rerun.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/options/run_checks.h"
#include "cli/options/run_options.h"
#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "core/log/canonical_agreement.h"
#include "core/log/canonical_export.h"
#include "laboratory/bundles/bundle.h"
#include "laboratory/simulation/simulation_options.h"

namespace luthier::cli {
namespace {

// What may be said besides --from; the bundle says the rest.
constexpr std::array<std::string_view, 17> kAllowed = {"from",
                                                       "tolerance",
                                                       "benchmark",
                                                       "name",
                                                       "results",
                                                       "durability",
                                                       "jobs",
                                                       "cpus",
                                                       "gpus",
                                                       "inventory",
                                                       "plugin",
                                                       "log",
                                                       "verbose",
                                                       "quiet",
                                                       "plain",
                                                       "json",
                                                       "dry-run"};

struct Rerun {
  Bundle bundle;
  RunRequest request;
  double tolerance = 0;
};

Result<double> parse_tolerance(const Arguments& arguments) {
  const auto text = arguments.text("tolerance");
  const auto number = text ? parse_number(*text) : std::optional<double>(0);
  if (!number || !(*number >= 0 && *number < 1)) {
    return Error{ErrorCode::invalid_argument,
                 "--tolerance is '" + *text +
                     "'; it must be a number of at least 0 and below 1, such as 0.01 for one "
                     "percent"};
  }
  return *number;
}

// Sets what the options say; collects what is wrong.
void apply_options(const Arguments& arguments, Rerun& rerun, std::vector<std::string>& problems) {
  for (const auto& [option, value] : arguments.given()) {
    const std::string name(option->name);
    if (std::ranges::find(kAllowed, option->name) == kAllowed.end()) {
      problems.push_back("--" + name +
                         " and --from exclude each other, for the bundle says what "
                         "is run; drop one");
    } else if (name == "benchmark") {
      if (rerun.bundle.spec.executor != kSimulatedExecutor) {
        problems.push_back("--benchmark is for simulated experiments, and '" +
                           rerun.bundle.spec.name + "' ran a program; drop it");
      }
      set_benchmark(rerun.request.spec, value);
    } else if (name == "jobs" && rerun.bundle.spec.executor == kSimulatedExecutor) {
      problems.push_back("--jobs is for programs, and '" + rerun.bundle.spec.name +
                         "' was simulated with " + std::to_string(rerun.bundle.facts.jobs) +
                         " workers; drop it");
    } else if (name != "from" && name != "tolerance") {
      const auto applied = apply(rerun.request, {name, value, "--" + name});
      if (!applied) {
        problems.push_back(applied.error().message);
      }
    }
  }
  if (!arguments.program().empty() || arguments.operand(0)) {
    problems.emplace_back("a file or a program and --from exclude each other; drop one");
  }
}

// A table has to be the one the bundle was made with; its files keep their order wherever they are.
Result<> check_table(const Rerun& rerun, std::span<const NeededFile> here) {
  const auto table = benchmark_of(rerun.request.spec);
  const std::string remedy = "; name the right one with --benchmark FILE.json";
  if (table && rerun.bundle.needs.empty()) {
    talk("the bundle was made where there was no " + *benchmark_of(rerun.bundle.spec) +
         ", so a changed one is not noticed: results may differ");
  }
  if (table && here.size() < rerun.bundle.needs.size()) {
    return Error{ErrorCode::invalid_argument, "there is no whole table " + *table + remedy};
  }
  for (std::size_t i = 0; table && i < rerun.bundle.needs.size(); ++i) {
    if (here[i].sha256 != rerun.bundle.needs[i].sha256) {
      return Error{ErrorCode::invalid_argument,
                   here[i].path + " is not the table the bundle was made with (SHA-256 " +
                       rerun.bundle.needs[i].sha256.substr(0, 12) + "...)" + remedy};
    }
  }
  return {};
}

// A program may have moved on, which the results will show.
void mention_changes(const Rerun& rerun, std::span<const NeededFile> here) {
  for (const NeededFile& needed : rerun.bundle.needs) {
    const auto file = std::ranges::find(here, needed.path, &NeededFile::path);
    if (file == here.end()) {
      talk(needed.path + " is not here: results may differ");
    } else if (file->sha256 != needed.sha256) {
      talk(needed.path + " is not the file the bundle was made with: results may differ");
    }
  }
}

Result<> check_needs(const Rerun& rerun) {
  const auto files = needed_files(rerun.request.spec);
  if (!files) {
    return files.error();
  }
  if (rerun.request.spec.executor == kSimulatedExecutor) {
    return check_table(rerun, *files);
  }
  mention_changes(rerun, *files);
  return {};
}

// What the bundle's algorithms are, here; one of a library is there only with it.
Result<> check_algorithms(const RunRequest& request) {
  ExperimentSpec spec = request.spec;
  const auto resolved = request.session.plugins.resolve(spec);
  if (resolved) {
    return {};
  }
  const bool known = request.session.plugins.searcher(spec.searcher.name) != nullptr &&
                     request.session.plugins.scheduler(spec.scheduler.name) != nullptr;
  return Error{resolved.error().code,
               resolved.error().message + (known ? "" : "; one of a library needs its --plugin")};
}

// What can't be read can't be compared with what will have run.
Result<> check_canonical(const Bundle& bundle, const std::string& path) {
  const auto read = CanonicalAgreement(0).compare(bundle.canonical, "");
  return read ? Result<>()
              : Error{ErrorCode::corruption,
                      path + ": canonical.jsonl: " + read.error().message + "; make it again"};
}

Result<Rerun> prepare(const Arguments& arguments, const std::string& path) {
  auto bundle = read_bundle(path);
  if (!bundle) {
    return bundle.error();
  }
  if (const auto checked = check_canonical(*bundle, path); !checked) {
    return checked.error();
  }
  Rerun rerun{.bundle = std::move(*bundle)};
  rerun.request.spec = rerun.bundle.spec;
  rerun.request.session.options.session.jobs = rerun.bundle.facts.jobs;
  std::vector<std::string> problems;
  apply_options(arguments, rerun, problems);
  const auto tolerance = parse_tolerance(arguments);
  if (tolerance) {
    rerun.tolerance = *tolerance;
  } else {
    problems.push_back(tolerance.error().message);
  }
  if (problems.empty()) {
    if (const auto checked = check_needs(rerun); !checked) {
      problems.push_back(checked.error().message);
    }
    if (const auto checked = check_algorithms(rerun.request); !checked) {
      problems.push_back(checked.error().message);
    }
    if (rerun.request.spec.executor == "process") {
      check_program(rerun.request, problems);
    }
    check_resources(rerun.request, problems);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (!rerun.request.name_given) {
    rerun.request.spec.name = rerun.bundle.spec.name + "-again";
    rerun.request.session.options.may_rename = true;
  }
  return rerun;
}

std::string versions_text(const BundleFacts& before, const BundleFacts& now) {
  std::vector<std::string> changed;
  if (before.luthier_version != now.luthier_version) {
    changed.push_back("luthier " + before.luthier_version + " then and " + now.luthier_version +
                      " now");
  }
  for (const PluginVersion& plugin : before.plugins) {
    const auto same = std::ranges::find(now.plugins, plugin);
    const auto other = std::ranges::find(now.plugins, plugin.name, &PluginVersion::name);
    if (same == now.plugins.end() && other != now.plugins.end()) {
      changed.push_back(plugin.name + " version " + std::to_string(plugin.version) + " then and " +
                        std::to_string(other->version) + " now");
    }
  }
  return join(changed, ", ");
}

std::string json(const Rerun& rerun,
                 const Agreement& agreement,
                 const BundleFacts& now,
                 const std::filesystem::path& directory) {
  return "{\"schema\": 1, \"experiment\": " + json_string(rerun.request.spec.name) +
         ", \"directory\": " + json_string(directory.string()) +
         ", \"original\": " + json_string(rerun.bundle.spec.name) +
         ", \"tolerance\": " + to_json(Value(rerun.tolerance)) +
         ", \"trials\": " + std::to_string(agreement.trials) +
         ", \"configurations\": " + std::to_string(agreement.configurations) +
         ", \"results\": " + std::to_string(agreement.results) +
         ", \"decisions\": " + std::to_string(agreement.decisions) +
         ", \"differences\": " + std::to_string(agreement.differences) +
         ", \"largest_deviation\": " + to_json(Value(agreement.largest_deviation)) +
         ", \"first_difference\": " +
         (agreement.differences == 0 ? "null" : json_string(agreement.first_difference)) +
         ", \"versions\": " + json_string(versions_text(rerun.bundle.facts, now)) + "}\n";
}

std::string human(const Rerun& rerun, const Agreement& agreement, const BundleFacts& now) {
  std::string text = std::to_string(agreement.trials) + " trials, " +
                     std::to_string(agreement.configurations) + " configurations, " +
                     std::to_string(agreement.results) + " results and " +
                     std::to_string(agreement.decisions) + " decisions compared with '" +
                     rerun.bundle.spec.name + "': ";
  if (agreement.differences == 0) {
    text += rerun.tolerance == 0 ? "all are the same\n"
                                 : "they agree; metrics deviate by up to " +
                                       short_number(agreement.largest_deviation) + " (tolerance " +
                                       format_number(rerun.tolerance) + ")\n";
    return text;
  }
  text += std::to_string(agreement.differences) +
          " differ\nfirst difference: " + printable(agreement.first_difference) + "\n";
  if (agreement.largest_deviation > 0) {
    text += "metrics deviate by up to " + short_number(agreement.largest_deviation) +
            ", relative; --tolerance says what is near enough\n";
  }
  const std::string versions = versions_text(rerun.bundle.facts, now);
  return text + (versions.empty() ? "" : "versions: " + printable(versions) + "\n");
}

int report(const Arguments& arguments, const Rerun& rerun, const std::filesystem::path& directory) {
  CanonicalExport canonical;
  BundleFacts now;
  const auto read = read_events(directory, 1, [&](const Event& event) {
    canonical.take(event);
    now.take(event);
    return true;
  });
  if (!read) {
    return fail(read.error());
  }
  const auto agreement =
      CanonicalAgreement(rerun.tolerance).compare(rerun.bundle.canonical, canonical.text());
  if (!agreement) {
    return fail(agreement.error());
  }
  if (agreement->differences > 0 && !rerun.bundle.facts.interventions.empty()) {
    std::vector<std::string> all = rerun.bundle.facts.interventions;
    talk("people intervened in the original, which a rerun does not repeat: " + join(all, ", "));
  }
  const bool printed = print(arguments.has("json") ? json(rerun, *agreement, now, directory)
                                                   : human(rerun, *agreement, now));
  if (!printed) {
    return kSystem;
  }
  return agreement->differences == 0 ? kSuccess : kExperimentFailed;
}

}  // namespace

int rerun(const Arguments& arguments, const std::string& bundle) {
  auto prepared = prepare(arguments, bundle);
  if (!prepared) {
    return fail(prepared.error());
  }
  RunRequest& request = prepared->request;
  if (arguments.has("dry-run")) {
    return finish(to_json(request.spec) + "\n");
  }
  if (!request.spec.command.empty()) {
    talk("runs, as the bundle says: " + join(request.spec.command, " "));
  }
  outlive_readers();
  const auto outcome =
      run_experiment(request.spec, request.session.plugins, request.session.options);
  if (!outcome) {
    return fail(outcome.error());
  }
  if (!outcome->finished) {
    return report_end(arguments, request.session, outcome, request.spec);
  }
  talk("results: " + outcome->directory.string());
  return report(arguments, *prepared, outcome->directory);
}

}  // namespace luthier::cli
