# Prints the rows of the calls table of scripts/bench, tab-separated. The input is the output of all rounds: one object for
# each pool from python_pools.py, and one from `spritefarm bench calls --json`. Each number is the median of the rounds.
def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;

[.[] | if .executors then
    (.executors[] | (.payloads[] | select(.bytes == 0)) as $none | (.payloads[] | select(.bytes == 1048576)) as $large |
      { name: "spritefarm \(.executor)", calls_per_second: $none.calls_per_second.median, round_trip_us: $none.round_trip_us.p50.median,
        mebibyte_gib_per_second: $large.gib_per_second_both_ways }),
    { name: "two processes and a futex", round_trip_us: .futex_us.p50.median },
    { name: "two processes and a futex, pinned", round_trip_us: .futex_pinned_us.p50.median }
  else . end] |
group_by(.name)[] |
  [.[0].name, (("calls_per_second", "round_trip_us", "mebibyte_gib_per_second") as $metric | map(.[$metric] // 0) | median)] |
  @tsv
