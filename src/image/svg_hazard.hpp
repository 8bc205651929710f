#pragma once

#include "image/xml_tag_reader.hpp"

#include <string_view>

namespace spritefarm::image {

/// What makes a part of an SVG document dangerous for somebody who opens the file in a browser: it runs code,
/// shows another document, or grows by its entities. Sprites have none of it. Empty: nothing does.
std::string_view hazard_of(const XmlTagReader::Tag& tag);
/// The same of a declaration `<!…>` or a processing instruction `<?…?>`.
std::string_view hazard_of_skipped(std::string_view markup);

}  // namespace spritefarm::image
