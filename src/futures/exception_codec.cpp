#include "base/exception_text.hpp"

#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/errors.hpp>

#include <cxxabi.h>

#include <new>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <vector>

namespace spritefarm {
namespace {

/// One exception of a chain of nested exceptions. The category and the code are those of a std::system_error.
struct Link {
  std::string type;
  std::string message;
  std::string category;
  int code = 0;
};

constexpr std::size_t max_chain = 64;

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
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    Link link{plain_type_name(typeid(error)), error.what(), {}, 0};
    if (const auto* remote = dynamic_cast<const RemoteError*>(&error)) link.type = remote->type_name();
    if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
      link.category = system->code().category().name();
      link.code = system->code().value();
    }
    chain.push_back(std::move(link));
    if (const auto* outer = dynamic_cast<const std::nested_exception*>(&error)) nested = outer->nested_ptr();
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    chain.push_back(
        {type ? plain_type_name(*type) : "unknown", "an exception that is not a std::exception", {}, 0});
  }
  if (nested && chain.size() < max_chain) append_links(chain, nested);
}

/// Throws `exception`. If `nest`, nests the exception that is being handled now in it.
template <typename E>
[[noreturn]] void raise(E exception, bool nest) {
  if (nest) std::throw_with_nested(std::move(exception));
  throw exception;
}

/// The system_error whose what() is `message`. The message ends with the text of the code, which the
/// constructor of std::system_error appends again, so this removes it.
std::system_error system_error_of(const std::string& message, const std::error_code& code) {
  if (message == code.message()) return std::system_error(code);
  const std::string appended = ": " + code.message();
  return {code, message.ends_with(appended) ? message.substr(0, message.size() - appended.size()) : message};
}

[[noreturn]] void raise_link(const Link& link, bool nest) {
  const auto is = [&link](const std::type_info& type) { return link.type == type_name(type); };
  const std::string& what = link.message;
  if (is(typeid(std::runtime_error))) raise(std::runtime_error(what), nest);
  if (is(typeid(std::logic_error))) raise(std::logic_error(what), nest);
  if (is(typeid(std::invalid_argument))) raise(std::invalid_argument(what), nest);
  if (is(typeid(std::domain_error))) raise(std::domain_error(what), nest);
  if (is(typeid(std::length_error))) raise(std::length_error(what), nest);
  if (is(typeid(std::out_of_range))) raise(std::out_of_range(what), nest);
  if (is(typeid(std::range_error))) raise(std::range_error(what), nest);
  if (is(typeid(std::overflow_error))) raise(std::overflow_error(what), nest);
  if (is(typeid(std::underflow_error))) raise(std::underflow_error(what), nest);
  if (is(typeid(std::bad_alloc))) raise(std::bad_alloc(), nest);
  if (is(typeid(CancelledError))) raise(CancelledError(), nest);
  if (is(typeid(TimeoutError))) raise(TimeoutError(what), nest);
  if (is(typeid(InvalidStateError))) raise(InvalidStateError(what), nest);
  if (is(typeid(BrokenExecutor))) raise(BrokenExecutor(what), nest);
  if (is(typeid(BrokenThreadPool))) raise(BrokenThreadPool(what), nest);
  if (is(typeid(BrokenProcessPool))) raise(BrokenProcessPool(what), nest);
  if (is(typeid(CodecError))) raise(CodecError(what), nest);
  if (is(typeid(std::system_error))) {
    const std::error_category* const category =
        link.category == std::generic_category().name()  ? &std::generic_category()
        : link.category == std::system_category().name() ? &std::system_category()
                                                         : nullptr;
    if (category) raise(system_error_of(what, std::error_code(link.code, *category)), nest);
  }
  raise(RemoteError(link.type, what), nest);
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

void Codec<std::exception_ptr>::encode(Encoder& to, const std::exception_ptr& exception) {
  std::vector<Link> chain;
  append_links(chain, exception);
  spritefarm::encode(to, chain);
}

std::exception_ptr Codec<std::exception_ptr>::decode(Decoder& from) {
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
