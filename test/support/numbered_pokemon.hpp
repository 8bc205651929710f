#pragma once

#include <string>

// Documents of an API whose pokémon are called p1, p2 and so on.
namespace spritefarm::test {

/// The record of pokémon `id`, with one sprite.
inline std::string numbered_record(const std::string& id, const std::string& image_url) {
  return R"({"id": )" + id + R"(, "name": "p)" + id + R"(", "sprites": {"front_default": ")" + image_url +
         R"("}})";
}

/// The only page of an index of `count` pokémon. The URL of a record is `records_url`, the id and a slash.
inline std::string numbered_index(int count, const std::string& records_url) {
  std::string results;
  for (int id = 1; id <= count; ++id) {
    const std::string number = std::to_string(id);
    results += (id == 1 ? "" : ", ") + (R"({"name": "p)" + number) + R"(", "url": ")" + records_url + number +
               R"(/"})";
  }
  return R"({"count": )" + std::to_string(count) + R"(, "next": null, "results": [)" + results + "]}";
}

}  // namespace spritefarm::test
