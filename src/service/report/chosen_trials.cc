#include "service/report/chosen_trials.h"

#include "base/format.h"
#include "base/try.h"
#include "tuner/stored/trial_query.h"
#include "tuner/stored/trial_table.h"

namespace luthier {
namespace {

std::size_t best_of(std::size_t chosen) {
  return (chosen + 1) / 2;
}

// The best, and the others evenly spaced from place `others_from` on.
std::vector<TrialId> picked(const std::vector<TrialId>& from,
                            std::size_t most,
                            std::size_t others_from) {
  const std::size_t best = best_of(most);
  std::vector<TrialId> chosen(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(best));
  const std::size_t others = most - best;
  const std::size_t rest = from.size() - others_from;
  for (std::size_t i = 0; i < others; ++i) {
    chosen.push_back(from[others_from + (i * rest / others)]);
  }
  return chosen;
}

}  // namespace

Result<std::vector<TrialId>> ranked_trials(const std::filesystem::path& experiment) {
  LUTHIER_TAKE(const auto table, open_trial_table(experiment));
  TrialColumns columns(table->spec(), false);
  const TrialQuery query{.sort = table->spec().objectives.front().metric};
  LUTHIER_TRY(check_query(*table, columns, query));
  return wanted_trials(*table, columns, query);
}

std::vector<TrialId> chosen_trials(const std::vector<TrialId>& ranked, std::size_t most) {
  return ranked.size() <= most ? ranked : picked(ranked, most, best_of(most));
}

std::vector<TrialId> fewer_of(const std::vector<TrialId>& chosen, std::size_t most) {
  return chosen.size() <= most ? chosen : picked(chosen, most, best_of(chosen.size()));
}

std::string chosen_text(std::size_t chosen, std::size_t all) {
  return chosen >= all ? ""
                       : formatted(
                             "{} of {} trials are here: the best {}, and {} evenly spaced ones "
                             "among the others.",
                             chosen,
                             all,
                             best_of(chosen),
                             chosen - best_of(chosen));
}

}  // namespace luthier
