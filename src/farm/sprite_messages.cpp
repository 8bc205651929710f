#include "farm/sprite_messages.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace spritefarm::farm {
namespace {

using cli::Tone;

/// The reason without "GET URL: ", which differs from sprite to sprite.
std::string_view cause_of(std::string_view reason) {
  const std::size_t end = reason.starts_with("GET ") ? reason.find(": ") : reason.npos;
  return end == reason.npos ? reason : reason.substr(end + 2);
}

}  // namespace

void SpriteMessages::tell(const std::string& name, const SpriteResult& sprite, bool is_known) {
  std::string text = fmt::format("{} {}", name, sprite.key);
  switch (sprite.status) {
    case SpriteStatus::downloaded:
      return m_messages.detail(
          {{std::move(text), Tone::done},
           {fmt::format(": {}, {}", sprite.path, text::scaled_bytes(static_cast<double>(sprite.bytes)))}});
    case SpriteStatus::unchanged:
      return m_messages.detail({{fmt::format("{}: {}, unchanged", text, sprite.path), Tone::dim}});
    case SpriteStatus::planned:
      return;
    case SpriteStatus::missing:
      return tell_missing({name, sprite.key});
    case SpriteStatus::failed:
      if (is_known) return m_messages.detail({{fmt::format("{}: {}", text, sprite.reason)}});
      return tell_failure({name, sprite.key}, sprite.reason);
  }
}

void SpriteMessages::tell_missing(const Named& sprite) {
  if (std::exchange(m_has_missing, true) && !m_messages.is_verbose())
    m_others_missing.push_back(sprite);
  else
    m_messages.note(
        {{fmt::format("{} {}", sprite.name, sprite.key), Tone::warning}, {": missing, its record has none"}});
}

void SpriteMessages::tell_failure(const Named& sprite, const std::string& reason) {
  const std::string_view cause = cause_of(reason);
  const auto known = m_causes.find(cause);
  if (known != m_causes.end() && !m_messages.is_verbose()) return known->second.push_back(sprite);
  if (known == m_causes.end()) m_causes.emplace(cause, Sprites());
  m_messages.error(fmt::format("{} {}: {}", sprite.name, sprite.key, reason));
}

void SpriteMessages::tell_repeated() const {
  for (const auto& [cause, others] : m_causes)
    if (!others.empty())
      m_messages.error(fmt::format("{} failed ({}): {}", number_of(others), cause, names_of(others)));
  if (!m_others_missing.empty())
    m_messages.note({{number_of(m_others_missing) + " missing", Tone::warning},
                     {fmt::format(": {}", names_of(m_others_missing))}});
}

bool SpriteMessages::have_one_key(const Sprites& sprites) {
  return std::all_of(sprites.begin(), sprites.end(),
                     [&](const Named& each) { return each.key == sprites.front().key; });
}

std::string SpriteMessages::number_of(const Sprites& sprites) {
  return fmt::format("{} more {}{}{}", sprites.size(), have_one_key(sprites) ? sprites.front().key : "",
                     have_one_key(sprites) ? " " : "", sprites.size() == 1 ? "sprite" : "sprites");
}

std::string SpriteMessages::names_of(const Sprites& sprites) {
  std::string names;
  const bool needs_keys = !have_one_key(sprites);
  for (const Named& each : sprites) {
    names += (names.empty() ? "" : ", ") + each.name;
    if (needs_keys) names += " " + each.key;
  }
  return names;
}

}  // namespace spritefarm::farm
