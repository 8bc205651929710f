#include "mirror/folder_site.hpp"

#include "mirror/entity_tag.hpp"
#include "mirror/index_document.hpp"
#include "pokeapi/index_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace spritefarm::mirror {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) return std::nullopt;
  return content;
}

fs::path real_folder(const fs::path& root) {
  std::error_code error;
  fs::path real = fs::canonical(root, error);
  if (error || !fs::is_directory(real, error)) {
    throw std::runtime_error(
        fmt::format("--root {}: no such folder; use one that has api/v2/pokemon/index.json", root.string()));
  }
  return real;
}

std::vector<Pokemon> read_index(const fs::path& root) {
  const fs::path path = root / "api/v2/pokemon/index.json";
  const auto content = read_file(path);
  if (!content) {
    throw std::runtime_error(
        fmt::format("cannot read {}; --root needs a folder with this file", path.string()));
  }
  auto page = pokeapi::parse_index_page(*content, "https://pokeapi.co/api/v2/pokemon");
  if (!page) throw std::runtime_error(fmt::format("{}: {}", path.string(), page.error().message));
  std::vector<Pokemon> pokemon;
  for (pokeapi::IndexEntry& entry : page->entries)
    if (!entry.is_faulty()) pokemon.push_back({entry.id, std::move(entry.name)});
  return pokemon;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (std::size_t found; (found = text.find(from)) != text.npos; text.remove_prefix(found + from.size())) {
    result.append(text.substr(0, found)).append(to);
  }
  return result.append(text);
}

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

FolderSite::FolderSite(const fs::path& root) : m_root(real_folder(root)), m_catalogue(read_index(m_root)) {}

std::optional<fs::path> FolderSite::find_file(const std::string& path) const {
  if (path.find('\0') != path.npos) return std::nullopt;
  std::error_code error;
  fs::path file = fs::canonical(m_root / ('.' + path), error);
  if (error || !is_within(file, m_root)) return std::nullopt;
  if (fs::is_directory(file, error)) {
    file = fs::canonical(file / "index.json", error);
    if (error || !is_within(file, m_root)) return std::nullopt;
  }
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  return file;
}

SharedAnswer FolderSite::answer(const Request& request) {
  constexpr std::string_view records = "/api/v2/pokemon/";
  std::string path = request.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::string hash = sha1_hex(m_root.string());
  const std::string key = fmt::format("{} {} {}?{}", request.gzip, request.origin, path, request.query);
  if (path == records.substr(0, records.size() - 1)) {
    return m_cache.get(key, [&] {
      return json_answer(
          request, index_document(m_catalogue, parse_page_request(request.query), request.origin), hash);
    });
  }
  if (path.compare(0, records.size(), records) == 0) {
    if (const Pokemon* pokemon = m_catalogue.find(std::string_view(path).substr(records.size()))) {
      path = fmt::format("{}{}", records, pokemon->id);
    }
  }

  const auto file = find_file(path);
  if (!file) return not_found();
  std::error_code error;
  const auto changed = fs::last_write_time(*file, error).time_since_epoch().count();
  const auto size = fs::file_size(*file, error);
  return m_cache.get(fmt::format("{} {} {}", key, changed, size), [&]() -> SharedAnswer {
    auto content = read_file(*file);
    if (!content) return not_found();
    if (file->extension() != ".json") {
      const std::string extension = file->extension().string();
      return image_answer(std::string_view(extension).substr(extension.empty() ? 0 : 1), std::move(*content));
    }
    for (const char* host : {"https://pokeapi.co/", "https://raw.githubusercontent.com/"}) {
      *content = replace_all(*content, host, request.origin + '/');
    }
    return json_answer(request, std::move(*content), hash);
  });
}

}  // namespace spritefarm::mirror
