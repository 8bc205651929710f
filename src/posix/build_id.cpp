#include "posix/build_id.hpp"

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace spritefarm::posix {
namespace {

/// The description of the note NT_GNU_BUILD_ID among the notes of a segment. Empty if there is none.
std::string find_build_id(const char* notes, std::size_t size, std::size_t alignment) {
  const auto padded = [alignment](std::size_t length) { return (length + alignment - 1) & ~(alignment - 1); };
  constexpr char owner[] = "GNU";
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const std::size_t name_size = padded(note.n_namesz),
                      total = sizeof note + name_size + padded(note.n_descsz);
    if (total > size) break;
    const char* const name = notes + sizeof note;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof owner &&
        std::memcmp(name, owner, sizeof owner) == 0)
      return {name + name_size, note.n_descsz};
    notes += total;
    size -= total;
  }
  return {};
}

}  // namespace

std::string build_id() {
  std::string found;
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        auto& id = *static_cast<std::string*>(data);
        for (int i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
          const auto& segment = object->dlpi_phdr[i];
          if (segment.p_type == PT_NOTE)
            id = find_build_id(reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr),
                               segment.p_memsz, segment.p_align == 8 ? 8 : 4);
        }
        return 1;  // the first object is the program
      },
      &found);
  return found;
}

}  // namespace spritefarm::posix
