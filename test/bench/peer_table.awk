# The table of scripts/bench: of the lines WHO SECONDS CPU-SECONDS in `runs`, a row for each input line
# WHO|TITLE|IN-FLIGHT|INCOMPLETE-RUNS. Then how spritefarm, the first of them, stands to the figures to reach, unless `short`.

# Leaves the seconds of who's runs sorted in values[1...]; how many there are.
function sort_of(who, values,    n, i, j, x) {
  n = split(seconds[who], values, " ")
  for (i = 1; i <= n; ++i) {
    x = values[i] + 0
    for (j = i - 1; j > 0 && values[j] > x; --j) values[j + 1] = values[j]
    values[j + 1] = x
  }
  return n
}
function median(values, n) { return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2 }
function judged(value, least, most) { return value >= least && value <= most ? "ok" : "SHORT" }

BEGIN {
  FS = "|"
  while ((getline line < runs) > 0) {
    split(line, field, " ")
    seconds[field[1]] = seconds[field[1]] " " field[2]
    cpu[field[1]] += field[3]
  }
  printf "%-36s %9s %9s %16s %8s %8s %8s\n", "", "in flight", "median s", "spread s", "to ours", "to floor", "CPU s"
}
{
  n = sort_of($1, values)
  if (!n) {
    printf "%-36s %9d  no run left all files\n", $2, $3
    next
  }
  m = median(values, n)
  if (NR == 1) ours = m
  else if (!best || m < best) { best = m; best_title = $2 }
  printf "%-36s %9d %9.3f %8.3f-%-7.3f %8s %8.1f %8.2f%s\n", $2, $3, m, values[1], values[n],
    ours ? sprintf("%.1f", m / ours) : "-", m / floor, cpu[$1] / n, $4 + 0 ? "  (incomplete, not counted: " $4 " runs)" : ""
}
END {
  if (!ours || !best || short) exit
  many = count > 500
  printf "against the best peer, %s: %.1f times as fast (to reach: %d) %s\n", best_title, best / ours, many ? 5 : 4,
    judged(best / ours, many ? 5 : 4, 1e9)
  if (!many) printf "against the floor: %.2f times (to reach: at most 1.6) %s\n", ours / floor, judged(ours / floor, 0, 1.6)
}
