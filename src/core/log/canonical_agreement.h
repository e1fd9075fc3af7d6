// CanonicalAgreement: whether two canonical exports tell the same story, and if not, where they
// part. Numbers may differ by a relative tolerance; with none, every byte that means something has
// to be the same, reasons included.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "luthier/error.h"

namespace luthier {

struct Agreement {
  std::int64_t trials = 0;          // of the first export
  std::int64_t configurations = 0;  // compared, those of segments
  std::int64_t results = 0;
  std::int64_t decisions = 0;
  std::int64_t differences = 0;
  std::string first_difference;  // a sentence; "" when there is none
  double largest_deviation = 0;  // relative, of the metrics that were compared
};

class CanonicalAgreement {
 public:
  // `tolerance` >= 0 is relative: |a - b| <= tolerance * max(|a|, |b|). It holds for metrics and
  // for the numbers of decisions; with one above 0 the wording of reasons is not compared, for it
  // holds such numbers.
  explicit CanonicalAgreement(double tolerance) : tolerance_(tolerance) {}

  // Texts as CanonicalExport writes them. An error (corruption) names the line that is none.
  Result<Agreement> compare(std::string_view first, std::string_view second);

 private:
  Result<> read(std::string_view text, std::map<std::int64_t, Json>& trials) const;
  void compare_trials(std::int64_t id, const Json& first, const Json& second);
  void compare_segments(const std::string& where, const Json& first, const Json& second);
  void compare_lists(const std::string& where,
                     const char* what,
                     const Json& first,
                     const Json& second,
                     std::int64_t& counted);
  // Whether values of equal shape agree; `numbers` may deviate.
  bool same(const Json& first, const Json& second, bool numbers);
  bool same_scalar(const Value& first, const Value& second, bool numbers);
  bool decision_same(const Json& first, const Json& second);
  void differ(std::string sentence);

  double tolerance_;
  Agreement agreement_;
};

}  // namespace luthier
