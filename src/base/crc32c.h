// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78): the checksum of the event log and of
// TensorBoard records.
#pragma once

#include <cstdint>
#include <string_view>

namespace luthier {

// Goes on from `crc`, the checksum of what came before; 0 at the start. Uses the processor's own
// instruction where there is one; the result is the same everywhere.
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
// The same by table, whatever the processor.
std::uint32_t crc32c_by_table(std::uint32_t crc, std::string_view bytes);

}  // namespace luthier
