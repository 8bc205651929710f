# Prints the calls table of scripts/bench from the rows of calls_rows.jq, and then, unless `short`, the limits. `ready` is the
# time in ms until four workers run a call.
function number(value, format) { return value > 0 ? sprintf(format, value) : "-" }
function judged(reached) { return reached ? "ok" : "SHORT" }

BEGIN {
  FS = "\t"
  printf "%-40s %14s %14s %24s\n", "", "no-op calls/s", "round trip us", "1 MiB both ways"
}
{
  printf "%-40s %14s %14s %24s\n", $1, number($2, "%.0f"), number($3, "%.1f"), number($4, "%.2f GiB/s")
  if ($1 ~ /shm$/) { calls = $2; trip = $3; large = $4 }
  if ($1 ~ /ProcessPoolExecutor$/) cpython = $2
  if ($1 ~ /futex$/) futex = $3
}
END {
  if (!(calls > 0 && trip > 0 && large > 0 && ready > 0 && futex > 0)) {
    print "bench: a metric is missing in the output of spritefarm bench calls --json" >"/dev/stderr"
    exit 1
  }
  if (short) exit
  if (cpython) printf "no-op calls, shm: %.0f times as many as CPython's ProcessPoolExecutor (to reach: 70) %s\n", calls / cpython, judged(calls >= 70 * cpython)
  printf "round trip: %.1f times a futex (to reach: at most 3) %s\n", trip / futex, judged(trip <= 3 * futex)
  printf "1 MiB both ways: %.1f GiB/s (to reach: 3) %s\n", large, judged(large >= 3)
  printf "4 workers ready: %.1f ms (to reach: 5) %s\n", ready, judged(ready <= 5)
}
