#include "bench/run_times.hpp"

#include "bench/samples.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace spritefarm::bench {

double RunTimes::since_begin(std::chrono::nanoseconds time) const {
  return std::chrono::duration<double, std::milli>(time - m_begin).count();
}

void RunTimes::on_result(std::uint64_t, const farm::FarmResult& result) {
  if (result.began.count() == 0) return;
  m_first_began = std::min(m_first_began.value_or(result.began), result.began);
  for (const farm::SpriteResult& sprite : result.sprites)
    if (sprite.status == farm::SpriteStatus::downloaded)
      m_spans.push_back({result.worker, since_begin(result.began), since_begin(result.began + sprite.took),
                         farm::display_name(result.name, result.id) + " " + sprite.key});
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
