#include "store/experiment_lock.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace luthier {
namespace {

// Lets this process open `more` descriptors beside those it has.
class FewDescriptors {
 public:
  explicit FewDescriptors(int more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(STDIN_FILENO);
    ::close(next);
    struct rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next + more);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  struct rlimit before_{};
};

TEST(ExperimentLock, EndsWithAnErrorOrTheLockHoweverFewDescriptorsThereAre) {
  const TemporaryDirectory directory;
  for (int more = 0; more < 6; ++more) {
    const FewDescriptors few(more);
    const auto lock = ExperimentLock::take(directory.path());
    EXPECT_EQ(lock.ok(), more >= 3) << more;
    if (!lock) {
      EXPECT_NE(lock.error().message.find("Too many open files"), std::string::npos)
          << lock.error().message;
    }
  }
}

}  // namespace
}  // namespace luthier
