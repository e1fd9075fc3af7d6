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

// Evaluates the configuration, a JSON object, as the trial with this seed. Returns 1 if it fails,
// else 0 and two numbers: the loss that the searcher is told, and the regret that it is judged by.
int problem_evaluate(const OpenProblem* open,
                     const char* config,
                     unsigned long long seed,
                     double* loss_and_regret) {
  const bench::Evaluation found =
      open->problem.evaluate(luthier::parse_json_object(config).value(), seed);
  loss_and_regret[0] = found.loss;
  loss_and_regret[1] = found.regret;
  return found.failed ? 1 : 0;
}
}
