#pragma once

#include <spritefarm/future.hpp>

#include <system_error>

namespace spritefarm::test {

/// A future in each of the states of CPython's tests.
struct FutureStates {
  Future<int> pending, running, cancelled, cancelled_and_notified, failed, successful;

  FutureStates() {
    running.set_running_or_notify_cancel();
    cancelled.cancel();
    cancelled_and_notified.cancel();
    cancelled_and_notified.set_running_or_notify_cancel();
    failed.set_exception(
        std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::io_error))));
    successful.set_result(42);
  }
};

}  // namespace spritefarm::test
