// /api/v1: the experiments of a directory as JSON (docs/openapi.yaml). It reads as the commands do,
// with no transaction open while anything is sent, and changes nothing but through the requests
// that the command line makes too.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/access.h"
#include "service/http/event_fold_cache.h"
#include "service/http/fold_cache.h"
#include "service/http/http_message.h"
#include "service/http/request_target.h"

namespace luthier {

// One kind of request, its path below /api/v1, and who may make it.
struct ApiRule {
  std::string_view method;
  std::string_view path;
  Role needs;
};
std::vector<ApiRule> api_rules();

class ExperimentsApi {
 public:
  // `who` serves. In their name experiments are asked to stop, unless a token says who asks.
  ExperimentsApi(std::filesystem::path results, std::string who);

  // The response to a visitor's request whose path begins with "api". Any thread.
  HttpResponse answer(const HttpRequest& http, const RequestTarget& target, const Visitor& visitor);

 private:
  const std::filesystem::path results_;
  const std::string who_;
  FoldCache folds_;
  EventFoldCache pictures_;
  EventFoldCache compared_;
};

}  // namespace luthier
