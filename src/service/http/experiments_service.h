// ExperimentsService: `luthier serve`: the pages and the API, to whoever may have them.
#pragma once

#include <filesystem>
#include <string>

#include "service/http/access.h"
#include "service/http/experiments_api.h"
#include "service/http/http_server.h"

namespace luthier {

class ExperimentsService final : public HttpHandler {
 public:
  // `rules`: their port is not known before it listens; serve() sets it.
  ExperimentsService(std::filesystem::path results, std::string who, AccessRules rules)
      : api_(std::move(results), std::move(who)), rules_(std::move(rules)) {}

  void listens_on(int port) { rules_.port = port; }  // before anything is answered
  const AccessRules& rules() const { return rules_; }

  HttpResponse answer(const HttpRequest& request, bool own) override;
  LiveNews news(const LiveStream& stream) override;

 private:
  ExperimentsApi api_;
  AccessRules rules_;
};

// The first line of a file; one that could be guessed, or that a header can't hold, is refused.
Result<std::string> read_token(const std::filesystem::path& file);

}  // namespace luthier
