// Bars: how much each parameter matters.
#include <algorithm>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/try.h"
#include "service/plots/plot.h"
#include "service/plots/plot_data.h"

namespace luthier {
namespace {

constexpr double kLabelRoom = 150;
constexpr std::size_t kMostBars = 30;

// How shares and rows become places.
struct Bars {
  SvgSize size;
  double most = 1;  // the largest share that is shown
  double row = 0;   // its height

  double px(double share) const {
    return kLabelRoom + (share / most * (size.width - kLabelRoom - (2 * kSvgRight)));
  }
};

std::string bar_of(const Json& parameter, const Bars& bars, double top) {
  const double share = number_of(parameter, "share");
  const double low = bars.px(number_of(parameter, "low"));
  const double high = bars.px(number_of(parameter, "high"));
  const double middle = top + (bars.row / 2);
  const double thick = std::min(bars.row * 0.6, 18.0);
  std::string out = svg_text(
      kLabelRoom - 8, middle + 4, "end", fit(printable(text_member(parameter, "parameter")), 20));
  out += formatted("<rect class=\"bar g0\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                   pixel(kLabelRoom),
                   pixel(middle - (thick / 2)),
                   pixel(bars.px(share) - kLabelRoom),
                   pixel(thick));
  out += svg_line("interval", low, middle, high, middle);
  out += svg_line("interval", low, middle - 4, low, middle + 4);
  return formatted("{}{}\n", out, svg_line("interval", high, middle - 4, high, middle + 4));
}

std::string share_axis(const Bars& bars, double bottom) {
  const std::vector<double> ends = {0, bars.most};
  std::string out;
  for (const double tick : PlotScale(ends, false).ticks(6)) {
    out += svg_line("grid", bars.px(tick), kSvgTop, bars.px(tick), bottom);
    out += svg_text(bars.px(tick), bottom + 19, "middle", formatted("{:.0f}%", 100 * tick));
  }
  return out;
}

}  // namespace

Result<std::string> importance_plot(const std::filesystem::path& experiment,
                                    const PlotOptions& options) {
  LUTHIER_TAKE(const auto answer, asked(experiment, {"importance"}, {{"metric", options.metric}}));
  const auto& parameters = items_of(answer, "parameters");
  if (const auto reason = text_member(answer, "reason"); !reason.empty() || parameters.empty()) {
    return failure(ErrorCode::not_found,
                   "there is nothing to draw: the parameters of '{}' are not ranked: {}",
                   experiment.filename().string(),
                   reason);
  }
  const std::size_t count = std::min(parameters.size(), kMostBars);
  Bars bars{.size = options.size, .most = 0.01};
  for (std::size_t i = 0; i < count; ++i) {
    bars.most = std::max(bars.most, number_of(parameters[i], "high"));
  }
  const double bottom = options.size.height - kSvgBottom;
  bars.row = (bottom - kSvgTop) / static_cast<double>(count);
  std::string content = share_axis(bars, bottom);
  for (std::size_t i = 0; i < count; ++i) {
    content += bar_of(parameters[i], bars, kSvgTop + (bars.row * static_cast<double>(i)));
  }
  const std::string metric = text_member(answer, "metric");
  content += svg_text((kLabelRoom + options.size.width) / 2,
                      options.size.height - 8,
                      "middle",
                      "share of the variance of " + metric);
  return svg_document(
      options.size, formatted("How much each parameter matters for {}", metric), content);
}

}  // namespace luthier
