#pragma once

#include "farm/farm_task.hpp"

#include <spritefarm/task.hpp>

#include <chrono>
#include <string>

namespace spritefarm::farm {

/// Which dataset the API serves at present: its hash, or the error why that cannot be had.
struct DatasetHash {
  std::string hash;
  std::chrono::seconds freshness_lifetime{0};
  std::string error;
  RequestCount count;
};

/// Where that is asked.
std::string dataset_url(const std::string& base_url);

/// A call to a worker, whose Downloader it uses.
Task<DatasetHash> fetch_dataset_hash(std::string base_url);

}  // namespace spritefarm::farm
