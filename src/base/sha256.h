// SHA-256 of a stream of bytes, as 64 hexadecimal digits.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace luthier {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  std::string hex();  // once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);

}  // namespace luthier
