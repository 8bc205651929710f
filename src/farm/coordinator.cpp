#include "farm/coordinator.hpp"

#include "farm/farm_pokemon.hpp"
#include "farm/forecast.hpp"
#include "farm/index_reader.hpp"
#include "pokeapi/named_pokemon.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <utility>

namespace spritefarm::farm {
namespace {

// A pokémon can be farmed again: what a worker that died under it has done is done once more.
const TaskOptions again_if_killed{.retries = 20};

// How long the coordinator waits for results before it uses the time to commit what came.
constexpr std::chrono::milliseconds soon{5};

}  // namespace

Coordinator::Coordinator(const cli::Options& options, FarmExecutors& executors, Report& report,
                         const cli::Messages& messages, std::vector<RunListener*> listeners)
    : m_options(options),
      m_executors(executors),
      m_report(report),
      m_messages(messages),
      m_listeners(std::move(listeners)),
      m_cache(options, messages, [this] { return request_dataset_hash(); }),
      m_share(options.shard) {}

cli::ExitStatus Coordinator::run() {
  const Result<void> planned = m_options.pokemon.empty() ? farm_index() : farm_named();
  drain();
  if (m_stopping) {
    m_over.set();
    return cli::interrupted;
  }
  m_cache.commit();
  m_report.set_worker_deaths(m_executors.deaths());
  if (!planned) {
    m_messages.error("cannot read the index: " + planned.error().message);
    return cli::no_index;
  }
  if (!m_output_error.empty()) {
    m_messages.error(fmt::format("the output directory cannot be used any more: {}; make room and run again",
                                 m_output_error));
    return cli::no_output;
  }
  if (m_nothing_chosen) m_messages.note("there is nothing to farm in this part of the index");
  return m_report.failed() > 0 ? cli::some_failed : cli::everything_on_disk;
}

Result<void> Coordinator::farm_named() {
  std::vector<pokeapi::IndexEntry> pokemon;
  for (const std::string& name : m_options.pokemon) {
    Result<pokeapi::IndexEntry> entry = pokeapi::named_pokemon(name, m_options.base_url);
    if (!entry) return entry.error();
    pokemon.push_back(*std::move(entry));
  }
  std::vector<FarmTask> tasks = m_share.pick(index_tasks(std::move(pokemon)));
  m_max_tasks = tasks.size();
  announce(m_options.pokemon.size());
  farm(std::move(tasks));
  return {};
}

Result<void> Coordinator::farm_index() {
  m_max_tasks = m_share.max_of(m_options.index.limit);
  IndexReader reader(m_executors.index_executor(), m_options.base_url, m_options.index, m_cache);
  if (reader.is_waiting()) start_workers();
  while (std::optional<IndexAnswer> page = reader.next()) {
    add(page->count);
    if (!page->error.empty()) return Error{std::move(page->error)};
    announce(m_options.index.count_of(page->index_size));
    farm(m_share.pick(std::move(page->tasks)));
    if (m_stopping) break;
  }
  return {};
}

DatasetHash Coordinator::request_dataset_hash() {
  Future<DatasetHash> answer = m_executors.index_executor().submit(fetch_dataset_hash, m_options.base_url);
  DatasetHash known = std::move(answer).result();
  add(known.count);
  return known;
}

void Coordinator::start_workers() {
  if (!std::exchange(m_workers_started, true)) m_executors.start(m_max_tasks);
}

void Coordinator::announce(std::uint64_t pokemon) {
  if (std::exchange(m_announced, true)) return;
  const std::uint64_t tasks = m_share.max_of(pokemon);
  {
    const std::lock_guard accounting(m_accounting);
    for (RunListener* listener : m_listeners) listener->on_expected(tasks);
  }
  const Forecast forecast(tasks, m_options);
  if (forecast.is_long()) m_messages.note(forecast.text());
}

void Coordinator::add(const RequestCount& count) {
  const std::lock_guard accounting(m_accounting);
  tell(count);
  m_report.add(count);
}

void Coordinator::farm(std::vector<FarmTask> tasks) {
  m_nothing_chosen = m_nothing_chosen && tasks.empty();
  bool ids_known = false;  // of all that were given by name; see ShareFilter::pick()
  for (FarmTask& next : tasks) {
    FarmTask task = std::move(next);  // what the cache adds goes when the task is done
    while (m_outstanding >= m_executors.window()) take_one();
    if (task.name.empty() && !std::exchange(ids_known, true)) drain();
    if (m_stopping) break;
    if (task.name.empty() && m_farmed_ids.contains(task.id)) continue;
    if (std::optional<FarmResult> hit = m_cache.look_up(task))
      account(0, task, *std::move(hit));
    else if (m_output_error.empty())
      submit(task);
    else
      fail(0, task, "not asked for, since nothing can be written any more");
  }
}

void Coordinator::submit(const FarmTask& task) {
  const std::uint64_t number = ++m_submitted;
  {
    const std::lock_guard accounting(m_accounting);
    for (RunListener* listener : m_listeners) listener->on_submit(number, task);
  }
  try {
    start_workers();
    Future<FarmResult> future = m_executors.executor().submit(again_if_killed, farm_pokemon, task);
    ++m_outstanding;
    future.add_done_callback([this, number, task](Future<FarmResult> done) {
      m_finished.put({number, task, std::move(done)});
    });
  } catch (const std::exception& error) {  // there are no workers, and can be none
    fail(number, task, error.what());
  }
}

void Coordinator::fail(std::uint64_t number, const FarmTask& task, const std::string& reason) {
  if (m_stopping) return;  // cancelled, or ended with its worker
  account(number, task, failed_result(task, m_options.sprite_keys, reason, 0));
}

void Coordinator::take_one() {
  std::optional<Finished> finished = m_finished.get(soon);
  if (!finished) {
    m_cache.commit();
    finished = m_finished.get();
  }
  --m_outstanding;
  take(*finished);
}

void Coordinator::take(const Finished& finished) {
  try {
    account(finished.number, finished.task, finished.future.result());
  } catch (const std::exception& error) {
    fail(finished.number, finished.task, error.what());
  }
}

void Coordinator::stop(std::chrono::milliseconds timeout) {
  m_stopping = true;
  m_executors.cancel_pending();
  m_over.wait(timeout);
  while (const std::optional<Finished> finished = m_finished.get(std::chrono::seconds(0))) take(*finished);
  m_accounting.lock();
  m_report.set_worker_deaths(m_executors.deaths());
  m_cache.commit();
}

void Coordinator::drain() {
  while (m_outstanding > 0) take_one();
}

void Coordinator::account(std::uint64_t number, const FarmTask& task, FarmResult result) {
  const std::lock_guard accounting(m_accounting);
  const std::string name = display_name(result.name, result.id);
  tell(result.count);
  for (SpriteResult& sprite : result.sprites) {
    const bool has_path = sprite.status != SpriteStatus::missing && sprite.status != SpriteStatus::failed;
    if (has_path && !m_path_hashes.insert(std::hash<std::string>()(sprite.path)).second) {
      sprite.status = SpriteStatus::failed;
      sprite.reason = fmt::format(
          "another sprite has the path {} too, and one has overwritten the other: tell them apart "
          "with --template",
          sprite.path);
    }
    tell(name, sprite);
  }
  if (m_output_error.empty()) m_output_error = result.output_error;
  m_farmed_ids.insert(result.id);
  m_report.add(result);
  for (RunListener* listener : m_listeners) listener->on_result(number, result);
  m_cache.store(task, result);
}

void Coordinator::tell(const RequestCount& count) const {
  for (const UrlFallback& fallback : count.url_fallbacks)
    m_messages.note(
        fmt::format("GET {}: status 404, and {} answers: some cache keeps an old failure, and was got round",
                    fallback.url, fallback.instead));
}

void Coordinator::tell(const std::string& name, const SpriteResult& sprite) const {
  switch (sprite.status) {
    case SpriteStatus::downloaded:
      m_messages.detail(fmt::format("{} {}: {}, {} bytes", name, sprite.key, sprite.path, sprite.bytes));
      break;
    case SpriteStatus::unchanged:
      m_messages.detail(fmt::format("{} {}: {}, unchanged", name, sprite.key, sprite.path));
      break;
    case SpriteStatus::planned:
      break;
    case SpriteStatus::missing:
      m_messages.note(fmt::format("{} {}: missing, its record has none", name, sprite.key));
      break;
    case SpriteStatus::failed:
      m_messages.error(fmt::format("{} {}: {}", name, sprite.key, sprite.reason));
      break;
  }
}

}  // namespace spritefarm::farm
