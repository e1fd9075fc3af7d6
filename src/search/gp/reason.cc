#include "search/gp/reason.h"

#include "base/terminal_text.h"
#include "search/parzen/elementary.h"

namespace luthier::gp {
namespace {

// A value of a model in the objective's own unit, where it has one.
std::string told(const Objective& objective, const Ranking::Sample& sample, double value) {
  const auto& unit = sample.unit;
  const double sign = unit && objective.mode == Mode::max ? -1 : 1;
  return short_number(sign * ((unit ? unit->offset : 0) + (unit ? unit->factor : 1) * value));
}

std::string improvement_of_front(const Search& search,
                                 const Place& place,
                                 std::span<const Objective> objectives,
                                 std::span<const Ranking::Sample> samples) {
  std::string text = samples.front().unit ? "predicted " : "by ranks: predicted ";
  for (std::size_t i = 0; i < samples.size(); ++i) {
    text += (i == 0 ? "" : ", ") + objectives[i].metric + " " +
            told(objectives[i], samples[i], place.predictions[i].mean);
  }
  const double share = parzen::exponential(place.log_improvement) / search.goal.front->dominated();
  return text + "; improves the front by " + short_number(100 * share) +
         "% of the hypervolume, as expected";
}

std::string improvement_on_best(const Search& search,
                                const Place& place,
                                const Objective& objective,
                                const Ranking::Sample& sample) {
  const double factor = sample.unit ? sample.unit->factor : 1;
  return std::string(sample.unit ? "" : "by ranks (0 is the middle, lower is better): ") +
         "predicted " + told(objective, sample, place.predictions.front().mean) + ", deviation " +
         short_number(factor * place.predictions.front().deviation) + "; expected improvement " +
         short_number(factor * parzen::exponential(place.log_improvement)) + " on " +
         told(objective, sample, *search.goal.best);
}

std::string improvement(const Search& search,
                        const Place& place,
                        std::span<const Objective> objectives,
                        std::span<const Ranking::Sample> samples) {
  if (search.goal.front) {
    return improvement_of_front(search, place, objectives, samples);
  }
  return search.goal.best ? improvement_on_best(search, place, objectives[0], samples[0])
                          : "no trial meets every requirement yet";
}

}  // namespace

std::string reason_for(const Search& search,
                       const Place& place,
                       std::span<const Objective> objectives,
                       std::span<const Ranking::Sample> samples) {
  std::string text = improvement(search, place, objectives, samples);
  if (!search.requirements.empty()) {
    text += "; chance that the requirements are met " +
            short_number(parzen::exponential(place.log_met));
  }
  if (search.feasibility.is_informative()) {
    text +=
        "; chance of success " + short_number(search.feasibility.chance_of_success(place.point));
  }
  return search.priors != nullptr ? text + search.priors->told(place.point) : text;
}

}  // namespace luthier::gp
