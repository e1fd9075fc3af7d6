// The rows of a log whose checksums are right, each two bytes of length and a payload: what decodes
// and is accepted can be applied, printed and compared, and every trial can be asked about.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "core/log/canonical_agreement.h"
#include "core/log/canonical_export.h"
#include "core/log/event_check.h"
#include "core/log/event_codec.h"
#include "core/state/experiment_state.h"
#include "input.h"

namespace luthier {
namespace {

void ask_about_everything(const ExperimentState& state) {
  for (std::int64_t i = 0; i < state.trial_count(); ++i) {
    static_cast<void>(to_json(state.config({i})));
    static_cast<void>(state.can_run({i}));
    if (const auto checkpoint = state.checkpoint({i})) {
      static_cast<void>(state.checkpoint_iteration(*checkpoint));
    }
  }
  static_cast<void>(state.first_pending());
  static_cast<void>(state.first_paused());
}

void check_export(const CanonicalExport& exported) {
  const std::string text = exported.text();
  CanonicalAgreement agreement(0);
  const auto same = agreement.compare(text, text);
  LUTHIER_CHECK(same.ok(), text.c_str());
  LUTHIER_CHECK(same->differences == 0, same->first_difference.c_str());
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  ExperimentState state;
  CanonicalExport exported;
  for (Event event{1, 0, {}}; !input.empty(); ++event.sequence, event.time += 1000) {
    if (!decode(input.sized(), event.body) || !check_event(state, event)) {
      break;
    }
    if (!state.apply(event)) {
      LUTHIER_CHECK(event.sequence == 1, "an event that may come next can't be applied");
      break;
    }
    exported.take(event);
    static_cast<void>(to_json(event));
  }
  if (state.sequence() > 0) {
    ask_about_everything(state);
    check_export(exported);
  }
  return 0;
}
