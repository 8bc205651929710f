#include "farm/planned_list.hpp"

#include "cli/standard_output.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

namespace spritefarm::farm {

void PlannedList::on_result(std::uint64_t, const FarmResult& result) {
  for (const SpriteResult& sprite : result.sprites)
    if (sprite.status == SpriteStatus::planned)
      cli::write_to_stdout(
          fmt::format("{}\t{}\n", text::printable(sprite.url), text::printable(sprite.path)));
}

}  // namespace spritefarm::farm
