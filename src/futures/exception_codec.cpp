#include "base/exception_text.hpp"
#include "futures/standard_exceptions.hpp"

#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/portable_exception.hpp>

#include <cxxabi.h>

#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace spritefarm {
namespace {

/// One exception of a chain of nested exceptions. `base` is the known type that it is or derives from, `data`
/// what that type or a PortableException has beside the message.
struct Link {
  std::string type;
  std::string message;
  std::string base;
  std::string data;
};

constexpr std::size_t max_chain = 64;

/// The types with a PortableException, by their names. Never destroyed: static objects of the program may use
/// it after this file's.
struct Registry {
  std::mutex mutex;
  std::map<std::string, detail::ExceptionEntry, std::less<>> entries;
};
Registry& registry() {
  static Registry& registry = *new Registry;
  return registry;
}
std::optional<detail::ExceptionEntry> find_registered(std::string_view type) {
  const std::lock_guard lock(registry().mutex);
  const auto found = registry().entries.find(type);
  if (found == registry().entries.end()) return std::nullopt;
  return found->second;
}

/// The name of a type without the wrapper that std::throw_with_nested adds.
std::string plain_type_name(const std::type_info& type) {
  std::string name = type_name(type);
  constexpr std::string_view wrapper = "std::_Nested_exception<";
  if (name.starts_with(wrapper) && name.ends_with('>')) {
    name = name.substr(wrapper.size(), name.size() - wrapper.size() - 1);
    while (name.ends_with(' ')) name.pop_back();
  }
  return name;
}

void append_links(std::vector<Link>& chain, const std::exception_ptr& exception) {
  std::exception_ptr nested;
  Link link;
  Encoder data;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    link.type = plain_type_name(typeid(error));
    link.message = error.what();
    if (const auto* remote = dynamic_cast<const RemoteType*>(&error)) link.type = remote->type_name();
    if (const auto registered = find_registered(link.type)) {
      registered->encode(data, exception);
    } else if (const auto* known = futures::find_known(error)) {
      link.base = known->name;
      known->encode(data, error);
    }
    if (const auto* outer = dynamic_cast<const std::nested_exception*>(&error)) nested = outer->nested_ptr();
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    link.type = type ? plain_type_name(*type) : "unknown";
    link.message = "an exception that is not a std::exception";
    if (const auto registered = find_registered(link.type)) registered->encode(data, exception);
  }
  link.data = std::move(data).take();
  chain.push_back(std::move(link));
  if (nested && chain.size() < max_chain) append_links(chain, nested);
}

[[noreturn]] void raise_link(const Link& link, bool nest) {
  Decoder data(link.data);
  if (const auto registered = find_registered(link.type)) registered->raise(data, link.message, nest);
  if (const auto* known = futures::find_known(link.base))
    known->raise(data, link.message, link.base == link.type ? nullptr : &link.type, nest);
  detail::raise(RemoteError(link.type, link.message), nest);
}

/// Throws the first link with the second nested in it, and so on.
[[noreturn]] void raise_chain(const std::vector<Link>& chain, std::size_t first) {
  if (first + 1 == chain.size()) raise_link(chain[first], false);
  try {
    raise_chain(chain, first + 1);
  } catch (...) {
    raise_link(chain[first], true);
  }
}

}  // namespace

void detail::register_exception(const std::type_info& type, ExceptionEntry entry) {
  const std::lock_guard lock(registry().mutex);
  registry().entries.emplace(type_name(type), entry);
}

// A specialisation does not take the visibility of the namespace: GCC hides what its template, Codec, hides.
SPRITEFARM_API void Codec<std::exception_ptr>::encode(Encoder& to, const std::exception_ptr& exception) {
  std::vector<Link> chain;
  append_links(chain, exception);
  spritefarm::encode(to, chain);
}

SPRITEFARM_API std::exception_ptr Codec<std::exception_ptr>::decode(Decoder& from) {
  try {
    const auto chain = spritefarm::decode<std::vector<Link>>(from);
    if (chain.empty() || chain.size() > max_chain)
      throw CodecError("an exception from another process has no type");
    raise_chain(chain, 0);
  } catch (...) {
    return std::current_exception();  // the exception that was sent, or the CodecError
  }
}

}  // namespace spritefarm
