// Formats of one record a line.
#pragma once

#include "executors/results/files/record_formats.h"

namespace luthier {

// Cuts bytes into lines.
class LineFormat : public RecordFormat {
 public:
  void take(std::string_view bytes, std::vector<Metrics>& records) final;
  void finish(std::vector<Metrics>& records) final;

 private:
  virtual void take_line(std::string_view line, std::vector<Metrics>& records) = 0;
  std::string partial_;
};

// Values with commas, tabs or semicolons between them below a line of names, which may come again
// with other names.
class DelimitedFormat final : public LineFormat {
 private:
  void take_line(std::string_view line, std::vector<Metrics>& records) override;
  bool is_header(const std::vector<std::string>& cells) const;

  char delimiter_ = '\0';
  std::vector<std::string> columns_;
};

class JsonLinesFormat final : public LineFormat {
 private:
  void take_line(std::string_view line, std::vector<Metrics>& records) override;
};

// "timestamp value step"
class MlflowFormat final : public LineFormat {
 public:
  explicit MlflowFormat(std::string metric) : metric_(std::move(metric)) {}

 private:
  void take_line(std::string_view line, std::vector<Metrics>& records) override;
  const std::string metric_;
};

}  // namespace luthier
