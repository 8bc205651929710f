#include "posix/loaded_objects.hpp"

#include <link.h>

#include <functional>

namespace spritefarm::posix {
namespace {

bool executable(const dl_phdr_info& object, std::uint64_t offset) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) && offset >= segment.p_vaddr &&
        offset - segment.p_vaddr < segment.p_memsz)
      return true;
  }
  return false;
}

/// Calls `visit` with each loaded object and its number until it returns true.
void visit_objects(std::function<bool(const dl_phdr_info&, std::uint32_t)> visit) {
  struct Visit {
    std::function<bool(const dl_phdr_info&, std::uint32_t)> visit;
    std::uint32_t number = 0;
  } state{std::move(visit)};
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        auto& visit_state = *static_cast<Visit*>(data);
        return visit_state.visit(*object, visit_state.number++) ? 1 : 0;
      },
      &state);
}

}  // namespace

std::optional<CodeLocation> find_code(std::uintptr_t address) {
  std::optional<CodeLocation> found;
  visit_objects([&](const dl_phdr_info& object, std::uint32_t number) {
    const std::uint64_t offset = address - object.dlpi_addr;
    if (executable(object, offset)) found = CodeLocation{number, offset};
    return found.has_value();
  });
  return found;
}

std::optional<std::uintptr_t> code_at(CodeLocation location) {
  std::optional<std::uintptr_t> found;
  visit_objects([&](const dl_phdr_info& object, std::uint32_t number) {
    if (number != location.object) return false;
    if (executable(object, location.offset)) found = object.dlpi_addr + location.offset;
    return true;
  });
  return found;
}

}  // namespace spritefarm::posix
