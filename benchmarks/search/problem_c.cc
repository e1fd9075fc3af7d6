// A problem as plain C calls, which Python's ctypes makes: so that every searcher is judged by the
// same machine code.
#include <string>
#include <utility>

#include "core/json.h"
#include "search/problem.h"

extern "C" {

struct OpenProblem {
  bench::Problem problem;
  std::string space;
};

// The caller keeps it until its end.
OpenProblem* problem_open(const char* name) {
  bench::Problem problem(name);
  std::string space = luthier::to_json(problem.space());
  return new OpenProblem{.problem = std::move(problem), .space = std::move(space)};
}

const char* problem_space(const OpenProblem* open) {
  return open->space.c_str();
}

// How much worse the configuration, a JSON object, is than the optimum.
double problem_regret(const OpenProblem* open, const char* config) {
  return open->problem.regret(luthier::parse_json_object(config).value());
}
}
