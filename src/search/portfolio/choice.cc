#include "search/portfolio/choice.h"

#include "base/format.h"

namespace luthier::portfolio {
namespace {

// Then a suggestion of gp takes long, and cmaes has seen enough to know the shape of the losses.
constexpr std::int64_t kMostForGp = 500;

// With more, one proposal of gp takes a second, and so does a generation of cmaes.
constexpr std::size_t kMostParameters = 500;

// Without conditions, with a number of parameters that a model of all of them can bear.
bool is_plain(const SpaceTraits& traits) {
  const std::size_t parameters = traits.numeric + traits.categorical;
  return !traits.has_conditions && parameters > 0 && parameters <= kMostParameters;
}

bool suits_cmaes(const SpaceTraits& traits) {
  return is_plain(traits) && traits.categorical == 0;
}

std::string so_few_trials(const SpaceTraits& traits) {
  return formatted("{}, fewer than {} trials", to_text(traits), kMostForGp);
}

std::string many_trials(const SpaceTraits& traits) {
  return formatted("{}, at least {} trials", to_text(traits), kMostForGp);
}

std::string trials_cut_short(const Course& course) {
  return formatted("{} trials were cut short", course.cut_short());
}

Choice not_plain(const SpaceTraits& traits) {
  return {Member::tpe,
          traits.has_conditions ? "some parameters depend on others" : to_text(traits)};
}

Choice few_trials(const SpaceTraits& traits, const Turns& turns, double draw) {
  if (!turns.have_begun()) {
    return {Member::gp, so_few_trials(traits)};
  }
  const bool is_second = draw < turns.share_of_second();
  return {is_second ? Member::bohb : Member::gp,
          "in turns: " + turns.told("gp", "bohb"),
          is_second ? Turn::second : Turn::first};
}

// A paused trial may go on and be told apart at a later iteration, where bohb compares; what a
// stopped one said is the last of it.
Choice among_cut_short(const History& history, double draw) {
  const std::string cut = trials_cut_short(history.course);
  if (!history.course.has_pauses()) {
    return {Member::tpe, cut};
  }
  const bool is_second = draw < history.records.share_of_second();
  return {is_second ? Member::bohb : Member::tpe,
          formatted("{}, {} of them paused: {}",
                    cut,
                    history.course.paused(),
                    history.records.told("tpe", "bohb")),
          is_second ? Turn::second : Turn::first,
          true};
}

}  // namespace

std::string_view to_text(Member member) {
  switch (member) {
    case Member::tpe:
      return "tpe";
    case Member::gp:
      return "gp";
    case Member::cmaes:
      return "cmaes";
    case Member::bohb:
      return "bohb";
    case Member::nsga2:
      return "nsga2";
  }
  return "";
}

bool may_propose(Member member, const SpaceTraits& traits) {
  switch (member) {
    case Member::gp:
    case Member::nsga2:
      return is_plain(traits);
    case Member::cmaes:
      return suits_cmaes(traits);
    case Member::tpe:
    case Member::bohb:
      return true;
  }
  return false;
}

bool may_still_propose(Member member, const Course& course) {
  return member != Member::gp || course.ended() < kMostForGp;
}

Choice choose(const SpaceTraits& traits, const History& history, double draw) {
  if (history.course.has_early_stopping()) {
    return among_cut_short(history, draw);
  }
  if (!is_plain(traits)) {
    return not_plain(traits);
  }
  if (history.course.ended() < kMostForGp) {
    return few_trials(traits, history.turns, draw);
  }
  return {suits_cmaes(traits) ? Member::cmaes : Member::tpe, many_trials(traits)};
}

Choice choose_for_front(const SpaceTraits& traits, const Course& course) {
  if (course.has_early_stopping()) {
    return {Member::tpe, trials_cut_short(course)};
  }
  if (!is_plain(traits)) {
    return not_plain(traits);
  }
  return course.ended() < kMostForGp ? Choice{Member::gp, so_few_trials(traits)}
                                     : Choice{Member::nsga2, many_trials(traits)};
}

}  // namespace luthier::portfolio
