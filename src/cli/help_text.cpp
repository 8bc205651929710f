#include "cli/help_text.hpp"

namespace spritefarm::cli {

std::vector<HelpEntry> selection_entries(std::string_view limit) {
  return {
      {"POKEMON...",
       "names, ids or ranges of ids, such as pikachu, 25 or 1-151, with commas or spaces; a species "
       "such as aegislash means its default form; '-' reads them "
       "from standard input, where '#' begins a comment; default: the first of the index",
       "names, ids or ranges of ids, such as pikachu or 1-151"},
      {"--type NAME,...", "take the pokémon of these types"},
      {"--generation N,...",
       "take the species of these generations, each as its default form; with --type, those of the types"},
      {"-n, --limit N", limit, limit},
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
      {"--cacert FILE",
       "trust the certificates in this PEM file or directory [$CURL_CA_BUNDLE, $SSL_CERT_DIR, "
       "$SSL_CERT_FILE, or the system's]"},
      {"--proxy URL", "use this proxy, as in curl; '' means none [from the environment]"},
      {"--noproxy LIST", "hosts to connect to without a proxy, as in curl [$no_proxy]"},
      {"--allow-private",
       "let a public API lead to loopback, link-local and private addresses; one at such an address may"},
      {"--user-agent TEXT", "the User-Agent of all requests [spritefarm and its version]"},
      {"--header NAME:VALUE",
       "add this header to all requests; Authorization and Cookie go only to the host of "
       "--base-url; may be repeated"},
      {"--rate N", rate},
      {"--limit-rate BYTES", "bytes per second over all workers together; 500k, 2M [no limit]"},
      {"--retries N",
       "repeat a failed request up to N times [4]; waiting for a host that is away or asks for a pause is no "
       "retry"},
      {"--retry-max-time SECONDS", "how long a host may be away, or ask for a pause [300]"},
      {"--timeout SECONDS", "longest time without progress [30]; a byte is progress"},
      {"--demo", demo, "use an embedded mirror, needs no network"},
  };
}

HelpPage farm_help() {
  std::vector<HelpEntry> selection = selection_entries("take N pokémon of the index [100]");
  selection.push_back({"--dry-run", "print what would be downloaded; reads records, but no images"});
  return {
      .summary = "Download the sprites of the PokéAPI's pokémon with forked worker processes.",
      .usage = {"[OPTIONS] [POKEMON...]", "bench [OPTIONS]   compare serial, threads and processes",
                "mirror [OPTIONS]  serve a small PokéAPI on loopback",
                "node [OPTIONS]    work for --cluster on this machine"},
      .options =
          {
              {"Selection", std::move(selection)},
              {"Workers",
               {
                   {"-p, --processes N",
                    "number of forked worker processes [one for each core, from 4 to 8, and for each 50 pokémon]",
                    "use N worker processes"},
                   {"-t, --threads N", "use N threads instead of processes",
                    "use N threads instead of processes"},
                   {"-s, --serial", "download one sprite at a time, without workers",
                    "download one sprite at a time"},
                   {"-c, --concurrency N",
                    "most sprites in flight in each worker; fewer if line or host need it [256]"},
                   transport_entry,
                   {"--sandbox KIND",
                    "on: each worker process gives up other files and system calls than it needs, as far as "
                    "the kernel can enforce that; off [on]"},
               }},
              {"Cluster",
               {
                   {"--cluster",
                    "let nodes download: machines that run spritefarm node; the files are written here"},
                   {"--broker URL",
                    "address of the RabbitMQ broker, as amqps://USER@HOST:PORT/VHOST [$SPRITEFARM_BROKER]; the "
                    "password is in $SPRITEFARM_BROKER_PASSWORD or in the file "
                    "$SPRITEFARM_BROKER_PASSWORD_FILE"},
                   {"--group NAME", "use the nodes with this --group [default]"},
                   {"--ssh HOST,...",
                    "start spritefarm node on these machines by ssh, and end it with this run; $SPRITEFARM_SSH is "
                    "the command instead of ssh"},
                   {"--rate-per-node N",
                    "requests per second of each node to one host, instead of --rate for all together; 0: no "
                    "limit"},
               }},
              {"Network",
               network_entries(
                   "requests per second to one host, over all workers together, "
                   "after a burst of 2.56 N requests, at most 256 [100]; 0: no limit",
                   "use an embedded mirror, needs no network; writes to demo-sprites/, with --gallery")},
              {"Output",
               {
                   {"-o, --output DIR", "directory for the sprites [sprites, or demo-sprites with --demo]",
                    "directory for the sprites [sprites]"},
                   {"--template T",
                    "path of each file below DIR, made of {name}, {id}, {sprite} and {ext} [{name}.{ext}; "
                    "with more than one sprite {sprite}/{name}.{ext}]"},
                   {"--ledger FILE|none", "path of the cache database; none: no cache [DIR/.spritefarm.db]"},
                   {"--mtime KIND", "time of change of the files: now, or server for Last-Modified [now]"},
                   {"--refresh", "revalidate fresh entries too; downloads only what has changed"},
                   {"--verify", "hash the files on disk and download altered ones again"},
                   {"--gallery",
                    "write DIR/index.html, a page that shows each sprite: present, missing or failed",
                    "write DIR/index.html, a page of all sprites"},
                   {"--trace FILE",
                    "write the time line of all tasks and requests in Chrome's trace format, for Perfetto"},
                   {"--json", "print the report as one JSON object on standard output",
                    "print the report as JSON"},
                   color_entry,
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
                  {"spritefarm mirror", "serve a small PokéAPI on loopback"},
                  {"spritefarm node", "work for --cluster on this machine"}}},
                {"Exit status",
                 {{"0", "every sprite that exists is on disk"},
                  {"1", "some sprites failed; each is named with its reason"},
                  {"2", "the command line is wrong"},
                  {"3", "the index cannot be read"},
                  {"4", "the output directory cannot be used"},
                  {"128+N", "ended by signal N, such as SIGINT"},
                  {"141", "standard output was closed"}}}},
  };
}

}  // namespace spritefarm::cli
