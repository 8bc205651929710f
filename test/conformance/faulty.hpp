#pragma once

#include <spritefarm/codec.hpp>

namespace spritefarm::test {

/// A fault of a codec.
enum class Fault { none, error, exit, crash, slow };

/// Performs the fault: `error` throws std::domain_error, `exit` has the code 98, `slow` sleeps for 50 ms.
void commit(Fault fault);

/// A user-defined type whose codec has faults.
template <Fault OnEncode, Fault OnDecode>
struct Faulty {};

using ErrorAtEncode = Faulty<Fault::error, Fault::none>;
using ErrorAtDecode = Faulty<Fault::none, Fault::error>;
using ExitAtEncode = Faulty<Fault::exit, Fault::none>;
using ExitAtDecode = Faulty<Fault::none, Fault::exit>;
using CrashAtEncode = Faulty<Fault::crash, Fault::none>;
using CrashAtDecode = Faulty<Fault::none, Fault::crash>;
using SlowAtBoth = Faulty<Fault::slow, Fault::slow>;

// Functions with such an argument or result.
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
