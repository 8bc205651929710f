#include "farm/gallery.hpp"

#include "farm/data_page.hpp"
#include "text/json_writer.hpp"
#include "text/percent_encoding.hpp"
#include "text/printable_text.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spritefarm::farm {
namespace {

constexpr std::string_view gallery_page =
#include "farm/gallery_page.html.inc"
    ;

/// Writes each different text once; the entries refer to it by number.
class Numbered {
 public:
  std::size_t operator[](const std::string& text) {
    const auto [entry, is_new] = m_numbers.try_emplace(text, m_texts.size());
    if (is_new) m_texts.push_back(text);
    return entry->second;
  }
  void write(text::JsonWriter& json) const {
    json.begin_list();
    for (const std::string& text : m_texts) json.value(text);
    json.end_list();
  }

 private:
  std::unordered_map<std::string, std::size_t> m_numbers;
  std::vector<std::string> m_texts;
};

}  // namespace

Gallery::SortKey Gallery::sort_key(std::uint32_t id, const std::string& name, const std::string& key) {
  return {id - 1, name, std::count(key.begin(), key.end(), '.'), key};  // id 0 becomes the greatest number
}

void Gallery::on_result(std::uint64_t, const FarmResult& result) {
  for (const SpriteResult& sprite : result.sprites) {
    Entry& entry = m_entries[sort_key(result.id, display_name(result.name, result.id), sprite.key)];
    if (sprite.status == SpriteStatus::missing)
      entry.status = Status::missing;
    else if (sprite.status == SpriteStatus::failed)
      entry = {Status::failed, {}, sprite.reason};
    else
      entry.path = sprite.path;
  }
}

void Gallery::add_stored(const pokeapi::Record& record, const std::string& key, const std::string& path) {
  Entry& entry = m_entries[sort_key(record.id, record.name, key)];
  if (entry.path.empty()) entry.path = path;
}

bool Gallery::has_path(const std::string& path) const {
  return std::any_of(m_entries.begin(), m_entries.end(),
                     [&](const auto& entry) { return entry.second.path == path; });
}

// {"pokemon": [[id, name, [[key, folder, file, status, reason], ...]], ...], "keys": [...], "folders": [...]}
// `key` and `folder` are indices into the lists `keys` and `folders`; folder -1: no file. `folder` and `file`
// are parts of a relative URL. Status `there` and an empty reason are omitted.
std::string Gallery::page() const {
  Numbered keys, folders;
  text::JsonWriter json;
  json.begin_object().key("pokemon").begin_list();
  for (auto next = m_entries.begin(); next != m_entries.end();) {
    const auto& [id, name, depth, first_key] = next->first;
    json.begin_list().value(id + 1).value(text::printable(name)).begin_list();
    for (; next != m_entries.end() && std::get<0>(next->first) == id && std::get<1>(next->first) == name;
         ++next) {
      const Entry& entry = next->second;
      json.begin_list().value(keys[text::printable(std::get<3>(next->first))]);
      if (entry.path.empty()) {
        json.value(-1).value("");
      } else {
        const std::size_t file = entry.path.rfind('/') + 1;  // 0 if there is no slash
        json.value(folders[text::percent_encoded(entry.path.substr(0, file))]);
        json.value(text::percent_encoded(entry.path.substr(file)));
      }
      if (entry.status != Status::there) json.value(static_cast<int>(entry.status));
      if (entry.status == Status::failed) json.value(text::printable(entry.reason));
      json.end_list();
    }
    json.end_list().end_list();
  }
  json.end_list().key("keys");
  keys.write(json);
  json.key("folders");
  folders.write(json);
  return page_with_data(gallery_page, json.end_object().text());
}

}  // namespace spritefarm::farm
