#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::text {

/// What the fields of an OutputTemplate are filled with. Most of it comes from a server.
struct OutputNames {
  std::string_view name;
  std::uint32_t id = 0;
  std::string_view sprite;
  std::string_view ext;
};

/// Where below the output directory a sprite's file belongs: the value of `--template`, a relative path with
/// {name}, {id}, {sprite} and {ext} in it. No path that it gives leaves the directory, whatever the server
/// sends.
class OutputTemplate {
 public:
  /// An Error for a template that is no relative path of plain names, or has a brace that is none of its
  /// four.
  static Result<OutputTemplate> parse(std::string_view text);

  [[nodiscard]] Result<std::string> path(const OutputNames& names) const;

  /// How many folders deep below the output directory its files lie.
  [[nodiscard]] int depth() const noexcept;

  /// Whether different pokémon, or different sprites of one, get different paths.
  [[nodiscard]] bool tells_pokemon_apart() const noexcept { return has(Field::name) || has(Field::id); }
  [[nodiscard]] bool tells_sprites_apart() const noexcept { return has(Field::sprite); }

 private:
  enum class Field { literal, name, id, sprite, ext };
  struct Part {
    Field field;
    std::string text;  // of a literal
  };
  [[nodiscard]] bool has(Field field) const noexcept;

  std::vector<Part> m_parts;
};

/// Checks that `text` is fit to be (part of) a file's name: not empty, too long or hidden, without a slash or control
/// character. The Error's message continues a sentence: "has a slash".
Result<void> check_file_name(std::string_view text);

}  // namespace spritefarm::text
