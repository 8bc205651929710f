# Prints a row of scripts/bench --lines from lines TOOL SECONDS CPU-SECONDS, one for each complete run.
function median(tool,    i, j, t, n, v) {
  n = runs[tool]
  if (!n) return ""
  for (i = 1; i <= n; ++i) v[i] = seconds[tool, i]
  for (i = 2; i <= n; ++i)
    for (j = i; j > 1 && v[j - 1] > v[j]; --j) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return v[int((n + 1) / 2)]
}
function shown(value) { return value == "" ? "-" : sprintf("%.2f", value) }
# The most that ours may take; 0: no limit.
function goal(    best) {
  if (decides == "bandwidth") return 1.15 * floor
  if (line != "no limit") return 0
  if (rtt == 200) return count == 100 ? 1.3 : count == 1351 ? 2.5 : 0
  if (rtt != 30) return 0
  if (count == 100) return 1.3 * floor
  best = curl == "" || (aiohttp != "" && aiohttp < curl) ? aiohttp : curl
  return count == 1351 && best != "" ? best / 5.5 : 0
}
{ seconds[$1, ++runs[$1]] = $2 }
END {
  ours = median("spritefarm-default"); curl = median("curl_parallel.sh"); aiohttp = median("aiohttp_tasks.py")
  limit = goal()
  judgement = ours == "" ? "all files SHORT" : short || !limit ? "all files ok" : sprintf("%.2f %s", limit, ours <= limit ? "ok" : "SHORT")
  printf "| %d | %s | %d ms | %s | %s | %s | %s | %s | %s |\n", count, line, rtt, shown(floor), shown(ours),
    ours == "" ? "-" : sprintf("%.2f", ours / floor), shown(curl), shown(aiohttp), judgement
}
