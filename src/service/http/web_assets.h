// The files of web/, inside the library.
#pragma once

#include <optional>
#include <string_view>

namespace luthier {

struct WebAsset {
  std::string_view type;  // Content-Type
  std::string_view bytes;
};

// `name` as it is in web/: "index.html".
std::optional<WebAsset> web_asset(std::string_view name);

}  // namespace luthier
