#include "executors/programs/guardian/process_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dirent.h>

namespace luthier::guardian {
namespace {

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
};

// Reads a small /proc file; returns the number of bytes, zero-terminated in `buffer`.
std::size_t slurp(const char* path, char* buffer, std::size_t capacity) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return 0;
  }
  std::size_t size = 0;
  while (size + 1 < capacity) {
    const ssize_t count = read(fd, buffer + size, capacity - 1 - size);
    if (count <= 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  close(fd);
  buffer[size] = '\0';
  return size;
}

// The command's name in /proc/PID/stat may hold anything, so the fields count from its last ')'.
bool read_process(pid_t pid, Process& process) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (slurp(path, text, sizeof text) == 0) {
    return false;
  }
  const char* after = strrchr(text, ')');
  if (after == nullptr || after[1] == '\0' || after[2] == '\0') {
    return false;
  }
  process.pid = pid;
  process.parent = static_cast<pid_t>(strtol(after + 3, nullptr, 10));
  return true;
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) {
    return all;
  }
  while (const dirent* entry = readdir(directory)) {
    Process process;
    const auto pid = static_cast<pid_t>(strtol(entry->d_name, nullptr, 10));
    if (pid > 0 && read_process(pid, process)) {
      all.push_back(process);
    }
  }
  closedir(directory);
  return all;
}

std::uint64_t sum_over_descendants(std::uint64_t (*bytes_of)(pid_t)) {
  std::uint64_t total = 0;
  for (const pid_t pid : descendants()) {
    total += bytes_of(pid);
  }
  return total;
}

std::uint64_t resident_of(pid_t pid) {
  char path[64];
  char text[256];
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  if (slurp(path, text, sizeof text) == 0) {
    return 0;
  }
  const char* second = strchr(text, ' ');
  const auto pages = second != nullptr ? strtoull(second, nullptr, 10) : 0;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t proportional_of(pid_t pid) {
  char path[64];
  char text[4096];
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  if (slurp(path, text, sizeof text) == 0) {
    return 0;
  }
  const char* line = strstr(text, "\nPss:");
  return line != nullptr ? strtoull(line + 5, nullptr, 10) * 1024 : resident_of(pid);
}

}  // namespace

std::vector<pid_t> descendants() {
  const std::vector<Process> all = all_processes();
  std::vector<pid_t> found{getpid()};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const Process& process : all) {
      if (process.parent == found[next]) {
        found.push_back(process.pid);
      }
    }
  }
  found.erase(found.begin());
  return found;
}

std::uint32_t kill_descendants() {
  // A process that was forked while /proc was read is seen by the next look; once a look finds no
  // process that still runs, none can appear.
  std::size_t stopped = 0;
  std::vector<pid_t> all = descendants();
  for (int look = 0; look < 100 && all.size() > stopped; ++look) {
    for (const pid_t pid : all) {
      kill(pid, SIGSTOP);
    }
    stopped = all.size();
    all = descendants();
  }
  std::uint32_t refused = 0;
  for (const pid_t pid : all) {
    refused += kill(pid, SIGKILL) != 0 && errno == EPERM ? 1 : 0;
  }
  return refused;
}

std::uint32_t kill_children_except(const std::vector<pid_t>& spared) {
  std::uint32_t killed = 0;
  for (const Process& process : all_processes()) {
    if (process.parent == getpid() && std::ranges::find(spared, process.pid) == spared.end()) {
      kill(process.pid, SIGKILL);
      ++killed;
    }
  }
  return killed;
}

std::uint64_t resident_bytes() {
  return sum_over_descendants(resident_of);
}

std::uint64_t proportional_bytes() {
  return sum_over_descendants(proportional_of);
}

}  // namespace luthier::guardian
