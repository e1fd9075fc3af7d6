#include "tuner/machine/gpus.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace luthier {
namespace {

using Names = std::vector<std::string>;

class Gpus : public testing::Test {
 protected:
  void device(const std::string& name) {
    std::filesystem::create_directories(root_.path() / "dev");
    std::ofstream(root_.path() / "dev" / name) << "";
  }
  void known(const std::string& bus) {
    std::filesystem::create_directories(root_.path() / "proc/driver/nvidia/gpus" / bus);
  }
  std::optional<Names> visible(const char* variable) {
    return visible_gpus(variable, root_.path());
  }

  TemporaryDirectory root_;
};

TEST_F(Gpus, TheDriversFilesAreCounted) {
  EXPECT_EQ(visible(nullptr), std::nullopt);
  for (const char* name : {"nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "nvidia", "null"}) {
    device(name);
  }
  EXPECT_EQ(visible(nullptr), (Names{"0", "1"}));
  known("0000:01:00.0");
  EXPECT_EQ(visible(nullptr), (Names{"0"}));
  known("0000:02:00.0");
  known("0000:03:00.0");
  EXPECT_EQ(visible(nullptr), (Names{"0", "1"}));
}

TEST_F(Gpus, TheCallersVariableSaysWhich) {
  EXPECT_EQ(visible(""), Names());
  EXPECT_EQ(visible("-1"), Names());
  EXPECT_EQ(visible("3, 1"), (Names{"3", "1"}));
  EXPECT_EQ(visible("0,-1,1"), (Names{"0"}));
  EXPECT_EQ(visible("GPU-8f,MIG-1a,NoDevFiles,2"), (Names{"GPU-8f", "MIG-1a"}));
  device("nvidia0");
  device("nvidia1");
  EXPECT_EQ(visible("1,2,0"), (Names{"1"}));
}

TEST_F(Gpus, AreSharedUpToWhatIsVisible) {
  const Names two = {"GPU-a", "5"};
  EXPECT_EQ(shared_gpus(-1, two).value().amount, 2);
  EXPECT_EQ(shared_gpus(-1, two).value().names, two);
  EXPECT_EQ(shared_gpus(0.5, two).value().amount, 0.5);
  EXPECT_EQ(shared_gpus(0, two).value().amount, 0);
  EXPECT_NE(shared_gpus(3, two).error().message.find("--gpus is 3, and 2 gpus are visible here"),
            std::string::npos);
  EXPECT_FALSE(shared_gpus(1, Names()));
  EXPECT_EQ(shared_gpus(4, std::nullopt).value().amount, 4);
  EXPECT_EQ(shared_gpus(-1, std::nullopt).value().amount, 0);
}

}  // namespace
}  // namespace luthier
