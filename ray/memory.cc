#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include <link.h>
#include <malloc.h>

namespace luthier::ray_driver {
namespace {

// Only pages that can't have been written to: the system drops those without losing anything.
int give_back_pages(dl_phdr_info* object, std::size_t /*size*/, void* /*data*/) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) {
      continue;
    }
    const std::uintptr_t begin = (object->dlpi_addr + part.p_vaddr + page - 1) / page * page;
    const std::uintptr_t end = (object->dlpi_addr + part.p_vaddr + part.p_filesz) / page * page;
    if (begin < end) {
      madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
  }
  return 0;
}

}  // namespace

void share_one_arena() {
  mallopt(M_ARENA_MAX, 1);
}

void give_back_start_up_memory() {
  malloc_trim(0);
  dl_iterate_phdr(give_back_pages, nullptr);
}

}  // namespace luthier::ray_driver
