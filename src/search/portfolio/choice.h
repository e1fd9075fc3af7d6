// Which searcher proposes the next trial, and why: rules over what the space is made of and how the
// search has gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "search/portfolio/course.h"
#include "search/portfolio/space_traits.h"
#include "search/portfolio/turns.h"

namespace luthier::portfolio {

enum class Member : std::uint8_t { tpe, gp, cmaes, bohb };

std::string_view to_text(Member member);

struct Choice {
  Member member = Member::tpe;
  std::string why;  // "5 numbers, fewer than 500 trials"
  Turn turn = Turn::first;
};

// Whether the member may ever be chosen in such a space, so that it has to learn.
bool may_propose(Member member, const SpaceTraits& traits);
// Whether it may yet be chosen as the search goes on.
bool may_still_propose(Member member, const Course& course);

// `draw`, uniform in [0, 1), decides whose turn it is where two take turns.
Choice choose(const SpaceTraits& traits, const Course& course, const Turns& turns, double draw);

}  // namespace luthier::portfolio
