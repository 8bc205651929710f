#include "cli/help_text.hpp"

namespace spritefarm::cli {

std::vector<HelpEntry> selection_entries() {
  return {
      {"POKEMON...",
       "names or ids, such as pikachu or 25; '-' reads them from standard input; default: "
       "the first of the index"},
      {"-n, --limit N", "take N pokémon of the index [100]", "take N pokémon of the index [100]"},
      {"--offset N", "skip the first N pokémon of the index [0]"},
      {"--all", "take the whole index", "take the whole index"},
      {"--sprite KEY,...",
       "which sprites [front_default]: a path in the record's `sprites` tree with dots between its keys, "
       "such as other.official-artwork.front_default; '*' stands for any one key, "
       "'all' for every sprite that exists",
       "which sprites: a key such as back_shiny, or all"},
      {"--shard K/N", "take every N-th pokémon of the selection from the K-th on; K is from 1 to N"},
  };
}

std::vector<HelpEntry> network_entries(std::string_view rate, std::string_view demo) {
  return {
      {"--base-url URL", "address of the PokéAPI [$SPRITEFARM_BASE_URL, or https://pokeapi.co/api/v2/]"},
      {"--connect-to HOST1:PORT1:HOST2:PORT2",
       "connect to HOST2:PORT2 instead of HOST1:PORT1, as in curl; may be repeated"},
      {"--cacert FILE", "trust the certificates in this PEM file"},
      {"--proxy URL", "use this proxy, as in curl"},
      {"--rate N", rate},
      {"--retries N", "give up a request after N retries that fail in the same way [4]"},
      {"--timeout SECONDS", "time limit of one attempt [30]"},
      {"--demo", demo, demo},
  };
}

HelpPage farm_help() {
  std::vector<HelpEntry> selection = selection_entries();
  selection.push_back({"--dry-run", "print what would be downloaded; reads records, but no images",
                       "print what would be downloaded"});
  return {
      .summary = "Download the sprites of the PokéAPI's pokémon with forked worker processes.",
      .usage = {"[OPTIONS] [POKEMON...]", "bench [OPTIONS]   compare serial, threads and processes",
                "mirror [OPTIONS]  serve a small PokéAPI on loopback"},
      .options =
          {
              {"Selection", std::move(selection)},
              {"Workers",
               {
                   {"-p, --processes N", "number of forked worker processes [number of cores]",
                    "use N worker processes [number of cores]"},
                   {"-t, --threads N", "use N threads instead of processes",
                    "use N threads instead of processes"},
                   {"-s, --serial", "download one sprite at a time, without workers",
                    "download one sprite at a time"},
                   {"-c, --concurrency N", "sprites in flight in each worker [32]"},
                   transport_entry,
               }},
              {"Network", network_entries("requests per second to one host, over all workers together, "
                                          "after a burst of 2.56 N requests, at most 256 [100]; 0: no limit",
                                          "use an embedded mirror, needs no network")},
              {"Output",
               {
                   {"-o, --output DIR", "directory for the sprites [sprites]",
                    "directory for the sprites [sprites]"},
                   {"--template T",
                    "path of each file below DIR, made of {name}, {id}, {sprite} and {ext} [{name}.{ext}; "
                    "with more than one sprite {sprite}/{name}.{ext}]"},
                   {"--refresh", "revalidate fresh entries too; downloads only what has changed"},
                   {"--verify", "hash the files on disk and download altered ones again"},
                   {"--gallery",
                    "write DIR/index.html, a page that shows each sprite: present, missing or failed",
                    "write DIR/index.html, a page of all sprites"},
                   {"--trace FILE",
                    "write the time line of all tasks and requests in Chrome's trace format, for Perfetto"},
                   {"--json", "print the report as one JSON object on standard output",
                    "print the report as JSON"},
                   {"-q, --quiet", "print errors only"},
                   {"-v, --verbose", "print the result of each sprite"},
                   {"-V, --version", "print the program's version"},
               }},
          },
      .examples = {{"spritefarm -n 20 --gallery", "20 pokémon and a page that shows them"},
                   {"spritefarm --sprite all pikachu mew", "every sprite of two pokémon"},
                   {"spritefarm --demo -p 4", "four processes, without a network"}},
      .notes = {{"Commands, each with its own -h and --help",
                 {{"spritefarm bench", "compare serial, threads and processes"},
                  {"spritefarm bench calls", "measure the library's calls alone"},
                  {"spritefarm mirror", "serve a small PokéAPI on loopback"}}},
                {"Exit status",
                 {{"0", "every sprite that exists is on disk"},
                  {"1", "some sprites failed; each is named with its reason"},
                  {"2", "the command line is wrong"},
                  {"3", "the index cannot be read"},
                  {"4", "the output directory cannot be used"},
                  {"130", "interrupted by SIGINT or SIGTERM"},
                  {"141", "standard output was closed"}}}},
  };
}

}  // namespace spritefarm::cli
