// Gzip for a response, where the client takes it.
#pragma once

#include <string>
#include <string_view>

#include "service/http/http_message.h"

namespace luthier {

std::string gzipped(std::string_view bytes);
// Whether the request's Accept-Encoding names gzip and does not refuse it.
bool takes_gzip(const HttpRequest& request);

}  // namespace luthier
