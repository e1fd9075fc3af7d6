// The syntax tree of an expression: nodes in a vector, children by index and always before their
// parent, so that destroying and copying never recurses. Shared by parser, evaluator and printer.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "luthier/value.h"

namespace luthier {

enum class Operation : std::uint8_t {
  literal,
  name,
  list,
  negate,
  plus,
  logical_not,
  logical_and,
  logical_or,
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  modulo,
  power,
  comparison,   // children compared pair by pair with `comparisons`
  conditional,  // children: value, condition, otherwise
  call,
};

enum class Comparison : std::uint8_t {
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  in,
  not_in,
};

enum class Function : std::uint8_t {
  minimum,
  maximum,
  absolute,
  round,
  floor,
  ceil,
  integer,
  real,
  log,
  log2,
  log10,
  exp,
  sqrt,
  power,
};

struct FunctionRow {
  std::string_view name;
  std::size_t least_arguments;
  std::size_t most_arguments;
};
// In the order of Function.
inline constexpr std::array<FunctionRow, 14> kFunctions = {{
    {"min", 1, 64},
    {"max", 1, 64},
    {"abs", 1, 1},
    {"round", 1, 2},
    {"floor", 1, 1},
    {"ceil", 1, 1},
    {"int", 1, 1},
    {"float", 1, 1},
    {"log", 1, 2},
    {"log2", 1, 1},
    {"log10", 1, 1},
    {"exp", 1, 1},
    {"sqrt", 1, 1},
    {"pow", 2, 2},
}};
// In the order of Comparison.
inline constexpr std::array<std::string_view, 8> kComparisons = {
    "<", "<=", ">", ">=", "==", "!=", "in", "not in"};

struct ExpressionNode {
  Operation operation = Operation::literal;
  Function function = Function::minimum;  // of a call
  std::uint32_t name = 0;                 // of a name: index into the names of the expression
  std::uint32_t height = 1;               // of the tree below, this node included
  Value value = {};                       // of a literal
  std::vector<std::uint32_t> children = {};
  std::vector<Comparison> comparisons = {};
};

// How tightly an operation binds; a higher number binds first.
namespace precedence {
inline constexpr int kConditional = 1;
inline constexpr int kOr = 2;
inline constexpr int kAnd = 3;
inline constexpr int kNot = 4;
inline constexpr int kComparison = 5;
inline constexpr int kSum = 6;
inline constexpr int kProduct = 7;
inline constexpr int kSign = 8;
inline constexpr int kPower = 9;
inline constexpr int kAtom = 10;
}  // namespace precedence

}  // namespace luthier
