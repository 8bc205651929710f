// A process pool that is constructed before main().
#include <spritefarm/futures.hpp>

namespace {

spritefarm::ProcessPoolExecutor pool{{.max_workers = 1}};

}  // namespace

int main() {
  return pool.submit([] { return 0; }).result();
}
