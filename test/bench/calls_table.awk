# The table of scripts/bench for calls: of the rows that calls_rows.jq makes. Then the figures to reach, unless `short`.
function number(value, format) { return value > 0 ? sprintf(format, value) : "-" }
function judged(reached) { return reached ? "ok" : "SHORT" }

BEGIN {
  FS = "\t"
  printf "%-40s %14s %14s %18s %10s\n", "", "no-op calls/s", "round trip us", "1 MiB both, GiB/s", "ready ms"
}
{
  printf "%-40s %14s %14s %18s %10s\n", $1, number($2, "%.0f"), number($3, "%.1f"), number($4, "%.2f"), number($5, "%.1f")
  if ($1 ~ /shm$/) { calls = $2; trip = $3; large = $4; ready = $5 }
  if ($1 ~ /ProcessPoolExecutor$/) cpython = $2
  if ($1 ~ /futex$/) futex = $3
}
END {
  if (short) exit
  if (cpython) printf "no-op calls, shm, against CPython's ProcessPoolExecutor: %.0f times (to reach: 70) %s\n", calls / cpython, judged(calls >= 70 * cpython)
  printf "round trip against a futex: %.1f times (to reach: at most 3) %s\n", trip / futex, judged(trip <= 3 * futex)
  printf "1 MiB there and back: %.1f GiB/s (to reach: 3) %s\n", large, judged(large >= 3)
  printf "4 workers ready: %.1f ms (to reach: 5) %s\n", ready, judged(ready <= 5)
}
