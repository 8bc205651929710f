#include "posix/loaded_objects.hpp"

#include <link.h>
#include <unwind.h>

#include <algorithm>
#include <functional>
#include <vector>

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

/// Adds the functions of an object's DT_INIT_ARRAY.
void add_constructors(const dl_phdr_info& object, std::vector<std::uintptr_t>& constructors) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
    std::uintptr_t array = 0;
    std::size_t bytes = 0;
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_INIT_ARRAY) array = object.dlpi_addr + entry->d_un.d_ptr;
      if (entry->d_tag == DT_INIT_ARRAYSZ) bytes = entry->d_un.d_val;
    }
    const auto* const first = reinterpret_cast<const std::uintptr_t*>(array);
    if (first) constructors.insert(constructors.end(), first, first + bytes / sizeof *first);
  }
}

/// The functions that the calling thread is in, by their addresses.
std::vector<std::uintptr_t> functions_of_stack() {
  std::vector<std::uintptr_t> functions;
  ::_Unwind_Backtrace(
      [](_Unwind_Context* context, void* data) {
        void* const at = reinterpret_cast<void*>(::_Unwind_GetIP(context) - 1);  // in the call, not after it
        const auto function = reinterpret_cast<std::uintptr_t>(::_Unwind_FindEnclosingFunction(at));
        static_cast<std::vector<std::uintptr_t>*>(data)->push_back(function);
        return _URC_NO_REASON;
      },
      &functions);
  return functions;
}

}  // namespace

bool runs_constructor_of_object() {
  std::vector<std::uintptr_t> constructors;
  visit_objects([&](const dl_phdr_info& object, std::uint32_t) {
    add_constructors(object, constructors);
    return false;
  });
  const auto functions = functions_of_stack();
  return std::any_of(functions.begin(), functions.end(), [&](std::uintptr_t function) {
    return std::find(constructors.begin(), constructors.end(), function) != constructors.end();
  });
}

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

std::string object_name(std::uint32_t object) {
  std::string name;
  visit_objects([&](const dl_phdr_info& each, std::uint32_t number) {
    if (number != object) return false;
    name = each.dlpi_name;
    return true;
  });
  return name.substr(name.rfind('/') + 1);
}

}  // namespace spritefarm::posix
