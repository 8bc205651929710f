#include "posix/build_id.hpp"

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

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

std::string find_build_id(const dl_phdr_info& object) {
  std::string id;
  for (int i = 0; i < object.dlpi_phnum && id.empty(); ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type == PT_NOTE)
      id = find_build_id(reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr), segment.p_memsz,
                         segment.p_align == 8 ? 8 : 4);
  }
  return id;
}

bool has_address(const dl_phdr_info& object, std::uintptr_t address) {
  const std::uintptr_t offset = address - object.dlpi_addr;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && offset >= segment.p_vaddr && offset - segment.p_vaddr < segment.p_memsz)
      return true;
  }
  return false;
}

/// Any address of the object that has this code.
const char library_address = 0;

}  // namespace

std::string build_id() {
  std::string id;
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        *static_cast<std::string*>(data) = find_build_id(*object);
        return 1;  // the first object is the program
      },
      &id);
  return id;
}

std::string build_id_of(const void* address) {
  struct Search {
    std::uintptr_t address;
    std::string id;
  } search{reinterpret_cast<std::uintptr_t>(address), {}};
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        auto& found = *static_cast<Search*>(data);
        if (!has_address(*object, found.address)) return 0;
        found.id = find_build_id(*object);
        return 1;
      },
      &search);
  return std::move(search.id);
}

std::string build_id_of_library() {
  return build_id_of(&library_address);
}

}  // namespace spritefarm::posix
