#include "laboratory/simulation/workload.h"

#include <utility>

namespace luthier {
namespace {

class ScriptedAttempt final : public AttemptScript {
 public:
  ScriptedAttempt(const TrialScript& script, StartRequest request)
      : script_(script), request_(std::move(request)) {}
  SimulatedStep next(std::int64_t iteration) override { return script_.step(request_, iteration); }

 private:
  const TrialScript& script_;
  StartRequest request_;
};

}  // namespace

std::unique_ptr<AttemptScript> TrialScript::begin(const StartRequest& attempt) const {
  return std::make_unique<ScriptedAttempt>(*this, attempt);
}

}  // namespace luthier
