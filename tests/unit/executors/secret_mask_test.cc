#include "executors/programs/command/secret_mask.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace luthier {
namespace {

// `text` in pieces of up to `most` bytes.
std::string streamed(const SecretMask& mask, std::string_view text, std::size_t most) {
  std::mt19937 random(7);
  MaskedStream stream(mask);
  std::string out;
  while (!text.empty()) {
    const auto piece = text.substr(0, 1 + random() % most);
    out += stream.write(piece);
    text.remove_prefix(piece.size());
  }
  return out + std::string(stream.finish());
}

TEST(SecretMask, HidesASecretWhereverItStandsAndIsCut) {
  const SecretMask mask({"hush-one", "hush-one-more", "aabaab"});
  const std::string text =
      "x hush-one, hush-one-more; hush-on\nhush-hush-one aabaabaab aabaa hush-one-mor";
  const std::string masked = "x ***, ***; hush-on\nhush-*** ***aab aabaa ***-mor";
  EXPECT_EQ(mask.masked(text), masked);
  for (std::size_t most = 1; most < 12; ++most) {
    EXPECT_EQ(streamed(mask, text, most), masked) << most;
  }
}

TEST(SecretMask, HidesTheLinesOfASecretOfSeveral) {
  const SecretMask mask({"-----BEGIN-----\nMIIEpAIBAAKC\n\nend\n"});
  EXPECT_EQ(mask.masked("got MIIEpAIBAAKC\r\nend"), "got ***\r\nend");
}

TEST(SecretMask, LeavesWhatIsTooShortToBeFound) {
  const SecretMask mask({"", "1", "abc"});
  EXPECT_TRUE(mask.empty());
  EXPECT_EQ(streamed(mask, "loss=1 abc", 3), "loss=1 abc");
}

TEST(SecretMask, ShowsAtOnceWhatCanBeNoSecret) {
  const SecretMask mask({"hush-one"});
  MaskedStream stream(mask);
  EXPECT_EQ(stream.write("loss=1\nhu"), "loss=1\n");
  EXPECT_EQ(stream.write("m\n"), "hum\n");
}

TEST(SecretMask, HidesNamesAndTextsOfMetrics) {
  const SecretMask mask({"hush-one"});
  const Metrics metrics = mask.masked_metrics(
      Metrics{{"loss", 0.5}, {"key hush-one", 1}, {"note", ValueList{"is hush-one", 2}}});
  EXPECT_EQ(to_json(metrics), R"({"loss": 0.5, "key ***": 1, "note": ["is ***", 2]})");
}

}  // namespace
}  // namespace luthier
