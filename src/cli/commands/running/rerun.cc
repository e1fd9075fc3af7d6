#include "cli/commands/running/rerun.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/options/run_checks.h"
#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "core/json_writer.h"
#include "core/log/canonical_agreement.h"
#include "core/log/canonical_export.h"
#include "laboratory/bundles/bundle.h"
#include "laboratory/simulation/simulation_options.h"

namespace luthier::cli {
namespace {

struct Rerun {
  Bundle bundle;
  ExperimentRequest request;
};

// Why an option can't be given besides --from; empty: it can.
std::string problem_with_bundle(const Bundle& bundle, const Option& option) {
  const bool simulated = bundle.spec.executor == kSimulatedExecutor;
  if (!option.stands(in::bundle)) {
    return formatted(
        "--{} and --from can't be used together, because the bundle says what to run; drop one",
        option.name);
  }
  if (option.name == "benchmark" && !simulated) {
    return formatted("--benchmark is for simulated experiments, and '{}' ran a program; drop it",
                     bundle.spec.name);
  }
  if (option.name == "jobs" && simulated) {
    return formatted("--jobs is for programs, and '{}' was simulated with {} workers; drop it",
                     bundle.spec.name,
                     bundle.facts.jobs);
  }
  return {};
}

// Sets what the options say; collects what is wrong.
void apply_options(const Arguments& arguments, Rerun& rerun, std::vector<std::string>& problems) {
  std::vector<Setting> settings = settings_of(arguments);
  std::erase_if(settings, [&](const Setting& setting) {
    std::string problem = problem_with_bundle(rerun.bundle, *setting.option);
    const bool wrong = !problem.empty();
    if (wrong) {
      problems.push_back(std::move(problem));
    }
    return wrong;
  });
  apply(rerun.request, settings, problems);
  if (!arguments.program().empty() || arguments.operand(0)) {
    problems.emplace_back("--from can't be used with a file or a program; drop one");
  }
}

// A table has to be the one the bundle was made with; its files keep their order wherever they are.
Result<> check_table(const Rerun& rerun, std::span<const NeededFile> here) {
  const auto table = benchmark_of(rerun.request.spec);
  const std::string remedy = "; name the right one with --benchmark FILE.json";
  if (table && rerun.bundle.needs.empty()) {
    talk(
        formatted("the bundle was made where there was no {}, so a changed one is not noticed: "
                  "results may differ",
                  *benchmark_of(rerun.bundle.spec)));
  }
  if (table && here.size() < rerun.bundle.needs.size()) {
    return failure(ErrorCode::invalid_argument, "there is no complete table {}{}", *table, remedy);
  }
  for (std::size_t i = 0; table && i < rerun.bundle.needs.size(); ++i) {
    if (here[i].sha256 != rerun.bundle.needs[i].sha256) {
      return failure(ErrorCode::invalid_argument,
                     "{} is not the table the bundle was made with (SHA-256 {}...){}",
                     here[i].path,
                     rerun.bundle.needs[i].sha256.substr(0, 12),
                     remedy);
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
Result<> check_algorithms(const ExperimentRequest& request) {
  ExperimentSpec spec = request.spec;
  const auto resolved = request.plugins.resolve(spec);
  if (resolved) {
    return {};
  }
  const bool known = request.plugins.searcher(spec.searcher.name) != nullptr &&
                     request.plugins.scheduler(spec.scheduler.name) != nullptr;
  return Error{resolved.error().code,
               resolved.error().message + (known ? "" : "; one of a library needs its --plugin")};
}

// What can't be read can't be compared with what will have run.
Result<> check_canonical(const Bundle& bundle, const std::string& path) {
  const auto read = CanonicalAgreement(0).compare(bundle.canonical, "");
  return read ? Result<>()
              : failure(ErrorCode::corruption,
                        "{}: canonical.jsonl: {}; make it again",
                        path,
                        read.error().message);
}

Result<Rerun> prepare(const Arguments& arguments, const std::string& path) {
  auto bundle = read_bundle(path);
  if (!bundle) {
    return bundle.error();
  }
  if (const auto checked = check_canonical(*bundle, path); !checked) {
    return checked.error();
  }
  Rerun rerun{.bundle = std::move(*bundle), .request = begin_request(arguments)};
  rerun.request.spec = rerun.bundle.spec;
  rerun.request.options.session.jobs = rerun.bundle.facts.jobs;
  std::vector<std::string> problems;
  apply_options(arguments, rerun, problems);
  if (problems.empty()) {
    if (const auto checked = check_needs(rerun); !checked) {
      problems.push_back(checked.error().message);
    }
    if (const auto checked = check_algorithms(rerun.request); !checked) {
      problems.push_back(checked.error().message);
    }
    if (rerun.request.spec.executor == "process") {
      check_command(rerun.request, problems);
    }
    check_resources(rerun.request, problems);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (!rerun.request.name_given) {
    rerun.request.spec.name = rerun.bundle.spec.name + "-again";
    rerun.request.options.may_rename = true;
  }
  return rerun;
}

std::string versions_text(const BundleFacts& before, const BundleFacts& now) {
  std::vector<std::string> changed;
  if (before.luthier_version != now.luthier_version) {
    changed.push_back(
        formatted("luthier {} then and {} now", before.luthier_version, now.luthier_version));
  }
  for (const PluginVersion& plugin : before.plugins) {
    const auto same = std::ranges::find(now.plugins, plugin);
    const auto other = std::ranges::find(now.plugins, plugin.name, &PluginVersion::name);
    if (same == now.plugins.end() && other != now.plugins.end()) {
      changed.push_back(
          formatted("{} version {} then and {} now", plugin.name, plugin.version, other->version));
    }
  }
  return join(changed, ", ");
}

std::string json(const Rerun& rerun,
                 const Agreement& agreement,
                 const BundleFacts& now,
                 const std::filesystem::path& directory) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("experiment", rerun.request.spec.name)
      .field("directory", directory.string())
      .field("original", rerun.bundle.spec.name)
      .field("tolerance", rerun.request.tolerance)
      .field("trials", agreement.trials)
      .field("configurations", agreement.configurations)
      .field("results", agreement.results)
      .field("decisions", agreement.decisions)
      .field("differences", agreement.differences)
      .field("largest_deviation", agreement.largest_deviation)
      .field("first_difference",
             agreement.differences == 0 ? Value() : Value(agreement.first_difference))
      .field("versions", versions_text(rerun.bundle.facts, now))
      .end();
  return out + "\n";
}

std::string human(const Rerun& rerun, const Agreement& agreement, const BundleFacts& now) {
  std::string text =
      formatted("{} trials, {} configurations, {} results and {} decisions compared with '{}': ",
                agreement.trials,
                agreement.configurations,
                agreement.results,
                agreement.decisions,
                rerun.bundle.spec.name);
  if (agreement.differences == 0) {
    text += rerun.request.tolerance == 0
                ? "all are the same\n"
                : formatted("they agree; metrics differ by up to {} (tolerance {})\n",
                            short_number(agreement.largest_deviation),
                            format_number(rerun.request.tolerance));
    return text;
  }
  text += formatted("{} differ\nfirst difference: {}\n",
                    agreement.differences,
                    printable(agreement.first_difference));
  if (agreement.largest_deviation > 0) {
    text +=
        formatted("metrics differ by up to {}, relative; set what is acceptable with --tolerance\n",
                  short_number(agreement.largest_deviation));
  }
  const std::string versions = versions_text(rerun.bundle.facts, now);
  return text + (versions.empty() ? "" : formatted("versions: {}\n", printable(versions)));
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
      CanonicalAgreement(rerun.request.tolerance).compare(rerun.bundle.canonical, canonical.text());
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
  ExperimentRequest& request = prepared->request;
  if (arguments.has("dry-run")) {
    return finish(to_json(request.spec) + "\n");
  }
  if (!request.spec.command.empty()) {
    talk("runs, according to the bundle: " + join(request.spec.command, " "));
  }
  outlive_readers();
  const auto outcome = run_experiment(request.spec, request.plugins, request.options);
  if (!outcome) {
    return fail(outcome.error());
  }
  if (!outcome->finished) {
    return report_end(arguments, request, outcome, request.spec);
  }
  talk("results: " + outcome->directory.string());
  return report(arguments, *prepared, outcome->directory);
}

}  // namespace luthier::cli
