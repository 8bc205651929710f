#pragma once

#include "farm/farm_task.hpp"
#include "farm/listing_request.hpp"

#include <spritefarm/executor.hpp>

#include <list>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// Reads the pokémon of types and generations: those of any of the types that are also of any of the
/// generations. Without types it is all of the generations, and the reverse. Owned by the TaskSource, used by
/// the main thread.
class GroupReader {
 public:
  struct Groups {
    std::vector<std::string> types, generations;  ///< names or ids

    [[nodiscard]] bool empty() const noexcept { return types.empty() && generations.empty(); }
  };
  /// Requests all documents. Throws Interrupted, as read() does.
  GroupReader(const Groups& groups, const std::string& base_url, Executor& executor, HttpCache& cache,
              RunEvents& events);

  /// Waits for the documents, once. Returns the pokémon in the order of their ids, then the faulty entries,
  /// which may belong to the groups. Adds the requests to
  /// `count`.
  Result<std::vector<pokeapi::IndexEntry>> read(RequestCount& count);
  [[nodiscard]] bool is_waiting() const noexcept;

 private:
  std::list<ListingRequest> m_types, m_generations;
};

}  // namespace spritefarm::farm
