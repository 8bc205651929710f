#pragma once

#include "cli/messages.hpp"
#include "farm/farm_task.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// Tells the user what became of each sprite: with -v, at once; else only what is missing or has failed. Of
/// sprites that failed by the same cause, the first is told at once and the others by one list at the end, as
/// are those that are missing. Owned by the accounting, used by the main thread.
class SpriteMessages {
 public:
  explicit SpriteMessages(const cli::Messages& messages) : m_messages(messages) {}

  /// A failure is told only with -v if `is_known`: another message has its cause.
  void tell(const std::string& name, const SpriteResult& sprite, bool is_known);
  /// Tells the lists. Call it once, after the last sprite.
  void tell_repeated() const;

 private:
  struct Named {
    std::string name, key;
  };
  using Sprites = std::vector<Named>;

  void tell_missing(const Named& sprite);
  void tell_failure(const Named& sprite, const std::string& reason);
  static bool have_one_key(const Sprites& sprites);
  /// "2 more front_default sprites", or "2 more sprites" if they have several keys.
  static std::string number_of(const Sprites& sprites);
  /// "a, b", or "a front_default, b back_default".
  static std::string names_of(const Sprites& sprites);

  const cli::Messages& m_messages;
  std::map<std::string, Sprites, std::less<>> m_causes;  // with the sprites after the first
  bool m_has_missing = false;
  Sprites m_others_missing;
};

}  // namespace spritefarm::farm
