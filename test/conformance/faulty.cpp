#include "conformance/faulty.hpp"

#include "conformance/process_pools.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace spritefarm::test {

void commit(Fault fault) {
  switch (fault) {
    case Fault::none:
      return;
    case Fault::error:
      throw std::domain_error("a fault of the codec");
    case Fault::exit:
      std::exit(98);
    case Fault::crash:
      crash();
      return;
    case Fault::slow:
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      return;
  }
}

}  // namespace spritefarm::test
