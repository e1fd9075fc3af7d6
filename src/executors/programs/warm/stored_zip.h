// A zip archive of files, each stored as it is: what Python imports modules from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace luthier {

struct ZipFile {
  std::string_view name;
  std::string_view content;
};

std::string stored_zip(const std::vector<ZipFile>& files);

}  // namespace luthier
