#include "farm/notes.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

namespace spritefarm::farm {
namespace {

std::string count_of(NoteKind kind, std::uint64_t more) {
  switch (kind) {
    case NoteKind::url_fallback:
      return text::counted(more, "more URL", "more URLs") + " answered only in the other form";
    case NoteKind::other_name:
      return text::counted(more, "more record has", "more records have") + " another name than the index";
    case NoteKind::bytes_after_end:
      return text::counted(more, "more file has", "more files have") + " bytes after the end of the image";
  }
  return {};
}

}  // namespace

void NoteMessages::tell(NoteKind kind, const std::string& text) {
  if (m_counts.at(static_cast<std::size_t>(kind))++ == 0)
    m_messages.note(text);
  else
    m_messages.detail({{text}});
}

void NoteMessages::tell_counts() const {
  for (std::size_t kind = 0; kind < kinds; ++kind)
    if (m_counts.at(kind) > 1)
      m_messages.note(fmt::format("and {}", count_of(static_cast<NoteKind>(kind), m_counts.at(kind) - 1)));
}

}  // namespace spritefarm::farm
