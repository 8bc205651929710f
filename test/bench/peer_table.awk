# The table of scripts/bench: of the lines WHO SECONDS CPU-SECONDS in `runs`, a row for each input line
# WHO|TITLE|IN-FLIGHT|INCOMPLETE-RUNS. Then how spritefarm's fastest stands to the figures to reach, unless `short`.

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
}
{
  who[NR] = $1; title[NR] = $2; in_flight[NR] = $3; incomplete[NR] = $4 + 0
  n = sort_of($1, values)
  if (!n) next
  m = median(values, n)
  if ($1 ~ /^spritefarm/) { if (!ours || m < ours) ours = m }
  else if (!best || m < best) { best = m; best_title = $2 }
}
END {
  printf "%-36s %9s %9s %16s %8s %8s %8s\n", "", "in flight", "median s", "spread s", "x ours", "x floor", "CPU s"
  for (row = 1; row <= NR; ++row) {
    n = sort_of(who[row], values)
    printf "%-36s %9d ", title[row], in_flight[row]
    if (!n) { print "no run left all files"; continue }
    m = median(values, n)
    printf "%9.3f %8.3f-%-7.3f %8s %8.1f %8.2f%s\n", m, values[1], values[n], ours ? sprintf("%.1f", m / ours) : "-", m / floor,
      cpu[who[row]] / n, incomplete[row] ? "  (left files out, not counted: " incomplete[row] " runs)" : ""
  }
  if (!ours || !best || short) exit
  many = count > 500
  printf "against the best peer, %s: %.1f times as fast (to reach: %d) %s\n", best_title, best / ours, many ? 5 : 4,
    judged(best / ours, many ? 5 : 4, 1e9)
  if (!many) printf "against the floor: %.2f times (to reach: at most 1.6) %s\n", ours / floor, judged(ours / floor, 0, 1.6)
}
