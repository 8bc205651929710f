#include "bench/run_times.hpp"

#include "bench/samples.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace spritefarm::bench {

double RunTimes::since_begin(std::chrono::nanoseconds time) const {
  return std::chrono::duration<double, std::milli>(time - m_begin).count();
}

void RunTimes::on_submit(std::uint64_t number, const farm::FarmTask& task) {
  m_record_urls[number] = task.url;
}

void RunTimes::on_result(std::uint64_t number, const farm::FarmResult& result) {
  const auto submitted = m_record_urls.extract(number);
  if (result.began.count() == 0) return;
  m_first_began = std::min(m_first_began.value_or(result.began), result.began);
  const std::string name = farm::display_name(result.name, result.id);
  for (const farm::SpriteResult& sprite : result.sprites)
    if (sprite.status == farm::SpriteStatus::downloaded) {
      const std::chrono::nanoseconds end = result.began + sprite.took;
      const bool has_attempts = sprite.times && !sprite.times->attempts.empty();
      add({.worker = result.worker,
           .begin = result.began,
           .end = end,
           .record = result.record_times ? result.record_times->ended : result.began,
           .image = has_attempts ? sprite.times->attempts.back().ended : end,
           .sprite = name + " " + sprite.key});
      if (!submitted.empty()) m_sources.push_back({submitted.mapped(), name, sprite.key, sprite.path});
    }
}

void RunTimes::add(const SpriteTimes& times) {
  m_first_began = std::min(m_first_began.value_or(times.begin), times.begin);
  m_spans.push_back({times.worker, since_begin(times.begin), since_begin(times.end),
                     since_begin(times.record), since_begin(times.image), times.sprite});
}

double RunTimes::start_ms() const {
  return m_first_began ? since_begin(*m_first_began) : 0;
}

std::vector<double> RunTimes::sprite_ms() const {
  Samples times;
  for (const SpriteSpan& span : m_spans) times.add(span.end_ms - span.begin_ms);
  std::vector<double> quantiles;
  for (const double share : shares) quantiles.push_back(times.quantile(share));
  return quantiles;
}

std::vector<SpriteSpan> RunTimes::spans() const {
  std::vector<SpriteSpan> spans = m_spans;
  std::sort(spans.begin(), spans.end(), [](const SpriteSpan& a, const SpriteSpan& b) {
    return std::tie(a.begin_ms, a.end_ms) < std::tie(b.begin_ms, b.end_ms);
  });
  std::map<int, int> numbers;
  for (SpriteSpan& span : spans)
    span.worker = numbers.try_emplace(span.worker, static_cast<int>(numbers.size()) + 1).first->second;
  spans.resize(std::min(spans.size(), max_spans));
  return spans;
}

}  // namespace spritefarm::bench
