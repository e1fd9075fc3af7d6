// The searcher and the scheduler that stand for a client's.
#pragma once

#include <memory>

#include "luthier/scheduler.h"
#include "luthier/searcher.h"

namespace luthier {

class ClientAdvisors;

// `advisors` must outlive them.
std::unique_ptr<Searcher> make_client_searcher(ClientAdvisors& advisors);
std::unique_ptr<TrialScheduler> make_client_scheduler(ClientAdvisors& advisors);

}  // namespace luthier
