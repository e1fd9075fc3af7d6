#include "executors/programs/warm/zygote.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

#include "base/text.h"
#include "base/try.h"
#include "executors/programs/packet_socket.h"
#include "executors/programs/spawn_packet.h"

namespace luthier {
namespace {

// warm_start.py reads these.
static_assert(offsetof(guardian::WarmRequest, program) == 8);
static_assert(offsetof(guardian::SpawnRequest, arguments) == 0);
static_assert(offsetof(guardian::SpawnRequest, environment) == 4);

Zygote::Message read_message(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::string_view kind = text.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? "" : text.substr(space + 1);
  if (kind == "unfit") {
    return Zygote::Unfit{to_utf8(rest)};
  }
  if (kind == "hidden") {
    return Zygote::Hidden{to_utf8(rest)};
  }
  auto words = split(rest, ' ');
  if (kind != "ready" || words.size() < 3) {
    return Zygote::Gone{};
  }
  Zygote::Ready ready{.seconds = parse_number(words[0]).value_or(0),
                      .later_seconds = parse_number(words[1]).value_or(0),
                      .modules = parse_integer(words[2]).value_or(0)};
  ready.packages.assign(words.begin() + 3, words.end());
  return ready;
}

}  // namespace

std::optional<Zygote::Message> Zygote::hear() {
  char text[4096];
  const ssize_t count = receive_packet(socket_.get(), text, sizeof text);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return std::nullopt;
  }
  if (count <= 0) {
    return Gone{};
  }
  return read_message({text, static_cast<std::size_t>(count)});
}

Result<FileDescriptor> Zygote::spawn(const Program& program, std::size_t own_begin) {
  LUTHIER_TAKE(auto packet, SpawnPacket::make(program));
  const guardian::WarmRequest request{.skipped = static_cast<std::uint32_t>(own_begin),
                                      .program = packet.request()};
  if (!packet.send(socket_.get(), &request, sizeof request)) {
    return spawn_error("the zygote did not take the program", errno);
  }
  return packet.take_control();
}

}  // namespace luthier
