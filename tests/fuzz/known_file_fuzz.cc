// Files after --known and --points: CSV tables, and objects one a line or in a list.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "cli/output/csv_table.h"
#include "cli/output/json_objects.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const std::string text(Input(data, size).rest());
  if (const auto table = cli::read_csv("x.csv", text)) {
    LUTHIER_CHECK(table->lines.size() == table->rows.size(), "each row has its line");
    for (const auto& row : table->rows) {
      LUTHIER_CHECK(row.size() == table->names.size(), "a row of another length");
    }
  }
  static_cast<void>(cli::for_each_json("x", text, [](const Json& json, const std::string&) {
    static_cast<void>(cli::flattened(json));
    return Result<>();
  }));
  return 0;
}
