#include "pokeapi/selector.hpp"

#include <algorithm>
#include <set>

namespace spritefarm::pokeapi {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& parts) {
  std::string key;
  for (const std::string& part : parts) key += key.empty() ? part : '.' + part;
  return key;
}

bool has_wildcard(const std::vector<std::string>& pattern) {
  return pattern.empty() || std::find(pattern.begin(), pattern.end(), "*") != pattern.end();
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& key) {
  return pattern.empty() || std::equal(pattern.begin(), pattern.end(), key.begin(), key.end(),
                                       [](const std::string& wanted, const std::string& part) {
                                         return wanted == "*" || wanted == part;
                                       });
}

}  // namespace

Result<Selector> Selector::parse(std::string_view text) {
  Selector selector;
  for (const std::string& key : split(text, ',')) {
    if (key.empty())
      return Error{"a sprite key is empty; separate keys by single commas, as in front_default,back_default"};
    std::vector<std::string> pattern;
    if (key != "all") pattern = split(key, '.');
    for (const std::string& part : pattern) {
      if (part.empty())
        return Error{"sprite key '" + key + "' has an empty part; write it as other.home.front_default"};
      if (part != "*" && part.find('*') != part.npos)
        return Error{"sprite key '" + key +
                     "': '*' stands for one whole key; write it as versions.*.*.front_default"};
    }
    if (std::find(selector.m_patterns.begin(), selector.m_patterns.end(), pattern) ==
        selector.m_patterns.end())
      selector.m_patterns.push_back(std::move(pattern));
  }
  return selector;
}

Selection Selector::select(const Record& record) const {
  Selection selection;
  std::set<std::string_view> seen;  // if a key occurs twice, the first leaf counts
  std::set<std::string_view> null_leaves;
  for (const SpriteLeaf& leaf : record.sprites) {
    if (!seen.insert(leaf.key).second) continue;
    if (leaf.url.empty()) {
      null_leaves.insert(leaf.key);
      continue;
    }
    const std::vector<std::string> key = split(leaf.key, '.');
    if (std::any_of(m_patterns.begin(), m_patterns.end(),
                    [&](const auto& pattern) { return matches(pattern, key); }))
      selection.present.push_back(leaf);
  }
  for (const std::vector<std::string>& pattern : m_patterns) {
    if (has_wildcard(pattern)) continue;
    std::string key = join(pattern);
    if (null_leaves.contains(key))
      selection.missing.push_back(std::move(key));
    else if (!seen.contains(key))
      selection.unknown.push_back(std::move(key));
  }
  return selection;
}

bool Selector::plural() const noexcept {
  return m_patterns.size() > 1 || std::any_of(m_patterns.begin(), m_patterns.end(), has_wildcard);
}

}  // namespace spritefarm::pokeapi
