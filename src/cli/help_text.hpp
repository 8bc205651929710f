#pragma once

namespace spritefarm::cli {

/// What `spritefarm --help` prints.
inline constexpr const char* help_text =
    R"(Farms the sprites of the PokéAPI's pokémon with forked worker processes.

spritefarm [OPTIONS] [POKEMON...]
  POKEMON...              names or ids; none: the index; '-': read them from standard input

What to farm
  -n, --limit N           how many of the index [100]
      --offset N          how many of the index to pass over first [0]
      --all               all of the index
      --sprite KEY,...    which sprites: a path in the record's `sprites` tree with dots between its keys
                          ('other.official-artwork.front_default'), '*' for any one key, or 'all' [front_default]
      --shard K/N         one node's share of the selection: every N-th, from the K-th, K from 1 to N
      --dry-run           print what would be downloaded (records are read, images are not)

Who farms
  -p, --processes N       forked workers [number of cores]
  -t, --threads N         threads instead
  -s, --serial            neither: one sprite at a time
  -c, --concurrency N     sprites in flight in each worker [32]
      --transport KIND    how calls and results travel between processes: shm (shared memory) or pipe [shm]

Where from
      --base-url URL      the PokéAPI [https://pokeapi.co/api/v2/, or $SPRITEFARM_BASE_URL]
      --connect-to HOST1:PORT1:HOST2:PORT2
                          for the first host and port, connect to the second ones (may be repeated)
      --cacert FILE       certificates to trust, PEM
      --proxy URL         as curl has it
      --rate N            requests a second to one host, over all workers together, after a burst of 2.56 N (256 at
                          most) [100]; 0 = no limit
      --retries N         further attempts for a request that fails in the same way [4]
      --timeout SECONDS   for one attempt [30]
      --demo              farm from an embedded mirror, started and stopped with the run: no network needed

Results
  -o, --output DIR        where the sprites go [sprites]
      --template T        path below DIR, made of {name}, {id}, {sprite} and {ext}
                          [{name}.{ext}; with more than one sprite {sprite}/{name}.{ext}]
      --refresh           ask the servers again about what is fresh: only what has changed is downloaded
      --verify            hash what is on disk again, and download what is not as it was raw
      --gallery           a page to look at them all, DIR/index.html: what is there, is missing, has failed
      --trace FILE        every task's and request's time line, in Chrome's trace format: open it in Perfetto
      --json              the report as one JSON object on standard output
  -q, --quiet             say only what failed
  -v, --verbose           say what becomes of each sprite
  -V, --version           print the program's version
  -h, --help              print this text

Sub-commands, each with its own --help
  spritefarm bench        serial, threads and processes side by side; bench calls: the library alone
  spritefarm mirror       a small PokéAPI on loopback

Exit status: 0 all that exists is on disk; 1 some sprites failed, each named with its reason; 2 usage;
3 the index could not be had; 4 the output directory cannot be used; 130 interrupted.
)";

}  // namespace spritefarm::cli
