#pragma once

#include "cli/messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace spritefarm::farm {

/// Something unusual about a record or a sprite that is no failure.
struct Note {
  std::string name;    ///< of the pokémon
  std::string sprite;  ///< its key; empty: the note is about the record
  std::string text;
};

enum class NoteKind : std::uint8_t { url_fallback, other_name, bytes_after_end };

/// Tells the user what is unusual: the first note of each kind, and at the end of the run how many more there
/// were. With -v, it tells each. Owned by the accounting, used by the main thread.
class NoteMessages {
 public:
  explicit NoteMessages(const cli::Messages& messages) : m_messages(messages) {}

  void tell(NoteKind kind, const std::string& text);
  /// Tells how many notes of each kind followed the first. Call it once, after the last note.
  void tell_counts() const;

 private:
  static constexpr std::size_t kinds = 3;

  const cli::Messages& m_messages;
  std::array<std::uint64_t, kinds> m_counts{};
};

}  // namespace spritefarm::farm
