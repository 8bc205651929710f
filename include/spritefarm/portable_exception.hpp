#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/visibility.hpp>

#include <concepts>
#include <exception>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace SPRITEFARM_API spritefarm {
namespace detail {

/// How an exception type crosses to another process.
struct ExceptionEntry {
  void (*encode)(Encoder& to, const std::exception_ptr& exception);
  /// Throws it, with the exception that is being handled nested in it if `nest`.
  void (*raise)(Decoder& from, const std::string& what, bool nest);
};
/// A second entry of a type is ignored. Any thread.
void register_exception(const std::type_info& type, ExceptionEntry entry);

template <typename Error>
[[noreturn]] void raise(Error error, bool nest) {
  if (nest) std::throw_with_nested(std::move(error));
  throw error;
}

}  // namespace detail

/// Lets an exception type of yours cross to the program as itself, so that it is caught as itself and by its
/// bases. Create one for each type at namespace scope:
///
///     const spritefarm::PortableException<ParseError> parse_error;
///
/// All of its data crosses if the type is Portable, as with a Codec; else it is created from what(). A type
/// without one arrives as RemoteError, or RemoteErrorOf its standard base. Source: copyreg.pickle().
template <typename Error>
requires Portable<Error> || std::constructible_from<Error, const std::string&>
class PortableException {
 public:
  PortableException() { detail::register_exception(typeid(Error), {&encode, &raise}); }

 private:
  static void encode(Encoder& to, const std::exception_ptr& exception) {
    if constexpr (Portable<Error>) {
      try {
        std::rethrow_exception(exception);
      } catch (const Error& error) {
        spritefarm::encode(to, error);
      }
    }
  }
  static void raise(Decoder& from, const std::string& what, bool nest) {
    if constexpr (Portable<Error>)
      detail::raise(spritefarm::decode<Error>(from), nest);
    else
      detail::raise(Error(what), nest);
  }
};

}  // namespace spritefarm
