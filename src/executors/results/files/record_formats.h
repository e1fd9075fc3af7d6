// The formats in which programs keep their metrics in files: bytes in, records out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/value.h"

namespace luthier {

// A format that grows at its end.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;
  // The next bytes, in any portions.
  virtual void take(std::string_view bytes, std::vector<Metrics>& records) = 0;
  // Nothing follows: a last line may lack its end.
  virtual void finish(std::vector<Metrics>& records) { (void)records; }
};

// By the name of the file, relative to the trial's directory: CSV and TSV, JSON lines, TensorBoard
// events ("tfevents" in the name), an MLflow metric (below a directory "metrics"; its name is what
// follows). Null: of no such format.
std::unique_ptr<RecordFormat> make_record_format(std::string_view path);

// A JSON document, read when it is complete: one object, a list of objects, or one object a line.
// Where an object holds a list of objects (hyperfine's and google-benchmark's "results"), these are
// the records: under their own names when there is one, else behind its "name" or "command".
std::vector<Metrics> records_of_json(std::string_view text);

}  // namespace luthier
