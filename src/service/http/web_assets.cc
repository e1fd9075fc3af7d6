#include "service/http/web_assets.h"

#include <cstddef>

namespace {

struct Row {
  const char* name;
  const char* begin;
  const char* end;
};

}  // namespace

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler, which CMake writes
extern const Row luthier_web_assets[];
extern const Row luthier_web_assets_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {
namespace {

std::string_view type_of(std::string_view name) {
  return name.ends_with(".html")  ? "text/html; charset=utf-8"
         : name.ends_with(".css") ? "text/css; charset=utf-8"
         : name.ends_with(".svg") ? "image/svg+xml"
                                  : "text/javascript; charset=utf-8";
}

}  // namespace

std::optional<WebAsset> web_asset(std::string_view name) {
  for (const Row* row = luthier_web_assets; row != luthier_web_assets_end; ++row) {
    if (name == row->name) {
      const auto size = static_cast<std::size_t>(row->end - row->begin);
      return WebAsset{type_of(name), {row->begin, size}};
    }
  }
  return std::nullopt;
}

}  // namespace luthier
