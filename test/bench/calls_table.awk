# The table of scripts/bench for calls: of the rows that calls_rows.jq makes; `ready` is how long four workers took to be
# there, in ms. Then the figures to reach, unless `short`.
function number(value, format) { return value > 0 ? sprintf(format, value) : "-" }
function judged(reached) { return reached ? "ok" : "SHORT" }

BEGIN {
  FS = "\t"
  printf "%-40s %14s %14s %24s\n", "", "no-op calls/s", "round trip us", "1 MiB there and back"
}
{
  printf "%-40s %14s %14s %24s\n", $1, number($2, "%.0f"), number($3, "%.1f"), number($4, "%.2f GiB/s")
  if ($1 ~ /shm$/) { calls = $2; trip = $3; large = $4 }
  if ($1 ~ /ProcessPoolExecutor$/) cpython = $2
  if ($1 ~ /futex$/) futex = $3
}
END {
  if (!(calls > 0 && trip > 0 && large > 0 && ready > 0 && futex > 0)) {
    print "bench: spritefarm bench calls --json lacks a figure" >"/dev/stderr"
    exit 1
  }
  if (short) exit
  if (cpython) printf "no-op calls, shm, against CPython's ProcessPoolExecutor: %.0f times (to reach: 70) %s\n", calls / cpython, judged(calls >= 70 * cpython)
  printf "round trip against a futex: %.1f times (to reach: at most 3) %s\n", trip / futex, judged(trip <= 3 * futex)
  printf "1 MiB there and back: %.1f GiB/s (to reach: 3) %s\n", large, judged(large >= 3)
  printf "4 workers ready: %.1f ms (to reach: 5) %s\n", ready, judged(ready <= 5)
}
