// Pictures of stored experiments as SVG files, for papers: text stays text, and the same experiment
// gives the same bytes. They draw the answers of the API (docs/openapi.yaml).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/drawing/svg_parts.h"
#include "luthier/error.h"

namespace luthier {

struct PlotOptions {
  SvgSize size = {};          // a height of 0: slice_plot chooses
  std::string axis = "time";  // of best_plot: time, trials or resource
  std::string metric = {};    // empty: the first objective
  bool logarithmic = false;   // the axis of values, where all are above 0
  // Of slice_plot; empty: all that vary, up to twelve. Of contour_plot: across, then upwards.
  std::vector<std::string> parameters = {};
};

// Errors: those of the readers; invalid_argument where a metric or a parameter is not there;
// not_found where there is nothing to draw.

// The best value so far of each experiment.
Result<std::string> best_plot(std::span<const std::filesystem::path> experiments,
                              const PlotOptions& options);
// A metric of the trials against the iteration.
Result<std::string> curves_plot(const std::filesystem::path& experiment,
                                const PlotOptions& options);
// Each parameter's share by fANOVA, with its interval.
Result<std::string> importance_plot(const std::filesystem::path& experiment,
                                    const PlotOptions& options);
// A metric against each parameter.
Result<std::string> slice_plot(const std::filesystem::path& experiment, const PlotOptions& options);
// A metric over two parameters, in colours.
Result<std::string> contour_plot(const std::filesystem::path& experiment,
                                 const PlotOptions& options);
// The first two objectives, and which trials no other dominates.
Result<std::string> front_plot(const std::filesystem::path& experiment, const PlotOptions& options);

}  // namespace luthier
