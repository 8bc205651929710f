#include "bench/bench_help_text.hpp"

#include "cli/help_text.hpp"

#include <utility>

namespace spritefarm::bench {

cli::HelpPage bench_help() {
  std::vector<cli::HelpEntry> network =
      cli::network_entries("requests per second to one host, over all workers together [0: no limit]",
                           "use an embedded mirror, needs no network");
  network.push_back({"--latency MS",
                     "delay of each response of the embedded mirror [30; 0 in an act that computes]",
                     "delay of each response of the mirror [30]"});
  return {
      .summary = "Compare serial, threads and processes: download the same sprites with each.",
      .usage = {"bench [OPTIONS] [POKEMON...]", "bench calls [OPTIONS]  measure the library's calls alone"},
      .options =
          {
              {"Workers",
               {
                   {"-p, --processes N,...", "numbers of processes to compare [as -t, or 1,2,4,8,16]",
                    "numbers of processes [1,2,4,8,16]"},
                   {"-t, --threads N,...", "numbers of threads to compare [as -p, or 1,2,4,8,16]",
                    "numbers of threads [1,2,4,8,16]"},
                   {"--in-flight N",
                    "sprites in flight in all, shared equally by the workers; serial has one [one in each "
                    "worker]",
                    "sprites in flight in all [one in each worker]"},
                   cli::transport_entry,
                   {"--cpu MS,...", "acts, each with so much additional CPU time for each sprite [0,10]",
                    "additional CPU time for each sprite [0,10]"},
                   {"--rounds N", "measure each configuration N times, in turns [3]",
                    "measure each configuration N times [3]"},
                   {"--python PROGRAM",
                    "with --demo, also measure CPython's pools with this interpreter; none: without "
                    "[python3, if it is installed]"},
               }},
              {"Selection", cli::selection_entries("take N pokémon of the index [64]")},
              {"Network; one of --base-url, --connect-to, --demo is required", std::move(network)},
              {"Output",
               {
                   {"--report FILE.html",
                    "write a page with charts, the time line of each configuration, machine and command",
                    "write a page with charts"},
                   {"--export-markdown FILE", "write the tables and conclusions in Markdown"},
                   {"--export-csv FILE", "write the medians as comma-separated values"},
                   {"--json", "print all metrics of all rounds as one JSON object on standard output",
                    "print all metrics as JSON"},
                   cli::color_entry,
               }},
          },
      .examples = {{"spritefarm bench --demo", "compare, for about three minutes"},
                   {"spritefarm bench --demo -p 1,4 -n 20", "fewer workers and sprites"},
                   {"spritefarm bench --demo --in-flight 32", "the same number in flight"}},
      .notes = {{"Method",
                 {{"Server", "the public PokéAPI is not for benchmarks: use a mirror"},
                  {"Runs", "each run has a new process and a new, temporary output directory below $TMPDIR"},
                  {"Errors", "the benchmark fails if a sprite is not downloaded"}}},
                {"Exit status",
                 {{"0", "all runs succeeded"},
                  {"1", "a sprite was not downloaded, or a run failed"},
                  {"2", "the command line is wrong"},
                  {"3", "the index cannot be read"},
                  {"4", "the output directory or the report cannot be written"},
                  {"128+N", "ended by signal N, such as SIGINT"}}}},
  };
}

cli::HelpPage calls_help() {
  return {
      .summary = "Measure the library alone: calls of functions that do nothing.",
      .usage = {"bench calls [OPTIONS]"},
      .options =
          {
              {"Workers",
               {
                   {"--by KIND,...",
                    "executors: serial, threads, and processes by their transport, pipe and shm [all four]",
                    "executors: serial, threads, pipe, shm [all four]"},
                   {"-p, --processes N", "number of threads or processes [number of cores]",
                    "number of workers [number of cores]"},
               }},
              {"Calls",
               {
                   {"--payload BYTES,...",
                    "size of the argument and of the result; 0: neither [0,64,4096,1048576]",
                    "sizes of argument and result"},
                   {"--chunk N,...", "chunk sizes of map() [1,16,500]", "chunk sizes of map() [1,16,500]"},
                   {"--calls N", "calls in each measurement; fewer if the payload is large [50000]",
                    "calls in each measurement [50000]"},
                   {"--rounds N", "measure each executor N times, in turns [5]",
                    "measure each executor N times [5]"},
               }},
              {"Output",
               {
                   {"--json", "print all metrics of all rounds as one JSON object on standard output",
                    "print all metrics as JSON"},
               }},
          },
      .examples = {{"spritefarm bench calls", "all executors, all payloads"},
                   {"spritefarm bench calls --by pipe,shm", "compare the transports"},
                   {"spritefarm bench calls --payload 0 --rounds 9", "small calls, more rounds"}},
      .notes = {{"Method",
                 {{"Runs", "each executor is measured in a new process in every round"},
                  {"Results", "the table shows the median of the rounds"},
                  {"Baseline", "a bare futex ping-pong between two processes, which no executor can beat"}}},
                {"Exit status",
                 {{"0", "all measurements succeeded"},
                  {"1", "a measurement failed"},
                  {"2", "the command line is wrong"},
                  {"128+N", "ended by signal N, such as SIGINT"}}}},
  };
}

}  // namespace spritefarm::bench
