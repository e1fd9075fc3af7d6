#include "search/portfolio/choice.h"

#include "base/format.h"

namespace luthier::portfolio {
namespace {

// Then a suggestion of gp takes long, and cmaes has seen enough to know the shape of the losses.
constexpr std::int64_t kMostForGp = 500;

bool suits_gp(const SpaceTraits& traits) {
  return !traits.has_conditions && traits.numeric + traits.categorical > 0;
}

bool suits_cmaes(const SpaceTraits& traits) {
  return !traits.has_conditions && traits.categorical == 0 && traits.numeric > 0;
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
  }
  return "";
}

bool may_propose(Member member, const SpaceTraits& traits) {
  return member == Member::gp      ? suits_gp(traits)
         : member == Member::cmaes ? suits_cmaes(traits)
                                   : true;
}

Choice choose(const SpaceTraits& traits, const Course& course) {
  if (course.has_early_stopping()) {
    return {Member::bohb, formatted("{} trials were cut short", course.cut_short())};
  }
  if (traits.has_conditions) {
    return {Member::tpe, "some parameters depend on others"};
  }
  if (suits_gp(traits) && course.ended() < kMostForGp) {
    return {Member::gp, formatted("{}, fewer than {} trials", to_text(traits), kMostForGp)};
  }
  const std::string many = formatted("{}, at least {} trials", to_text(traits), kMostForGp);
  return {suits_cmaes(traits) ? Member::cmaes : Member::tpe, many};
}

}  // namespace luthier::portfolio
