// A shared object that submits a function of its own to a pool whose workers do not have it.
#include <spritefarm/futures.hpp>

extern "C" int plugin_answer(spritefarm::ProcessPoolExecutor& pool) {
  try {
    return pool.submit([](int x) { return x + 2; }, 20).result();
  } catch (const spritefarm::CodecError&) {
    return 42;
  }
}
