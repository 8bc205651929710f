#include "bench/bench_help_text.hpp"

#include "cli/help_text.hpp"

#include <utility>

namespace spritefarm::bench {

cli::HelpPage bench_help() {
  std::vector<cli::HelpEntry> network =
      cli::network_entries("requests per second to one host, over all workers together [0: no limit]",
                           "use an embedded mirror, needs no network");
  network.push_back({"--latency MS", "delay of each response of the embedded mirror [0]",
                     "delay of each response of the mirror [0]"});
  return {
      .summary = "Compare serial, threads and processes: download the same sprites with each.",
      .usage = {"bench [OPTIONS] [POKEMON...]", "bench calls [OPTIONS]  measure the library's calls alone"},
      .options =
          {
              {"Workers",
               {
                   {"-p, --processes N,...", "numbers of processes to compare [number of cores]",
                    "numbers of processes [number of cores]"},
                   {"-t, --threads N,...", "numbers of threads to compare [number of cores]",
                    "numbers of threads [number of cores]"},
                   {"--in-flight N",
                    "sprites in flight in all, shared equally by the workers; serial has one [64, "
                    "or the next number that all can share]",
                    "sprites in flight in all [64]"},
                   cli::transport_entry,
                   {"--cpu MS", "additional CPU time for each sprite [0]",
                    "additional CPU time for each sprite [0]"},
                   {"--rounds N", "measure each configuration N times, in turns [5]",
                    "measure each configuration N times [5]"},
               }},
              {"Selection", cli::selection_entries()},
              {"Network; one of --base-url, --connect-to, --demo is required", std::move(network)},
              {"Output",
               {
                   {"--report FILE.html",
                    "write a page with charts, the time line of each configuration, machine and command",
                    "write a page with charts"},
                   {"--json", "print all metrics of all rounds as one JSON object on standard output",
                    "print all metrics as JSON"},
               }},
          },
      .examples = {{"spritefarm bench --demo", "compare on this machine"},
                   {"spritefarm bench --demo -p 1,2,4 -t 4", "compare these numbers of workers"},
                   {"spritefarm bench --demo --latency 15", "with a round trip of 15 ms"}},
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
                  {"130", "interrupted by SIGINT or SIGTERM"}}}},
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
                  {"130", "interrupted by SIGINT or SIGTERM"}}}},
  };
}

}  // namespace spritefarm::bench
