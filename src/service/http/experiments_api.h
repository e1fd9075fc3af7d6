// /api/v1: the experiments of a directory as JSON (docs/openapi.yaml). It reads as the commands do,
// with no transaction open while anything is sent, and changes nothing but through the requests
// that the command line makes too.
#pragma once

#include <filesystem>
#include <string>

#include "service/http/event_fold_cache.h"
#include "service/http/fold_cache.h"
#include "service/http/http_message.h"
#include "service/http/request_target.h"

namespace luthier {

class ExperimentsApi {
 public:
  // `who`: in whose name experiments are asked to stop.
  ExperimentsApi(std::filesystem::path results, std::string who);

  // The response to a request that was let in and whose path begins with "api". Any thread.
  HttpResponse answer(const HttpRequest& request, const RequestTarget& target);

 private:
  const std::filesystem::path results_;
  const std::string who_;
  FoldCache folds_;
  EventFoldCache pictures_;
  EventFoldCache compared_;
};

}  // namespace luthier
