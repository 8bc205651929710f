#pragma once

namespace spritefarm::bench {

/// What `spritefarm bench --help` prints.
inline constexpr const char* bench_help_text =
    R"(Farms the same sprites one at a time, with threads and with processes, in turns, and shows them side by side.

spritefarm bench [OPTIONS] [POKEMON...]
spritefarm bench calls      the library alone: calls of functions that do nothing; see spritefarm bench calls --help

Who farms
  -p, --processes N,...   how many forked workers [number of cores]
  -t, --threads N,...     how many threads [number of cores]
      --in-flight N       sprites in flight in all, shared equally by the workers; serial has one, as in lesson 52
                          [64, or the next number that all can share]
      --transport KIND    how calls and results travel between processes: shm (shared memory) or pipe [shm]
      --cpu MS            each sprite also takes so much computing in its worker [0]
      --rounds N          how often each is measured, in turns [5]

What they farm, as without bench
  -n, --limit N [100]   --offset N [0]   --all   --sprite KEY,... [front_default]   --shard K/N [1/1]

Where from: not the public PokéAPI, which is not for benchmarks; one of these is needed
      --demo              an embedded mirror      --latency MS   how long that waits before each response [0]
      --base-url URL      another one [$SPRITEFARM_BASE_URL]
      --connect-to HOST1:PORT1:HOST2:PORT2
                          for the first host and port, connect to the second ones (may be repeated)
      --rate N            requests a second to one host, over all workers together [0: no limit]
      --cacert FILE   --proxy URL   --retries N [4]   --timeout SECONDS [30], as without bench

Results
      --report FILE.html  a page that shows them: charts, each mode's time line, machine and command; opens anywhere
      --json              every metric of every round, as one JSON object on standard output
  -h, --help              print this text

Each run has a fresh process, and a fresh output directory below $TMPDIR that is removed afterwards. A run in which not all
sprites arrived is an error.

Exit status: 0; 1 not all sprites arrived, or a run failed; 2 usage; 3 the index could not be had; 4 the output directory
cannot be used; 130 interrupted.
)";

}  // namespace spritefarm::bench
