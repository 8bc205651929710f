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

/// A record or a page of the index that an earlier run has read.
struct CachedDocument {
  std::string content;  ///< a record's as cache::encode_record() makes it, a page's as it came
  net::Validators validators;
  bool needs_revalidation = true;  ///< whether it is still so; else it is
};

/// An image that an earlier run has made, whose file is as that run left it.
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

/// One call of the farm: a pokémon whose chosen sprites are wanted. Aggregates, so that the library's codec
/// carries them to a worker and back.
struct FarmTask {
  std::string name;                        ///< empty where only the id is known
  std::uint32_t id = 0;                    ///< 0 where only the name is known
  std::string url;                         ///< of its record
  std::optional<CachedDocument> record{};  ///< a right one
  std::vector<CachedImage> images{};
};

enum class SpriteStatus : std::uint8_t {
  downloaded,
  unchanged,  ///< the file that was there is the server's
  planned,    ///< by a dry run
  missing,    ///< the record says that there is none
  failed,
};

/// The response header with which the PokéAPI names the dataset that a document is of.
inline constexpr const char* dataset_header = "x-pokeapi-hash";

/// What is to be remembered of an answer for a later run.
struct StoredResponse {
  net::Validators validators;
  std::chrono::seconds freshness_lifetime{0};
};
struct StoredDocument {
  StoredResponse answered;
  std::string dataset;  ///< by its hash; empty where the server does not tell
  std::string content;  ///< see CachedDocument
};
struct StoredImage {
  StoredResponse answered;
  system::FileStamp stamp;  ///< of the file as it was written
  std::string sha256;
};

/// When a document or an image was got, on the clock of FarmResult::began: from its first wait to where it was there.
struct PartTimes {
  std::chrono::nanoseconds began{0};
  std::vector<net::AttemptTimes> attempts;
  std::chrono::nanoseconds write_began{0};  ///< of its file; 0: none was written
  std::chrono::nanoseconds ended{0};
};

/// What became of one sprite.
struct SpriteResult {
  std::string key;
  std::string url;  ///< of what failed: the record's where that could not be had
  SpriteStatus status = SpriteStatus::failed;
  std::string reason;  ///< why it failed
  int attempts = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::string path;         ///< below the output directory
  /// From its pokémon's start in the worker until it was there, or was given up.
  std::chrono::nanoseconds took{0};
  std::optional<StoredImage> answer{};  ///< where its server was asked, and the file is there
  std::optional<PartTimes> times{};     ///< where they are wanted
};

/// An address that was answered with 404 while its other spelling, with or without the slash at its end, was not.
struct UrlFallback {
  std::string url;
  std::string instead;
};

/// What a call has asked the servers for.
struct RequestCount {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;      ///< how many of them repeated one that had failed
  std::uint64_t connections = 0;  ///< that were opened
  std::vector<UrlFallback> url_fallbacks{};
};

/// What became of a FarmTask.
struct FarmResult {
  std::string name;
  std::uint32_t id = 0;
  std::vector<SpriteResult> sprites;
  std::optional<StoredDocument> answer{};  ///< where the record's server was asked
  RequestCount count;
  /// When a worker started on it, on the clock that all processes of a machine share (steady_clock's, since its epoch);
  /// 0 where none did.
  std::chrono::nanoseconds began{0};
  std::chrono::nanoseconds ended{0};        ///< on the same clock
  std::optional<PartTimes> record_times{};  ///< where they are wanted, and the record was asked for
  int worker = 0;                           ///< the kernel's id of the thread that did it; 0 where none did
  std::string output_error;  ///< not empty: nothing can be written any more, so there is no use in going on
};

/// How a pokémon is called in messages.
inline std::string display_name(const std::string& name, std::uint32_t id) {
  return name.empty() ? std::to_string(id) : name;
}

}  // namespace spritefarm::farm
