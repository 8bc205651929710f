# Prints the download table of scripts/bench: a row for each input line TOOL|TITLE|IN-FLIGHT|INCOMPLETE-RUNS, with the times
# from the lines TOOL SECONDS CPU-SECONDS in the file `runs`. Then, unless `short`, compares the fastest spritefarm with the
# limits.

# Sorts the seconds of the runs of `tool` into values[1...] and returns their number.
function sorted_seconds(tool, values,    n, i, j, x) {
  n = split(seconds[tool], values, " ")
  for (i = 1; i <= n; ++i) {
    x = values[i] + 0
    for (j = i - 1; j > 0 && values[j] > x; --j) values[j + 1] = values[j]
    values[j + 1] = x
  }
  return n
}
function median(values, n) { return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2 }
function judged(value, min, max) { return value >= min && value <= max ? "ok" : "SHORT" }

BEGIN {
  FS = "|"
  while ((getline line < runs) > 0) {
    split(line, field, " ")
    seconds[field[1]] = seconds[field[1]] " " field[2]
    cpu[field[1]] += field[3]
  }
}
{
  tool[NR] = $1; title[NR] = $2; in_flight[NR] = $3; incomplete[NR] = $4 + 0
  n = sorted_seconds($1, values)
  if (!n) next
  m = median(values, n)
  if ($1 ~ /^spritefarm/) { if (!ours || m < ours) ours = m }
  else if (!best || m < best) { best = m; best_title = $2 }
}
END {
  printf "%-36s %9s %9s %16s %8s %8s %8s\n", "", "in flight", "median s", "min-max s", "x ours", "x floor", "CPU s"
  for (row = 1; row <= NR; ++row) {
    n = sorted_seconds(tool[row], values)
    printf "%-36s %9d ", title[row], in_flight[row]
    if (!n) { print "no run downloaded all files"; continue }
    m = median(values, n)
    printf "%9.3f %8.3f-%-7.3f %8s %8.1f %8.2f%s\n", m, values[1], values[n], ours ? sprintf("%.1f", m / ours) : "-", m / floor,
      cpu[tool[row]] / n, incomplete[row] ? "  (not counted: " incomplete[row] " incomplete runs)" : ""
  }
  if (!ours || !best || short) exit
  many = count > 500
  printf "%.1f times as fast as the best peer, %s (to reach: %d) %s\n", best / ours, best_title, many ? 5 : 4,
    judged(best / ours, many ? 5 : 4, 1e9)
  if (!many) printf "%.2f times the floor (to reach: at most 1.6) %s\n", ours / floor, judged(ours / floor, 0, 1.6)
}
