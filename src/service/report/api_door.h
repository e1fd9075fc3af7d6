// ApiDoor: what the API answers about one experiment, asked from inside.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "service/http/experiments_api.h"

namespace luthier {

class ApiDoor {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  explicit ApiDoor(const std::filesystem::path& experiment);

  struct Answer {
    std::string json;  // one line
    bool refused = false;
  };
  // `path`: below the experiment's, such as {"trials", "3"}.
  Answer ask(const std::vector<std::string>& path, const Query& query = {});

 private:
  const std::filesystem::path experiment_;  // without links: the API follows none
  ExperimentsApi api_;
};

}  // namespace luthier
