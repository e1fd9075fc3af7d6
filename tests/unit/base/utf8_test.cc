// The encoder and the decoder are each other's inverse.
#include "base/utf8.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "base/text.h"

namespace luthier {
namespace {

TEST(Utf8, EveryCharacterComesBack) {
  for (char32_t code = 0; code <= 0x10FFFF; code == 0xD7FF ? code = 0xE000 : ++code) {
    std::string text;
    append_utf8(text, code);
    const Character back = first_character(text);
    ASSERT_EQ(std::uint32_t{back.code}, std::uint32_t{code});
    ASSERT_EQ(back.length, text.size()) << std::uint32_t{code};
  }
}

TEST(Utf8, WhatItWritesIsWellFormed) {
  for (const char32_t code :
       {0x00U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text = "a";
    append_utf8(text, code);
    text += 'b';
    EXPECT_EQ(to_utf8(text), text) << std::uint32_t{code};
  }
}

}  // namespace
}  // namespace luthier
