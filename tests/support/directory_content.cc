#include "support/directory_content.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace luthier::test {

namespace fs = std::filesystem;

ScratchDirectory::ScratchDirectory() {
  // Thousands of small files: in memory where that is possible.
  const fs::path memory = "/dev/shm";
  const fs::path parent = ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
  std::string name = (parent / "luthier-test-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

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

}  // namespace luthier::test
