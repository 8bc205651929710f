#include "farm/group_reader.hpp"

#include "text/percent_encoding.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace spritefarm::farm {
namespace {

using Members = std::map<std::uint32_t, pokeapi::IndexEntry>;  // by id

/// The members of any of the groups; none if there are no groups. Adds the faulty entries to `faulty`.
Result<std::optional<Members>> read_members(std::list<ListingRequest>& requests, RequestCount& count,
                                            std::vector<pokeapi::IndexEntry>& faulty) {
  if (requests.empty()) return std::optional<Members>();
  Members members;
  for (ListingRequest& request : requests) {
    Result<pokeapi::IndexPage> page = request.wait(count);
    if (!page) return page.error();
    request.store();
    for (pokeapi::IndexEntry& entry : page->entries)
      if (entry.is_faulty())
        faulty.push_back(std::move(entry));
      else
        members.emplace(entry.id, std::move(entry));
  }
  return std::optional(std::move(members));
}

bool is_waiting_for(const std::list<ListingRequest>& requests) {
  return std::any_of(requests.begin(), requests.end(),
                     [](const ListingRequest& request) { return request.is_waiting(); });
}

}  // namespace

GroupReader::GroupReader(const Groups& groups, const std::string& base_url, Executor& executor,
                         HttpCache& cache, RunEvents& events) {
  for (const std::string& type : groups.types)
    m_types.emplace_back(base_url + "type/" + text::percent_encoded(type) + '/', pokeapi::Listing::type,
                         executor, cache, events);
  for (const std::string& generation : groups.generations)
    m_generations.emplace_back(base_url + "generation/" + text::percent_encoded(generation) + '/',
                               pokeapi::Listing::generation, executor, cache, events);
}

Result<std::vector<pokeapi::IndexEntry>> GroupReader::read(RequestCount& count) {
  std::vector<pokeapi::IndexEntry> faulty;
  Result<std::optional<Members>> types = read_members(m_types, count, faulty);
  if (!types) return types.error();
  Result<std::optional<Members>> generations = read_members(m_generations, count, faulty);
  if (!generations) return generations.error();
  Members& members = *types ? **types : **generations;  // a type's members have names
  if (*types && *generations)
    std::erase_if(members, [&](const auto& member) { return !(*generations)->contains(member.first); });
  std::vector<pokeapi::IndexEntry> entries;
  for (auto& [id, entry] : members) entries.push_back(std::move(entry));
  std::move(faulty.begin(), faulty.end(), std::back_inserter(entries));
  return entries;
}

bool GroupReader::is_waiting() const noexcept {
  return is_waiting_for(m_types) || is_waiting_for(m_generations);
}

}  // namespace spritefarm::farm
