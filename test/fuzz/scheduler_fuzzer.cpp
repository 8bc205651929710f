#include "fuzz/fuzz_input.hpp"
#include "support/scheduler_model.hpp"

#include <csignal>

using namespace spritefarm;
using namespace spritefarm::futures;
using test::SchedulerModel;

/// Options of a pool, then two bytes for each event: which, and of whom. The model checks what the scheduler
/// decides; what it throws ends the fuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  SchedulerOptions options;
  options.max_workers = 1 + input.number<std::uint8_t>() % 4;
  options.worker_concurrency = 1 + input.number<std::uint8_t>() % 3;
  options.worker_slots =
      static_cast<std::uint32_t>(options.worker_concurrency) + input.number<std::uint8_t>() % 4u;
  options.max_tasks_per_child = input.number<std::uint8_t>() % 4;
  if (input.number<std::uint8_t>() % 4 == 3) options.on_worker_death = OnWorkerDeath::break_pool;
  SchedulerModel model(options);
  while (!input.empty()) {
    const auto event = input.number<std::uint8_t>();
    const auto choice = input.number<std::uint8_t>();
    if (event == 0xff)
      model.break_pool(choice % 2 ? SIGTERM : SIGKILL);
    else if (event == 0xfe)
      model.cancel_pending();
    else
      model.play(static_cast<SchedulerModel::Event>(event % static_cast<int>(SchedulerModel::Event::count)),
                 choice);
  }
  model.finish();
  return 0;
}
