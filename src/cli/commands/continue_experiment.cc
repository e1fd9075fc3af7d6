#include "cli/commands/continue_experiment.h"

#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "cli/reading.h"

namespace luthier::cli {

int continue_experiment(const Arguments& arguments, const Continue& go) {
  outlive_readers();
  const auto request = read_resume_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  const auto experiment = read_experiment(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  return report_end(
      arguments, *request, go(experiment->directory, *request), experiment->state->spec());
}

}  // namespace luthier::cli
