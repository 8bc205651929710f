#pragma once

#include <spritefarm/codec.hpp>

#include <exception>
#include <string>

namespace spritefarm::futures {

/// An exception of a known type: one of the standard library or of this library.
struct KnownException {
  std::string name;  ///< of the type
  bool (*matches)(const std::exception& error);
  /// Appends what the type has beside its message.
  void (*encode)(Encoder& to, const std::exception& error);
  /// Throws it, with the exception that is being handled nested in it if `nest`. With a `type_name`, throws a
  /// RemoteErrorOf it instead.
  void (*raise)(Decoder& data, const std::string& what, const std::string* type_name, bool nest);
};

/// The most derived known type that an exception is or derives from. Null: none but std::exception.
const KnownException* find_known(const std::exception& error);
/// Null: the name of no known type.
const KnownException* find_known(const std::string& name);

}  // namespace spritefarm::futures
