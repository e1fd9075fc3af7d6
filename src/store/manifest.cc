#include "store/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/failure.h"
#include "base/format.h"
#include "base/sha256.h"
#include "base/text.h"
#include "core/json.h"
#include "core/json_writer.h"
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
Result<ManifestEntry> digest(int file, const fs::path& path, const std::atomic<bool>* given_up) {
  Sha256 sum;
  ManifestEntry entry;
  std::string block(kBlock, '\0');
  for (ssize_t length = 1; length != 0;) {
    if (given_up != nullptr && *given_up) {
      return Error{ErrorCode::unavailable,
                   path.string() + " was not read to its end, because the run is ending"};
    }
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

// Errors of a kind that no checkpoint of ours gives: what can't be part of it.
Error no_part(const fs::path& path, const char* what) {
  return {ErrorCode::invalid_argument, formatted("{} is {}", path.string(), what)};
}

class Walker {
 public:
  Walker(const ContainedFiles& files, bool sync, const std::atomic<bool>* given_up)
      : files_(files), sync_(sync), given_up_(given_up) {}

  Result<> walk(const fs::path& directory) {
    const auto names = files_.list(directory);
    if (!names) {
      return system_error("read", files_.path(directory));
    }
    for (const std::string& name : *names) {
      if (auto visited = visit(directory / name); !visited) {
        return visited;
      }
    }
    return sync_ ? sync_directory(files_, directory) : Result<>();
  }

  std::vector<ManifestEntry> found;

 private:
  Result<> visit(const fs::path& name) {
    const auto status = files_.status(name);
    if (!status) {
      return system_error("read", files_.path(name));
    }
    if (S_ISLNK(status->st_mode)) {
      return no_part(files_.path(name), "a symbolic link; a checkpoint holds its own files");
    }
    if (S_ISDIR(status->st_mode)) {
      return walk(name);
    }
    return name == kManifestName ? Result<>() : describe(name);
  }

  Result<> describe(const fs::path& name) {
    const FileDescriptor file = files_.open(name, O_RDONLY);
    if (!file) {
      return errno == ENXIO || errno == ELOOP
                 ? no_part(files_.path(name),
                           "neither a file nor a directory; a checkpoint holds nothing else")
                 : system_error("read", files_.path(name));
    }
    auto described = digest(file.get(), files_.path(name), given_up_);
    if (!described) {
      return described.error();
    }
    described->name = name.string();
    found.push_back(std::move(*described));
    return sync_ && ::fsync(file.get()) != 0 ? system_error("sync", files_.path(name)) : Result<>();
  }

  const ContainedFiles& files_;
  const bool sync_;
  const std::atomic<bool>* given_up_;
};

Error bad_manifest(const fs::path& path) {
  return {ErrorCode::corruption,
          path.string() + " is damaged, so the checkpoint can't be restored"};
}

std::optional<ManifestEntry> parse_entry(const Json& item) {
  const auto text = [&](const char* key) {
    const Json* found = item.find(key);
    const std::string* content = found != nullptr ? found->value.text() : nullptr;
    return content != nullptr ? std::optional(*content) : std::nullopt;
  };
  const Json* bytes = item.find("bytes");
  const auto* size = bytes ? std::get_if<std::int64_t>(&bytes->value.data()) : nullptr;
  if (size == nullptr) {
    return std::nullopt;
  }
  const auto hex = text("name_hex");
  const auto name = hex ? from_hex(*hex) : text("name");
  const auto sum = text("sha256");
  if (!name || !sum) {
    return std::nullopt;
  }
  return ManifestEntry{*name, *size, *sum};
}

}  // namespace

Result<std::vector<ManifestEntry>> describe_files(const ContainedFiles& checkpoint,
                                                  bool sync,
                                                  const std::atomic<bool>* given_up) {
  Walker walker(checkpoint, sync, given_up);
  if (const auto walked = walker.walk({}); !walked) {
    return walked.error();
  }
  std::ranges::sort(walker.found, {}, &ManifestEntry::name);
  return std::move(walker.found);
}

Result<> write_manifest(const ContainedFiles& checkpoint,
                        const std::vector<ManifestEntry>& entries) {
  std::string manifest;
  JsonWriter json(manifest);
  json.object().field("format", 1);
  json.list_of("files", entries, [&](const ManifestEntry& entry) {
    // JSON holds text; a name that is none is given by its bytes.
    const bool is_text = to_utf8(entry.name) == entry.name;
    json.object().field(is_text ? "name" : "name_hex", is_text ? entry.name : to_hex(entry.name));
    json.field("bytes", entry.bytes).field("sha256", entry.sha256).end();
  });
  json.end();
  const auto path = checkpoint.path(kManifestName);
  const FileDescriptor file = checkpoint.open(kManifestName, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file || ::fchmod(file.get(), 0600) != 0) {
    return system_error("write", path);
  }
  return write_all(file.get(), manifest + "\n", path);
}

Result<std::vector<ManifestEntry>> read_manifest(const ContainedFiles& checkpoint) {
  const auto path = checkpoint.path(kManifestName);
  const FileDescriptor file = checkpoint.open(kManifestName, O_RDONLY);
  if (!file) {
    return failure(ErrorCode::corruption,
                   "{} has no {}, so it is not a whole checkpoint",
                   checkpoint.path({}).string(),
                   kManifestName);
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
  const auto manifest = parse_json(text);
  const Json* files = manifest ? manifest->find("files") : nullptr;
  if (files == nullptr || files->kind != Json::Kind::list) {
    return bad_manifest(path);
  }
  std::vector<ManifestEntry> entries;
  for (const Json& item : files->items) {
    auto entry = parse_entry(item);
    if (!entry) {
      return bad_manifest(path);
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace luthier
