#include "conformance/gate.hpp"

#include "posix/check.hpp"

#include <semaphore.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string>

namespace spritefarm::test {
namespace {

struct Shared {
  sem_t open;
  sem_t arrival;
  std::atomic<int> arrived{0};
};

Shared& shared(std::uintptr_t address) {
  return *reinterpret_cast<Shared*>(address);
}

void wait(sem_t& semaphore, const char* what) {
  timespec deadline{};
  posix::check(::clock_gettime(CLOCK_REALTIME, &deadline), "clock_gettime");
  deadline.tv_sec += 60;
  while (::sem_timedwait(&semaphore, &deadline) != 0) {
    if (errno == ETIMEDOUT) throw std::runtime_error(std::string("waited a minute for ") + what);
    if (errno != EINTR) posix::throw_errno("sem_timedwait");
  }
}

}  // namespace

void GateRef::arrive() const {
  shared(address).arrived.fetch_add(1);
  posix::check(::sem_post(&shared(address).arrival), "sem_post");
}

void GateRef::pass() const {
  arrive();
  wait(shared(address).open, "a gate to open");
  open();  // for the next call
}

void GateRef::open() const {
  posix::check(::sem_post(&shared(address).open), "sem_post");
}

Gate::Gate()
    : m_shared(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
  if (m_shared == MAP_FAILED) posix::throw_errno("mmap");
  auto* const made = new (m_shared) Shared;
  posix::check(::sem_init(&made->open, 1, 0), "sem_init");
  posix::check(::sem_init(&made->arrival, 1, 0), "sem_init");
}

Gate::~Gate() {
  ::munmap(m_shared, sizeof(Shared));
}

GateRef Gate::ref() const noexcept {
  return {reinterpret_cast<std::uintptr_t>(m_shared)};
}

int Gate::arrived() const {
  return shared(ref().address).arrived.load();
}

void Gate::wait_for_arrivals(int count) const {
  for (int i = 0; i < count; ++i) wait(shared(ref().address).arrival, "calls to arrive at a gate");
}

}  // namespace spritefarm::test
