#include "support/source_directory.h"

namespace luthier::testing {

std::filesystem::path source_directory() {
  return LUTHIER_SOURCE_DIR;
}

}  // namespace luthier::testing
