#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/call.hpp>
#include <spritefarm/detail/chunk_sizer.hpp>
#include <spritefarm/detail/chunk_source.hpp>
#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/map_chunks.hpp>
#include <spritefarm/detail/remote_function.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/future.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spritefarm {
namespace detail {

/// What a worker sends of a call whose size the library has chosen: the outcomes of the first items, the time
/// that they took, and the items that it has not begun.
template <typename R, typename Item>
struct TimedReply {
  TimedReply() = default;
  TimedReply(TimedReply&&) noexcept = default;
  TimedReply& operator=(TimedReply&&) noexcept = default;

  std::vector<Outcome<R>> outcomes{};
  std::chrono::nanoseconds time{};
  std::vector<Item> rest{};
};

/// The function object of such a call. Runs in the worker.
template <typename Function, typename Item>
struct TimedChunkRunner {
  using R = typename ChunkRunner<Function, Item>::R;

  Function function;

  TimedReply<R, Item> operator()(std::vector<Item> items) const {
    Function called = function;
    TimedReply<R, Item> reply;
    reply.outcomes.reserve(items.size());
    const Clock::time_point begin = Clock::now();
    auto next = items.begin();
    while (next != items.end() && reply.time < ChunkSizer::max_call_time) {
      reply.outcomes.push_back(outcome_of<R>(called, *next++));
      reply.time = Clock::now() - begin;
    }
    reply.rest.assign(std::make_move_iterator(next), std::make_move_iterator(items.end()));
    return reply;
  }
};

/// What the calls of one such map() share.
template <typename Function, typename Item>
struct TimedMap {
  explicit TimedMap(Function function) : runner{std::move(function)} {}

  const TimedChunkRunner<Function, Item> runner;
  ChunkSizer sizer{};
  std::atomic<bool> is_cancelled = false;  // nobody wants the rest
};

/// Such a call in the program. When its worker returns items, it submits them again, ahead of other calls:
/// on the thread that completes the call, since perhaps nobody reads the results.
template <typename Function, typename Item>
class TimedChunkCall final
    : public CallWithFuture<RemoteCall, MapChunk<typename ChunkRunner<Function, Item>::R>> {
 public:
  using R = typename ChunkRunner<Function, Item>::R;
  using Map = TimedMap<Function, Item>;

  TimedChunkCall(std::shared_ptr<Map> map, const std::vector<Item>& items)
      : CallWithFuture<RemoteCall, MapChunk<R>>(TaskOptions{}, encode_request(map->runner, items), false),
        m_map(std::move(map)),
        m_items(items.size()) {}

  void complete(std::string_view result, BytesIn where) override {
    try {
      Decoder from(result, where);
      auto reply = decode<TimedReply<R, Item>>(from);
      from.finish();
      if (reply.outcomes.empty() || reply.outcomes.size() + reply.rest.size() != m_items)
        throw CodecError("a worker returned other items than it was given");
      m_map->sizer.record({.items = reply.outcomes.size(),
                           .time = reply.time,
                           .bytes = std::max(this->request().size(), result.size())});
      this->set_result(MapChunk<R>(std::move(reply.outcomes), submit_again(std::move(reply.rest))));
    } catch (...) {
      this->end_early(std::current_exception());
    }
  }

 private:
  std::vector<PendingChunk<R>> submit_again(std::vector<Item> rest) {
    std::vector<PendingChunk<R>> pending;
    if (rest.empty() || m_map->is_cancelled) return pending;
    std::vector<std::shared_ptr<RemoteCall>> calls;
    for (auto begin = rest.begin(); begin != rest.end();) {
      const std::size_t size = m_map->sizer.size(static_cast<std::size_t>(rest.end() - begin));
      const auto end = begin + static_cast<std::ptrdiff_t>(size);
      auto call = std::make_shared<TimedChunkCall>(
          m_map, std::vector<Item>(std::make_move_iterator(begin), std::make_move_iterator(end)));
      pending.push_back({Future<MapChunk<R>>(call), size});
      calls.push_back(std::move(call));
      begin = end;
    }
    if (const auto owner = this->owner()) owner->submit_again(std::move(calls));
    return pending;
  }

  std::shared_ptr<Map> m_map;
  std::size_t m_items;
};

}  // namespace detail

template <typename R, typename Item>
requires Portable<detail::Outcome<R>> && Portable<Item>
struct Codec<detail::TimedReply<R, Item>> {
  using Reply = detail::TimedReply<R, Item>;
  static void encode(Encoder& to, const Reply& reply) {
    spritefarm::encode(to, reply.outcomes);
    spritefarm::encode(to, reply.time);
    spritefarm::encode(to, reply.rest);
  }
  static Reply decode(Decoder& from) {
    Reply reply;
    reply.outcomes = spritefarm::decode<std::vector<detail::Outcome<R>>>(from);
    reply.time = spritefarm::decode<std::chrono::nanoseconds>(from);
    reply.rest = spritefarm::decode<std::vector<Item>>(from);
    return reply;
  }
};

template <typename Function, typename Item>
requires detail::portable_function<Function>
struct Codec<detail::TimedChunkRunner<Function, Item>> {
  using Runner = detail::TimedChunkRunner<Function, Item>;
  static void encode(Encoder& to, const Runner& runner) { detail::encode_function(to, runner.function); }
  static Runner decode(Decoder& from) { return Runner{detail::decode_function<Function>(from)}; }
};

}  // namespace spritefarm
