// Where the sources are, for tests that read what lies beside them: documents, tables, stores.
#pragma once

#include <filesystem>

namespace luthier::testing {

std::filesystem::path source_directory();

}  // namespace luthier::testing
