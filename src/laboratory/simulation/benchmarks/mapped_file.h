// MappedFile: a file's bytes without reading it: pages come in when they are looked at.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "luthier/error.h"

namespace luthier {

class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace luthier
