#include "support/directory_content.h"

#include <fstream>
#include <iterator>

namespace luthier {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::map<std::string, std::string> content_of(const fs::path& directory) {
  std::map<std::string, std::string> content;
  for (fs::recursive_directory_iterator entry(directory), end; entry != end; ++entry) {
    if (entry.depth() == 0 && entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      content[entry->path().lexically_relative(directory).string()] = read_bytes(entry->path());
    }
  }
  return content;
}

}  // namespace luthier
