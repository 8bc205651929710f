#pragma once

#include <spritefarm/codec.hpp>

namespace spritefarm::test {

/// What a codec may do instead of its work.
enum class Fault { none, error, exit, crash, slow };

/// An error is a std::domain_error, an exit has the code 98, slow takes a twentieth of a second.
void commit(Fault fault);

/// A type of a user whose codec has faults.
template <Fault OnEncode, Fault OnDecode>
struct Faulty {};

using ErrorAtEncode = Faulty<Fault::error, Fault::none>;
using ErrorAtDecode = Faulty<Fault::none, Fault::error>;
using ExitAtEncode = Faulty<Fault::exit, Fault::none>;
using ExitAtDecode = Faulty<Fault::none, Fault::exit>;
using CrashAtEncode = Faulty<Fault::crash, Fault::none>;
using CrashAtDecode = Faulty<Fault::none, Fault::crash>;
using SlowAtBoth = Faulty<Fault::slow, Fault::slow>;

// Calls that take and give such a value.
template <typename T>
void take_faulty(T) {}
template <typename T>
T give_faulty() {
  return {};
}

}  // namespace spritefarm::test

template <spritefarm::test::Fault OnEncode, spritefarm::test::Fault OnDecode>
struct spritefarm::Codec<spritefarm::test::Faulty<OnEncode, OnDecode>> {
  using Type = spritefarm::test::Faulty<OnEncode, OnDecode>;
  static void encode(Encoder&, const Type&) { spritefarm::test::commit(OnEncode); }
  static Type decode(Decoder&) {
    spritefarm::test::commit(OnDecode);
    return {};
  }
};
