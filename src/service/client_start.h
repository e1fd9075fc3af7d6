// What a client says of an experiment that begins or goes on.
#pragma once

#include "luthier/experiment_spec.h"
#include "service/client_advisors.h"
#include "service/client_message.h"
#include "tuner/assembly.h"

namespace luthier {

// Of "session".
struct ClientSession {
  RunContext options = {};
  ClientPlugins plugins = {};
};

struct ClientStart {
  ExperimentSpec spec;
  ClientSession session;
};

// Of "experiment", a spec as `luthier run --dry-run` prints it, of which "space" and "objectives"
// have to be there, and of "session".
Result<ClientStart> read_client_start(const ClientRequest& request);
// Of "session" alone.
Result<ClientSession> read_client_session(const ClientRequest& request);

}  // namespace luthier
