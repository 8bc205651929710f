#pragma once

#include "base/result.hpp"
#include "farm/farm_task.hpp"

#include <spritefarm/task.hpp>

#include <chrono>
#include <string>

namespace spritefarm::farm {

/// The hash of the dataset that the API currently serves.
struct DatasetHash {
  Result<std::string> hash = Error{"not requested"};
  std::chrono::seconds freshness_lifetime{0};
  RequestCount count;
};

/// The URL of the document that holds the hash.
std::string dataset_url(const std::string& base_url);

/// Fetches the hash. A call to a worker of this process; it uses the worker's Downloader.
Task<DatasetHash> fetch_dataset_hash(std::string base_url);

}  // namespace spritefarm::farm
