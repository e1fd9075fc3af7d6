// SHA-256 against the sums that NIST publishes, in every way that the bytes may arrive, and its two
// implementations against each other.
#include "base/sha256.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

std::string random_bytes(Rng& rng, std::size_t length) {
  std::string bytes(length, '\0');
  for (char& c : bytes) {
    c = static_cast<char>(rng.bits());
  }
  return bytes;
}

// Examples of FIPS 180-4 and NIST's additional vectors, of which many lie where padding changes.
TEST(Sha256, GivesThePublishedSums) {
  struct Row {
    std::string message;
    std::string sum;
  };
  const std::vector<Row> rows = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmn"
       "opqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
      {std::string(1000000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
      {"\xbd", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
      {"\xc9\x8c\x8e\x55", "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
      {std::string(55, '\0'), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
      {std::string(56, '\0'), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
      {std::string(57, '\0'), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"},
      {std::string(64, '\0'), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
      {std::string(1000, '\0'), "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
      {std::string(1000, 'A'), "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"},
      {std::string(1005, 'U'), "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"},
      {std::string(1000000, '\0'),
       "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025"}};
  for (const auto& [message, sum] : rows) {
    EXPECT_EQ(sha256(message), sum) << message.size() << " bytes";
  }
}

TEST(Sha256, IsTheSameHoweverTheBytesArrive) {
  Rng rng(1, "pieces");
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string message = random_bytes(rng, length);
    Sha256 byte_by_byte, in_pieces;
    for (std::size_t i = 0; i < length; ++i) {
      byte_by_byte.add(std::string_view(message).substr(i, 1));
    }
    for (std::string_view left = message; !left.empty();) {
      const auto taken = static_cast<std::size_t>(rng.below(left.size() + 1));
      in_pieces.add(left.substr(0, taken));
      left.remove_prefix(taken);
    }
    EXPECT_EQ(byte_by_byte.hex(), sha256(message)) << length << " bytes";
    EXPECT_EQ(in_pieces.hex(), sha256(message)) << length << " bytes";
  }
}

TEST(Sha256, BothWaysAgree) {
  Rng rng(2, "blocks");
  for (std::size_t blocks = 0; blocks < 40; ++blocks) {
    const std::string bytes = random_bytes(rng, 64 * blocks);
    std::array<std::uint32_t, 8> state;
    for (std::uint32_t& word : state) {
      word = static_cast<std::uint32_t>(rng.bits());
    }
    auto portable = state;
    sha256_blocks(state, bytes);
    sha256_blocks_portably(portable, bytes);
    EXPECT_EQ(state, portable) << blocks << " blocks";
  }
}

// The published sums hold for both only because of this one, whatever this machine has.
TEST(Sha256, ThePortableWayGivesAPublishedSum) {
  std::array<std::uint32_t, 8> state = {0x6a09e667,
                                        0xbb67ae85,
                                        0x3c6ef372,
                                        0xa54ff53a,
                                        0x510e527f,
                                        0x9b05688c,
                                        0x1f83d9ab,
                                        0x5be0cd19};
  std::string block(64, '\0');
  block.replace(0, 4, "abc\x80");
  block.back() = 24;  // bits
  sha256_blocks_portably(state, block);
  const std::array<std::uint32_t, 8> published = {0xba7816bf,
                                                  0x8f01cfea,
                                                  0x414140de,
                                                  0x5dae2223,
                                                  0xb00361a3,
                                                  0x96177a9c,
                                                  0xb410ff61,
                                                  0xf20015ad};
  EXPECT_EQ(state, published);
}

}  // namespace
}  // namespace luthier
