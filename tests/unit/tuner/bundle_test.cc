// Bundles: what is packed comes back, and what no bundle would hold is refused before it is used.
#include "laboratory/bundles/bundle.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "laboratory/bundles/tar.h"
#include "luthier/luthier.h"
#include "luthier/rng.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class BundleTest : public ::testing::Test {
 protected:
  // An experiment of two trials of a program that echoes a metric.
  void SetUp() override {
    ExperimentSpec spec{.name = "e", .objectives = {{"loss"}}, .samples = 2, .executor = "process"};
    spec.space.add("x", uniform(0, 1));
    spec.searcher = {"random"};
    spec.command = {"/bin/echo", "loss={x}"};
    RunContext options;
    options.session.results = place_.path();
    options.session.jobs = 1;
    const auto outcome = run_experiment(spec, PluginRegistry(), options);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    bundle_ = place_.path() / "e.bundle";
    const auto written = write_bundle(place_.path() / "e", bundle_);
    ASSERT_TRUE(written.ok()) << written.error().message;
  }

  std::string problem(const std::filesystem::path& path) {
    const auto bundle = read_bundle(path);
    return bundle ? "" : bundle.error().message;
  }
  void write(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  TemporaryDirectory place_;
  std::filesystem::path bundle_;
};

TEST_F(BundleTest, HoldsWhatARerunNeeds) {
  const auto bundle = read_bundle(bundle_);
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  EXPECT_EQ(bundle->spec.name, "e");
  EXPECT_EQ(bundle->spec.samples, 2);
  EXPECT_EQ(bundle->spec.command, (std::vector<std::string>{"/bin/echo", "loss={x}"}));
  EXPECT_EQ(bundle->facts.jobs, 1);
  EXPECT_FALSE(bundle->facts.luthier_version.empty());
  ASSERT_EQ(bundle->needs.size(), 1U);
  EXPECT_EQ(bundle->needs[0].path, "/bin/echo");
  EXPECT_EQ(bundle->needs[0].sha256.size(), 64U);
  EXPECT_THAT(bundle->canonical, HasSubstr("\"trial\": 1"));
}

TEST_F(BundleTest, EqualExperimentsGiveEqualBytes) {
  const auto again = place_.path() / "again";
  ASSERT_TRUE(write_bundle(place_.path() / "e", again).ok());
  EXPECT_EQ(content(again), content(bundle_));
}

TEST_F(BundleTest, NothingIsOverwritten) {
  const auto written = write_bundle(place_.path() / "e", bundle_);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::already_exists);
}

TEST_F(BundleTest, EveryTruncationIsNoticed) {
  const std::string whole = content(bundle_);
  const auto cut = place_.path() / "cut";
  for (std::size_t size = 0; size < whole.size(); size += size + 64 < whole.size() ? 13 : 1) {
    write(cut, std::string_view(whole).substr(0, size));
    EXPECT_NE(problem(cut), "") << size << " of " << whole.size();
  }
}

TEST_F(BundleTest, WhatFollowsTheEndIsNoticed) {
  write(bundle_, content(bundle_) + "more");
  EXPECT_THAT(problem(bundle_), HasSubstr("does not end as a bundle does; copy or make it again"));
}

// gzip's header and the sums hold every byte that means something: a flip is an error or the same.
TEST_F(BundleTest, EveryFlippedByteIsNoticedOrHarmless) {
  const std::string whole = content(bundle_);
  const auto before = read_bundle(bundle_);
  const auto flipped = place_.path() / "flipped";
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    write(flipped, changed);
    const auto after = read_bundle(flipped);
    if (after) {
      EXPECT_EQ(after->canonical, before->canonical) << i;
      EXPECT_EQ(to_json(after->spec), to_json(before->spec)) << i;
    }
  }
}

// An archive with one file of this name, or what `change` makes of its header.
std::filesystem::path archive(const std::filesystem::path& path,
                              const std::string& name,
                              std::int64_t bytes,
                              const std::string& text) {
  std::filesystem::remove(path);
  GzipWriter gzip;
  EXPECT_TRUE(gzip.open(path).ok());
  TarWriter tar(gzip);
  EXPECT_TRUE(tar.begin(name, bytes).ok());
  EXPECT_TRUE(gzip.write(text).ok());
  EXPECT_TRUE(tar.end_archive().ok());
  EXPECT_TRUE(gzip.close().ok());
  return path;
}

TEST_F(BundleTest, RefusesOtherNames) {
  const auto path = place_.path() / "hostile";
  for (const char* name :
       {"../evil", "/etc/passwd", "./bundle.json", "bundle.json/", "x", "spec.json\x1b]0;x"}) {
    EXPECT_THAT(problem(archive(path, name, 0, "")), HasSubstr("which no bundle holds")) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(place_.path().parent_path() / "evil"));
}

TEST_F(BundleTest, RefusesLinksAndDirectories) {
  for (const char kind : {'1', '2', '3', '5', 'x', 'L'}) {
    const auto path = place_.path() / "hostile";
    std::filesystem::remove(path);
    // A header as TarWriter makes it, of another kind, its sum put right.
    GzipWriter gzip;
    ASSERT_TRUE(gzip.open(path).ok());
    std::string header(512, '\0');
    header.replace(0, 9, "spec.json");
    header.replace(124, 11, "00000000000");
    header[156] = kind;
    header.replace(157, 11, "/etc/passwd");
    header.replace(257, 5, "ustar");
    std::int64_t sum = 8 * ' ';
    for (const char c : header) {
      sum += static_cast<unsigned char>(c);
    }
    for (int i = 5; i >= 0; --i, sum /= 8) {
      header[static_cast<std::size_t>(148 + i)] = static_cast<char>('0' + (sum % 8));
    }
    ASSERT_TRUE(gzip.write(header + std::string(1024, '\0')).ok());
    ASSERT_TRUE(gzip.close().ok());
    EXPECT_THAT(problem(path), HasSubstr("which is not a regular file")) << kind;
  }
}

TEST_F(BundleTest, RefusesBombs) {
  const auto large = place_.path() / "large";
  EXPECT_THAT(problem(archive(large, "bundle.json", std::int64_t{1} << 32, "")),
              HasSubstr("too large"));
  const auto swelling = place_.path() / "swelling";
  archive(swelling, "canonical.jsonl", 64 << 20, std::string(64 << 20, ' '));
  EXPECT_LT(std::filesystem::file_size(swelling), 100'000U);
  EXPECT_THAT(problem(swelling), HasSubstr("swells to more than 200 times"));
}

TEST_F(BundleTest, RefusesWhatIsNoBundle) {
  EXPECT_THAT(problem(place_.path() / "nothing"), HasSubstr("there is no file"));
  EXPECT_THAT(problem(place_.path()), HasSubstr("there is no file"));
  const auto text = place_.path() / "text";
  write(text, "hello");
  EXPECT_THAT(problem(text), HasSubstr("not a complete gzip file"));
  const auto half = archive(place_.path() / "half", "bundle.json", 0, "");
  EXPECT_THAT(problem(half), HasSubstr("holds no README.txt"));
}

TEST_F(BundleTest, AFunctionsExperimentIsNotPacked) {
  Space space;
  space.add("x", uniform(0, 1));
  Tuner tuner([](TrialContext& trial) { trial.report({{"loss", 1.0}}); }, space);
  ASSERT_TRUE(tuner.name("f").minimize("loss").results(place_.path()).log({}).run().ok());
  const auto written = write_bundle(place_.path() / "f", place_.path() / "f.bundle");
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.error().message, HasSubstr("functions of a program of its own"));
  EXPECT_FALSE(std::filesystem::exists(place_.path() / "f.bundle"));
}

}  // namespace
}  // namespace luthier
