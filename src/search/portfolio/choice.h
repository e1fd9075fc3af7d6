// Which searcher proposes the next trial, and why: rules over what the space is made of and how the
// search has gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "search/portfolio/course.h"
#include "search/portfolio/records.h"
#include "search/portfolio/space_traits.h"
#include "search/portfolio/turns.h"

namespace luthier::portfolio {

enum class Member : std::uint8_t { tpe, gp, cmaes, bohb, nsga2 };

std::string_view to_text(Member member);

struct Choice {
  Member member = Member::tpe;
  std::string why;  // "5 numbers, fewer than 500 trials"
  Turn turn = Turn::first;
  bool for_records = false;  // it took a turn of those that Records counts
};

// Whether the member may ever be chosen in such a space, so that it has to learn.
bool may_propose(Member member, const SpaceTraits& traits);
// Whether it may yet be chosen as the search goes on.
bool may_still_propose(Member member, const Course& course);

// How the search has gone so far.
struct History {
  Course course;
  Turns turns;      // of gp and bohb, once gp is stuck
  Records records;  // of tpe and bohb, where trials wait paused
};

// `draw`, uniform in [0, 1), decides whose turn it is where two take turns.
Choice choose(const SpaceTraits& traits, const History& history, double draw);
// With several objectives.
Choice choose_for_front(const SpaceTraits& traits, const Course& course);

}  // namespace luthier::portfolio
