#include "store/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "store/files.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kBlock = 1 << 18;

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += kHex[static_cast<unsigned char>(c) >> 4];
    hex += kHex[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto high = kHex.find(hex[i]);
    const auto low = kHex.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return hex.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

// Size and sum of one open file.
Result<ManifestEntry> digest(int file, const fs::path& path) {
  Sha256 sum;
  ManifestEntry entry;
  std::string block(kBlock, '\0');
  for (ssize_t length = 1; length != 0;) {
    length = ::read(file, block.data(), block.size());
    if (length < 0 && errno != EINTR) {
      return system_error("read", path);
    }
    if (length > 0) {
      sum.add({block.data(), static_cast<std::size_t>(length)});
      entry.bytes += length;
    }
  }
  entry.sha256 = sum.hex();
  return entry;
}

Result<ManifestEntry> describe_file(const fs::path& path) {
  // Not following a link that took the file's place, and not waiting on a pipe.
  const FileDescriptor file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return system_error("read", path);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error{
        ErrorCode::invalid_argument,
        path.string() + " is neither a file nor a directory; a checkpoint holds nothing else"};
  }
  return digest(file.get(), path);
}

class Walker {
 public:
  Walker(fs::path root, const std::function<Result<>(const fs::path&)>& visited)
      : root_(std::move(root)), visited_(visited) {}

  Result<> walk(const fs::path& directory) {
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      if (auto visited = visit(*entries); !visited) {
        return visited;
      }
    }
    if (error) {
      return Error{ErrorCode::io, "cannot read " + directory.string() + ": " + error.message()};
    }
    return visited_ ? visited_(directory) : Result<>();
  }

  std::vector<ManifestEntry> found;

 private:
  Result<> visit(const fs::directory_entry& entry) {
    std::error_code error;
    const auto status = entry.symlink_status(error);
    if (fs::is_symlink(status)) {
      return Error{ErrorCode::invalid_argument,
                   entry.path().string() + " is a symbolic link; a checkpoint holds its own files"};
    }
    if (fs::is_directory(status)) {
      return walk(entry.path());
    }
    const std::string name = entry.path().lexically_relative(root_).string();
    if (name == kManifestName) {
      return {};
    }
    auto described = describe_file(entry.path());
    if (!described) {
      return described.error();
    }
    described->name = name;
    found.push_back(std::move(*described));
    return visited_ ? visited_(entry.path()) : Result<>();
  }

  fs::path root_;
  const std::function<Result<>(const fs::path&)>& visited_;
};

Error bad_manifest(const fs::path& directory) {
  return {
      ErrorCode::corruption,
      (directory / kManifestName).string() + " is damaged, so the checkpoint can't be restored"};
}

std::optional<ManifestEntry> parse_entry(const nlohmann::json& item) {
  const auto text = [&](const char* key) {
    const auto found = item.find(key);
    return found != item.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                     : std::nullopt;
  };
  if (!item.is_object() || !item.contains("bytes") || !item["bytes"].is_number_integer()) {
    return std::nullopt;
  }
  const auto hex = text("name_hex");
  const auto name = hex ? from_hex(*hex) : text("name");
  const auto sum = text("sha256");
  if (!name || !sum) {
    return std::nullopt;
  }
  return ManifestEntry{*name, item["bytes"].get<std::int64_t>(), *sum};
}

}  // namespace

Result<std::vector<ManifestEntry>> describe_files(
    const fs::path& directory, const std::function<Result<>(const fs::path&)>& visited) {
  Walker walker(directory, visited);
  if (const auto walked = walker.walk(directory); !walked) {
    return walked.error();
  }
  std::ranges::sort(walker.found, {}, &ManifestEntry::name);
  return std::move(walker.found);
}

Result<> write_manifest(const fs::path& directory, const std::vector<ManifestEntry>& entries) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const auto& entry : entries) {
    nlohmann::ordered_json item;
    // JSON holds text; a name that is none is given by its bytes.
    const bool is_text = to_utf8(entry.name) == entry.name;
    item[is_text ? "name" : "name_hex"] = is_text ? entry.name : to_hex(entry.name);
    item["bytes"] = entry.bytes;
    item["sha256"] = entry.sha256;
    files.push_back(std::move(item));
  }
  const nlohmann::ordered_json manifest = {{"format", 1}, {"files", std::move(files)}};
  const auto path = directory / kManifestName;
  const FileDescriptor file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (!file || ::fchmod(file.get(), 0600) != 0) {
    return system_error("write", path);
  }
  return write_all(file.get(), manifest.dump(1) + "\n", path);
}

Result<std::vector<ManifestEntry>> read_manifest(const fs::path& directory) {
  const auto path = directory / kManifestName;
  const FileDescriptor file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file) {
    return Error{
        ErrorCode::corruption,
        directory.string() + " has no " + kManifestName + ", so it is not a whole checkpoint"};
  }
  std::string text;
  std::string block(kBlock, '\0');
  for (ssize_t length = 1; length != 0;) {
    length = ::read(file.get(), block.data(), block.size());
    if (length < 0 && errno != EINTR) {
      return system_error("read", path);
    }
    text.append(block.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  }
  const auto manifest = nlohmann::json::parse(text, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_array()) {
    return bad_manifest(directory);
  }
  std::vector<ManifestEntry> entries;
  for (const auto& item : manifest["files"]) {
    auto entry = parse_entry(item);
    if (!entry) {
      return bad_manifest(directory);
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace luthier
