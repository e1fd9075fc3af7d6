// Which searcher proposes the next trial, and why: rules over what the space is made of and how the
// search has gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "search/portfolio/course.h"
#include "search/portfolio/space_traits.h"

namespace luthier::portfolio {

enum class Member : std::uint8_t { tpe, gp, cmaes, bohb };

std::string_view to_text(Member member);

struct Choice {
  Member member = Member::tpe;
  std::string why;  // follows the name: "gp: 5 numbers, 43 trials have ended"
};

// Whether the member may ever be chosen in such a space, so that it has to learn.
bool may_propose(Member member, const SpaceTraits& traits);

Choice choose(const SpaceTraits& traits, const Course& course);

}  // namespace luthier::portfolio
