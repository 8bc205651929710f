#pragma once

/// Python's concurrent.futures for C++. This header includes the whole library.
///
///     #include <spritefarm/futures.hpp>
///
///     int add(int a, int b) { return a + b; }
///
///     int main() {
///       spritefarm::ProcessPoolExecutor pool{{.max_workers = 4}};
///       spritefarm::Future<int> sum = pool.submit(add, 1, 2);  // runs in a forked worker
///       return sum.result() == 3 ? 0 : 1;
///     }
///
/// The main classes are in executor.hpp and future.hpp.

#include <spritefarm/codec.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/event.hpp>
#include <spritefarm/event_loop.hpp>
#include <spritefarm/executor.hpp>
#include <spritefarm/future.hpp>
#include <spritefarm/map.hpp>
#include <spritefarm/message_handler.hpp>
#include <spritefarm/portable_exception.hpp>
#include <spritefarm/process_pool_executor.hpp>
#include <spritefarm/queue.hpp>
#include <spritefarm/serial_executor.hpp>
#include <spritefarm/task.hpp>
#include <spritefarm/task_options.hpp>
#include <spritefarm/thread_pool_executor.hpp>
#include <spritefarm/transport.hpp>
#include <spritefarm/version.hpp>
#include <spritefarm/wait.hpp>
#include <spritefarm/when_full.hpp>

/// The library. Start with ProcessPoolExecutor, ThreadPoolExecutor and Future.
namespace spritefarm {}
