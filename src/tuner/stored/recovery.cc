#include "tuner/stored/recovery.h"

#include <utility>

#include "base/check.h"

namespace luthier {

Result<ExperimentSpec> stored_spec(const Event& first) {
  const auto* created = std::get_if<ExperimentCreated>(&first.body);
  if (created == nullptr) {
    return Error{ErrorCode::corruption,
                 "the log does not begin with an experiment; run `luthier doctor`"};
  }
  auto spec = parse_experiment_spec(created->spec);
  if (!spec) {
    return Error{ErrorCode::corruption,
                 "the experiment that the log begins with is not one that `luthier run` writes: " +
                     spec.error().message};
  }
  return spec;
}

Result<> Recovery::take(const Event& event) {
  if (!replayer_) {
    if (auto begun = begin(event); !begun) {
      return begun;
    }
  }
  return replayer_->take(event);
}

Result<> Recovery::begin(const Event& event) {
  auto spec = stored_spec(event);
  if (!spec) {
    return spec.error();
  }
  auto rules = Rules::make(*spec);
  auto advisors = plugins_.make_advisors(*spec);
  if (!rules || !advisors) {
    return rules ? advisors.error() : rules.error();
  }
  spec_ = std::move(*spec);
  rules_ = std::make_unique<Rules>(std::move(*rules));
  advisors_ = std::move(*advisors);
  replayer_.emplace(*state_, *advisors_, *rules_, depth_);
  return {};
}

Recovery::Made Recovery::release() && {
  LUTHIER_CHECK(begun(), "nothing was recovered");
  return {.spec = std::move(*spec_),
          .state = std::move(state_),
          .rules = std::move(rules_),
          .advisors = std::move(advisors_),
          .counts = replayer_->counts()};
}

}  // namespace luthier
