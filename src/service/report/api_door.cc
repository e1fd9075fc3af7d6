#include "service/report/api_door.h"

namespace luthier {
namespace {

std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto real = std::filesystem::canonical(path, ignored);
  return real.empty() ? path : real;
}

}  // namespace

ApiDoor::ApiDoor(const std::filesystem::path& experiment)
    : experiment_(real_path(experiment)), api_(experiment_.parent_path(), "report") {}

ApiDoor::Answer ApiDoor::ask(const std::vector<std::string>& path, const Query& query) {
  RequestTarget target{.segments = {"api", "v1", "experiments", experiment_.filename().string()},
                       .query = query};
  target.segments.insert(target.segments.end(), path.begin(), path.end());
  HttpResponse response = api_.answer({.method = "GET"}, target, {Role::views});
  if (response.body.ends_with('\n')) {
    response.body.pop_back();
  }
  return {std::move(response.body), response.status != 200};
}

}  // namespace luthier
