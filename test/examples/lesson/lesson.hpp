// The lesson's own steps: the first 100 pokémon, the URL of a sprite, its image, its file, and the time.
#pragma once

#include <spritefarm/futures.hpp>

#include <curl/curl.h>
#include <simdjson.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sf = spritefarm;

struct Pokemon {
  std::string name, url;
};

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline size_t append(const char* data, size_t, size_t size, std::string* to) {
  to->append(data, size);
  return size;
}

inline std::string get(const std::string& url) {
  std::string body;
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "spritefarm-lesson");
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  if (code != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(code));
  return body;
}

inline std::vector<Pokemon> first_100() {
  const char* base_url = std::getenv("SPRITEFARM_BASE_URL");
  const std::string json =
      get(std::string(base_url ? base_url : "https://pokeapi.co/api/v2/") + "pokemon/?limit=100");
  std::vector<Pokemon> pokemons;
  simdjson::dom::parser parser;
  for (const simdjson::dom::element pokemon : parser.parse(json)["results"])
    pokemons.push_back({std::string(pokemon["name"].get_c_str()), std::string(pokemon["url"].get_c_str())});
  return pokemons;
}

inline std::string sprite_url(const std::string& url) {
  simdjson::dom::parser parser;
  return std::string(parser.parse(get(url))["sprites"]["front_default"].get_c_str());
}

inline std::string save_file(const std::string& name, const std::string& image) {
  const std::string file = "sprites/" + name + ".png";
  std::ofstream(file, std::ios::binary) << image;
  return file;
}

// All steps for one pokémon. times.tsv gets a line for the time line: who, begin, record read, end, name.
inline std::string download(const Pokemon& pokemon) {
  const double begin = seconds();
  const std::string url = sprite_url(pokemon.url);
  const double read = seconds();
  const std::string file = save_file(pokemon.name, get(url));
  std::ofstream times("times.tsv", std::ios::app);
  times << (std::to_string(gettid()) + '\t' + std::to_string(begin) + '\t' + std::to_string(read) + '\t' +
            std::to_string(seconds()) + '\t' + pokemon.name + '\n');
  return file;
}

// Prints the time from its construction to its end. Forgets the times of earlier runs.
class Timing {
 public:
  Timing() {
    std::filesystem::create_directory("sprites");
    std::filesystem::remove("times.tsv");
  }
  ~Timing() { std::cout << seconds() - m_begin << " s\n"; }

 private:
  double m_begin = seconds();
};
