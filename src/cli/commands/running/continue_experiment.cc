#include "cli/commands/running/continue_experiment.h"

#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "cli/reading.h"
#include "tuner/stored/status.h"

namespace luthier::cli {

int continue_experiment(const Arguments& arguments, const Continue& go) {
  outlive_readers();
  const auto request = read_resume_request(arguments);
  if (!request) {
    return fail(request.error());
  }
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto spec = read_spec(*directory);
  if (!spec) {
    return fail(spec.error());
  }
  return report_end(arguments, *request, go(*directory, *request), *spec);
}

}  // namespace luthier::cli
