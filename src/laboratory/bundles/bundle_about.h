// bundle.json: what a bundle says about itself, as text and back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/json.h"
#include "laboratory/bundles/bundle.h"

namespace luthier {

// Of one file in the archive.
struct BundleContent {
  std::int64_t bytes = 0;
  std::string sha256;
};
using Contents = std::map<std::string_view, BundleContent>;  // by name

std::string about_json(const Bundle& bundle, const Contents& contents);

// Whether `about` is of a version this program reads and names each of `contents` as it is.
Result<> check_contents(const Json& about, const Contents& contents, const std::string& what);
// A bundle without its spec and its results.
Bundle bundle_of(const Json& about);

}  // namespace luthier
