#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::text {

/// The values of the fields of an OutputTemplate. `name` and `sprite` are untrusted: a server sends them.
struct OutputNames {
  std::string_view name;
  std::uint32_t id = 0;
  std::string_view sprite;
  std::string_view ext;
};

/// The value of `--template`: a relative path with the fields {name}, {id}, {sprite} and {ext}. It names each
/// sprite's file below the output directory. Whatever the server sends, path() never leaves that directory.
class OutputTemplate {
 public:
  /// Fails if `text` is not a relative path of plain names, or if it contains a brace that does not belong to
  /// one of the four fields.
  static Result<OutputTemplate> parse(std::string_view text);

  /// What parse() makes the same template of.
  [[nodiscard]] std::string text() const;

  /// Fails if a name is not valid as (part of) a file name, or if the whole path is too long.
  [[nodiscard]] Result<std::string> path(const OutputNames& names) const;

  /// The number of directories between the output directory and a file.
  [[nodiscard]] int depth() const noexcept;

  /// Whether different pokémon (or different sprites of one pokémon) get different paths.
  [[nodiscard]] bool tells_pokemon_apart() const noexcept { return has(Field::name) || has(Field::id); }
  [[nodiscard]] bool tells_sprites_apart() const noexcept { return has(Field::sprite); }

 private:
  enum class Field { literal, name, id, sprite, ext };
  struct Part {
    Field field;
    std::string text;  // literal text only
  };
  [[nodiscard]] bool has(Field field) const noexcept;

  std::vector<Part> m_parts;
};

/// Checks that a server's text can be (part of) a file name: not empty, not too long, no slash, no deceptive
/// character, no '.' or '-' in front: a command that is called with `*` takes the latter for its option. The
/// Error completes a sentence that begins with the text: "contains a slash".
Result<void> check_file_name(std::string_view text);
/// Checks that a path stays in the directory that it starts in. The Error is as above.
Result<void> check_relative_path(std::string_view path);

}  // namespace spritefarm::text
