#pragma once

#include "net/freshness.hpp"
#include "net/http_client.hpp"
#include "system/file_stamp.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// A record or a page of the index that an earlier run has stored.
struct CachedDocument {
  std::string content;  ///< of a record: from cache::encode_record(); of a page: the response body
  net::Validators validators;
  bool needs_revalidation = true;  ///< stale; otherwise it can be used without a request
};

/// An image that an earlier run has stored. Its file is unaltered.
struct CachedImage {
  std::string key;
  std::string url;
  std::string path;  ///< below the output directory
  std::string extension;
  net::Validators validators;
  system::FileStamp stamp;
  std::string sha256;
  bool needs_revalidation = true;
};

/// The argument of one call: a pokémon whose selected sprites are to be downloaded. All types here are
/// aggregates, so that the library's codec can send them to a worker and back.
struct FarmTask {
  std::string name;                        ///< empty if only the id is known
  std::uint32_t id = 0;                    ///< 0 if only the name is known
  std::string url;                         ///< of the record
  std::optional<CachedDocument> record{};  ///< verified by check_record()
  std::vector<CachedImage> images{};
  std::string fault{};  ///< of its entry in the index, which fails it; empty: none
};

enum class SpriteStatus : std::uint8_t {
  downloaded,
  unchanged,  ///< the file on disk is current
  planned,    ///< in a dry run
  missing,    ///< null in the record
  failed,
};

/// The response header with the hash of the dataset to which a document belongs.
inline constexpr const char* dataset_header = "x-pokeapi-hash";

/// The part of a response that is stored for later runs.
struct StoredResponse {
  net::Validators validators;
  std::chrono::seconds freshness_lifetime{0};
};
struct StoredDocument {
  StoredResponse answered;
  std::string dataset;  ///< hash of its dataset; empty if the response has no such header
  std::string content;  ///< see CachedDocument
};
struct StoredImage {
  StoredResponse answered;
  system::FileStamp stamp;  ///< of the file after it was written
  std::string sha256;
};

/// The times at which a document or an image was fetched, on the clock of FarmResult::began.
struct PartTimes {
  std::chrono::nanoseconds began{0};
  std::vector<net::AttemptTimes> attempts;
  std::chrono::nanoseconds write_began{0};  ///< of its file; 0: no file was written
  std::chrono::nanoseconds ended{0};
};

/// The file of a sprite on its way to whoever writes it.
struct SpriteFile {
  std::string bytes;
  std::optional<std::int64_t> changed{};  ///< modification time, as in system::FileStamp; none: now
};

/// The result of one sprite.
struct SpriteResult {
  std::string key;
  std::string url;  ///< of the image; of the record if the record failed
  SpriteStatus status = SpriteStatus::failed;
  std::string reason;  ///< of the failure
  int attempts = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::string path;         ///< below the output directory
  /// Time from the start of its pokémon in the worker until the sprite was done or failed.
  std::chrono::nanoseconds took{0};
  std::optional<StoredImage> answer{};  ///< if there was a request, and the file is on disk
  std::optional<PartTimes> times{};     ///< if WorkerSettings::times
  std::uint64_t bytes_after_end = 0;    ///< bytes of the response after the end of its image
  std::optional<SpriteFile> file{};     ///< if WorkerSettings::sends_files: not yet written
};

/// A URL that failed with status 404, and the same URL with its trailing slash toggled, which succeeded.
struct UrlFallback {
  std::string url;
  std::string instead;
};

/// The requests of a call.
struct RequestCount {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;      ///< how many of them were retries
  std::uint64_t connections = 0;  ///< new connections
  std::vector<UrlFallback> url_fallbacks{};

  void add(const RequestCount& other) {
    requests += other.requests;
    retries += other.retries;
    connections += other.connections;
    url_fallbacks.insert(url_fallbacks.end(), other.url_fallbacks.begin(), other.url_fallbacks.end());
  }
};

/// The default form of a species, and the document that names it.
struct DefaultForm {
  StoredDocument species;
  std::string species_url;
  std::string record_url;
};

/// The result of a FarmTask.
struct FarmResult {
  std::string name;
  std::uint32_t id = 0;
  std::vector<SpriteResult> sprites;
  std::optional<StoredDocument> answer{};  ///< if the record was requested
  RequestCount count;
  /// When a worker started it: time since the epoch of steady_clock, which all processes of a machine share.
  /// 0 if no worker did.
  std::chrono::nanoseconds began{0};
  std::chrono::nanoseconds ended{0};          ///< when it ended, on the same clock
  std::optional<PartTimes> record_times{};    ///< if WorkerSettings::times and the record was requested
  int worker = 0;                             ///< the worker's thread id; 0 if no worker ran it
  bool is_unknown = false;                    ///< the API has no record of this name or id, and no species
  std::optional<DefaultForm> default_form{};  ///< if the task's name is a species'
  std::string
      output_error;    ///< why no further file can be written, and what to do; empty: files can be written
  std::string node{};  ///< the name of the node that ran it; empty if none did
};

/// The name of a pokémon in messages.
inline std::string display_name(const std::string& name, std::uint32_t id) {
  return name.empty() ? std::to_string(id) : name;
}

}  // namespace spritefarm::farm
