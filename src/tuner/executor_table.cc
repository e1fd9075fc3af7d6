#include "tuner/executor_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/unknown_option.h"
#include "executors/programs/process.h"
#include "executors/ray/ray.h"
#include "executors/threads/in_process.h"
#include "executors/workers/workers.h"
#include "laboratory/simulation/simulation_options.h"
#include "tuner/program_options.h"
#include "tuner/python_function.h"

namespace luthier {
namespace {

using Made = Result<std::unique_ptr<Executor>>;

Made make_in_process(const ExperimentSpec& spec, const ExecutorContext& context) {
  if (!context.train) {
    return Error{ErrorCode::invalid_argument,
                 spec.name +
                     " trains in the process of a C++ program; resume, extend, retry and replay it "
                     "in that program, with the functions of luthier::Tuner"};
  }
  if (std::ranges::any_of(spec.resources,
                          [](const auto& claim) { return claim.first == "memory"; })) {
    return Error{ErrorCode::invalid_argument,
                 "the memory of a thread can't be limited; drop the resource memory or use the "
                 "executor process"};
  }
  const auto grace = std::chrono::microseconds(static_cast<std::int64_t>(spec.grace_s * 1e6));
  return Made(make_in_process_executor(
      context.train, {.grace = grace}, context.checkpoints, context.clock));
}

Made make_process(const ExperimentSpec& spec, const ExecutorContext& context) {
  const auto& known = program_option_names();
  for (const auto& [name, value] : spec.executor_options) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument, unknown_option("executor 'process'", name, known)};
    }
  }
  if (spec.command.empty()) {
    return Error{ErrorCode::invalid_argument, "the executor process needs a program to run"};
  }
  auto process = process_options(spec);
  if (!process) {
    return process.error();
  }
  if (const auto there = check_program(*process); !there) {
    return there.error();
  }
  return make_process_executor(*std::move(process), context.checkpoints, context.clock);
}

Made make_workers(const ExperimentSpec& spec, const ExecutorContext& context) {
  if (context.workers.command.empty()) {
    return Error{ErrorCode::invalid_argument,
                 spec.name +
                     " trains functions of a Python program; resume and extend it in that program, "
                     "with the methods of luthier.Tuner"};
  }
  auto process = process_options(spec);
  if (!process) {
    return process.error();
  }
  return make_worker_executor(
      *std::move(process), context.workers, context.checkpoints, context.clock);
}

Made make_python(const ExperimentSpec& spec, const ExecutorContext& context) {
  for (const auto& [name, value] : spec.executor_options) {
    std::string problem = name == "python" ? "" : python_option_problem(name, value);
    if (!problem.empty()) {
      return Error{ErrorCode::invalid_argument, std::move(problem)};
    }
  }
  auto workers = python_workers(spec);
  auto process = process_options(spec);
  if (!workers || !process) {
    return workers ? process.error() : workers.error();
  }
  return make_worker_executor(
      *std::move(process), *std::move(workers), context.checkpoints, context.clock);
}

Result<> set_option(RayOptions& ray, const std::string& name, const std::string& value) {
  if (name == "python") {
    ray.python = value;
    return {};
  }
  if (name == "library") {
    ray.library = value;
    return {};
  }
  const auto& for_programs = program_option_names();
  const bool is_set = std::ranges::find(for_programs, name) != for_programs.end();
  return is_set ? Result<>() : set_ray_option(ray, name, value);
}

Made make_ray(const ExperimentSpec& spec, const ExecutorContext& context) {
  auto process = process_options(spec);
  if (!process) {
    return process.error();
  }
  if (process->tty) {
    return Error{ErrorCode::invalid_argument,
                 "programs on Ray have no terminal; drop --tty or use the executor process"};
  }
  RayOptions ray{.process = *std::move(process)};
  for (const auto& [name, value] : spec.executor_options) {
    if (const auto set = set_option(ray, name, value); !set) {
      return set.error();
    }
  }
  if (!context.session.cluster.empty()) {
    ray.address = context.session.cluster;
  }
  ray.say = [](const std::string& sentence) {
    std::fprintf(stderr, "luthier: %s\n", sentence.c_str());
  };
  return make_ray_executor(std::move(ray), context.checkpoints, context.clock);
}

PluginInfo ray_info() {
  PluginInfo info{.summary = "programs, Python functions and C++ libraries on a Ray cluster",
                  .paper =
                      "Moritz et al., Ray: A Distributed Framework for Emerging AI "
                      "Applications, OSDI 2018"};
  for (const RayOption& option : ray_option_table()) {
    info.options.push_back(
        {.name = option.name, .type = OptionType::text, .meaning = option.meaning});
  }
  return info;
}

PluginInfo python_info() {
  const auto options = python_function_options();
  return {.summary = "a Python function or class, in processes here",
          .options = {options.begin(), options.end()}};
}

PluginInfo summary(const char* text) {
  return {.summary = text};
}

constexpr std::array kExecutors = {
    ExecutorRow{.name = "process",
                .info = [] { return summary("any program, one process tree a trial"); },
                .runs_programs = true,
                .shares_gpus = true,
                .make = make_process},
    ExecutorRow{.name = "python",
                .info = python_info,
                .runs_programs = true,
                .shares_gpus = true,
                .make = make_python},
    ExecutorRow{.name = "ray", .info = ray_info, .runs_programs = true, .make = make_ray},
    ExecutorRow{
        .name = "in_process",
        .info = [] { return summary("functions of a C++ program, in threads of its own"); },
        .shares_gpus = true,
        .function_for = [](std::string_view command) { return "Tuner::" + std::string(command); },
        .make = make_in_process},
    ExecutorRow{
        .name = "workers",
        .info = [] { return summary("functions of a Python program, in processes here"); },
        .runs_programs = true,
        .shares_gpus = true,
        .function_for = [](std::string_view command) { return "Tuner." + std::string(command); },
        .language = "Python",
        .make = make_workers},
    ExecutorRow{.name = "caller",
                .info = [] { return summary("the loop of a program that asks and tells"); },
                .is_listed = false,
                .function_for = [](std::string_view) { return std::string("Experiment::open"); }},
    ExecutorRow{.name = kSimulatedExecutor,
                .info = [] { return summary("a benchmark, in virtual time"); },
                .is_listed = false},
};

}  // namespace

std::span<const ExecutorRow> executors() {
  return kExecutors;
}

const ExecutorRow* find_executor(std::string_view name) {
  const auto* const row = std::ranges::find(kExecutors, name, &ExecutorRow::name);
  return row == kExecutors.end() ? nullptr : row;
}

Result<std::unique_ptr<Executor>> make_executor(const ExperimentSpec& spec,
                                                const ExecutorContext& context) {
  const ExecutorRow* row = find_executor(spec.executor);
  if (row != nullptr && row->make != nullptr) {
    return row->make(spec, context);
  }
  if (row != nullptr) {
    return Error{ErrorCode::invalid_argument,
                 spec.name +
                     " runs in the loop of the program that asks for its trials; open it "
                     "there, with luthier::Experiment"};
  }
  std::vector<std::string> known;
  for (const ExecutorRow& each : kExecutors) {
    known.emplace_back(each.name);
  }
  return Error{ErrorCode::invalid_argument, unknown_name("executor", spec.executor, known)};
}

}  // namespace luthier
