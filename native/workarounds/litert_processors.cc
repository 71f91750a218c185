#include "workarounds/litert_processors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/memory_file.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

bool IsProcessorList(const char* path) {
  return std::strcmp(path, "/sys/devices/system/cpu/possible") == 0 ||
         std::strcmp(path, "/sys/devices/system/cpu/present") == 0;
}

}  // namespace

void LitertProcessors::Install(void* litert_library) {
  ElfSlots(litert_library).Redirect("open", reinterpret_cast<void*>(&Open));
}

int LitertProcessors::Open(const char* path, int flags, ...) noexcept {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const int file = open(path, flags, mode);
  if (file >= 0 || !IsProcessorList(path)) return file;
  return OpenProcessorList();
}

int LitertProcessors::OpenProcessorList() noexcept {
  char text[32];
  const long last = std::max(sysconf(_SC_NPROCESSORS_CONF), 1L) - 1;
  const int size = last == 0 ? std::snprintf(text, sizeof text, "0\n")
                             : std::snprintf(text, sizeof text, "0-%ld\n", last);
  MemoryFile file("processors");
  if (file.descriptor() < 0 || !file.Write(text, static_cast<size_t>(size), 0)) return -1;
  return file.Release();
}

}  // namespace wasmedge_embed
