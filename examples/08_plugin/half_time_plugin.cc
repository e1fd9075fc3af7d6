// The scheduler of 07_own_scheduler as a library for the command line: see README.md.
#include "half_time.h"
#include "luthier/plugin.h"

namespace {

luthier::SchedulerPlugin scheduler_half_time() {
  return {
      .info = {.summary = "stops at half-time what is worse than the mean so far",
               .paper = "",
               .options = {{.name = "whistle",
                            .type = luthier::OptionType::integer,
                            .default_value = 10,
                            .meaning =
                                "iteration of half-time: later judges better, earlier saves more",
                            .minimum = 1}}},
      .make = [](const luthier::PluginContext& context)
          -> luthier::Result<std::unique_ptr<luthier::TrialScheduler>> {
        return std::unique_ptr<luthier::TrialScheduler>(
            std::make_unique<HalfTime>(context.options.integer("whistle")));
      }};
}

constexpr luthier::SchedulerRow kSchedulers[] = {
    {.name = "half_time", .plugin = scheduler_half_time}};

}  // namespace

LUTHIER_PLUGIN_LIBRARY({.schedulers = kSchedulers})
