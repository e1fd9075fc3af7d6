// Groups: puts what lines say together into results. A result is one line, or one group of lines
// that together carry the metrics once. The first group closes at the first name that repeats and
// teaches its names; later ones close as soon as all of them have come.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "executors/results/understanding.h"
#include "executors/results/words/likeness.h"
#include "executors/results/words/mention.h"
#include "luthier/value.h"

namespace luthier {

class Groups {
 public:
  // `meanings`: of this stream. `loose`: wanted names without a meaning, which are taken where the
  // words are the same. `names`: what a group holds, if known.
  Groups(std::vector<Meaning> meanings,
         std::vector<WantedName> loose,
         std::vector<std::string> names);

  // Results that are complete go to `out`.
  void add(const Heard& heard, std::vector<Metrics>& out);
  void finish(std::vector<Metrics>& out);

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Meaning>& meanings() const { return meanings_; }
  // Wanted names that make a group a result.
  void require(std::vector<std::string> objectives) {
    objectives_ = std::move(objectives);
    plans_ = {};
  }

 private:
  struct Entry {
    std::string key;
    std::string name;  // under which it is recorded
    Value value;
    int line = 0;
    bool objective = false;
  };

  // What becomes of a mention: the same for all lines of a shape.
  struct Place {
    std::string key;
    std::string name;
    const Meaning* meaning = nullptr;
    bool wanted = false;
    bool objective = false;
  };
  struct Plan {
    std::uint64_t shape = 0;
    std::vector<Place> places;  // of each mention; without a key: none
    std::size_t taken = 0;      // places with a key
    bool whole = false;         // a line with all of them is a group of its own
  };

  struct Fresh {
    const Place* place = nullptr;
    Value value;
  };
  struct Said {
    std::string key;
    Value value;
  };

  Plan plan_of(const Heard& heard);
  const Plan& plan_for(const Heard& heard);
  bool is_whole(const Plan& plan) const;
  void take_fresh(const Heard& heard, const Plan& plan);
  const Meaning* meaning_of(const Mention& mention, const Heard& heard);
  const std::string* loosely_wanted(const Mention& mention);
  const std::vector<std::size_t>& meanings_named(const std::string& name);
  bool is_counter_name(const std::string& name);
  Entry* find(const std::string& key);
  bool any_number() const;
  bool said_before(const Heard& heard) const;
  void remember_line(std::uint64_t shape);
  bool repeats(int& line);
  bool takes_place();
  void join();
  void names_changed();
  void report_line(std::vector<Metrics>& out);
  void gather(std::vector<Metrics>& out);
  bool complete() const;
  void close(std::vector<Metrics>& out);
  void learn(int first_line);
  void forget_missing();
  bool has_objective() const;

  std::vector<Meaning> meanings_;
  std::vector<WantedName> loose_;
  std::vector<std::string> names_;
  std::vector<std::string> objectives_;
  std::unordered_map<std::string, std::vector<std::size_t>> named_;
  NameReader known_names_;
  std::array<Plan, kShapesKept> plans_;  // of shapes
  Plan plan_;                            // of a line without one
  std::vector<Entry> group_;
  std::uint64_t group_shape_ = 0;  // not 0: the group is one whole line of this shape
  std::vector<Fresh> fresh_;       // what the line at hand says
  std::vector<Said> last_line_;
  std::uint64_t last_shape_ = 0;
  std::optional<double> last_line_epoch_;
  std::optional<double> last_epoch_;  // in which an objective came last
  int line_ = 0;
  bool any_closed_ = false;
};

}  // namespace luthier
