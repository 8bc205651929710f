#include "mirror/fault_plan.hpp"

#include "mirror/seeded_random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace spritefarm::mirror {

namespace {

constexpr std::array<std::pair<std::string_view, Fault>, 10> kinds{{{"403", Fault::rate_limit},
                                                                    {"404", Fault::not_found},
                                                                    {"429", Fault::too_many_requests},
                                                                    {"500", Fault::server_error},
                                                                    {"503", Fault::unavailable},
                                                                    {"truncate", Fault::truncate},
                                                                    {"stall", Fault::stall},
                                                                    {"reset", Fault::reset},
                                                                    {"garbage", Fault::garbage},
                                                                    {"html", Fault::html}}};

std::optional<double> parse_share(std::string text) {
  const bool percent = !text.empty() && text.back() == '%';
  if (percent) text.pop_back();
  if (text.empty() || text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  char* end = nullptr;
  const double share = std::strtod(text.c_str(), &end) / (percent ? 100 : 1);
  if (*end != '\0' || share > 1) return std::nullopt;
  return share;
}

}  // namespace

Result<std::vector<FaultShare>> parse_faults(std::string_view text) {
  std::vector<FaultShare> shares;
  double sum = 0;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t colon = item.find(':');
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const auto& entry) { return entry.first == item.substr(0, colon); });
    if (kind == kinds.end()) {
      return Error{
          fmt::format("--fault: unknown kind '{}'; use 403, 404, 429, 500, 503, truncate, stall, reset, "
                      "garbage or html",
                      item.substr(0, colon))};
    }
    const auto share = colon == item.npos ? std::nullopt : parse_share(std::string(item.substr(colon + 1)));
    if (!share) {
      return Error{fmt::format("--fault: '{}' needs a share from 0 to 1, or a percentage, as in {}:0.1", item,
                               kind->first)};
    }
    shares.push_back({kind->second, *share});
    sum += *share;
  }
  if (sum > 1 + 1e-9) return Error{fmt::format("--fault: the shares add up to {}; make them at most 1", sum)};
  return shares;
}

FaultPlan::FaultPlan(std::vector<FaultShare> shares, std::uint64_t seed)
    : m_shares(std::move(shares)), m_seed(std::to_string(seed)) {}

std::optional<Fault> FaultPlan::next(std::string_view url) {
  if (m_shares.empty()) return std::nullopt;
  std::uint64_t request = 0;
  {
    const std::lock_guard lock(m_mutex);
    request = m_requests[std::string(url)]++;
  }
  double chance = SeededRandom(fmt::format("fault {} {} {}", m_seed, request, url)).unit();
  for (const auto& [fault, share] : m_shares) {
    chance -= share;
    if (chance < 0) return fault;
  }
  return std::nullopt;
}

}  // namespace spritefarm::mirror
