# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/bench --lines: default options on lines of any bandwidth and round trip, beside the floor, the least time
# that the line itself takes.

# bandwidth in bytes per second (0: no limit) and the share of segments that take a second longer
lines=('64 kbit/s|8000|0' '1 Mbit/s|125000|0' '5 Mbit/s|625000|0' '20 Mbit/s|2500000|0' 'no limit|0|0' '1% stalls|0|0.01')
round_trips=(5 30 200)
max_floor=60  # seconds; cells above it are measured once, of spritefarm alone, and only with --full
if [[ $short ]]; then lines=('5 Mbit/s|625000|0' 'no limit|0|0' '1% stalls|0|0.01') round_trips=(5) max_floor=0.05; fi

# bytes_of SITE: what a client has to receive of it, without headers.
bytes_of() {
  find "$1/index.json.gz" "$1/records" "$1/PokeAPI" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }'
}

# cell COUNT SITE NAME BANDWIDTH STALLS RTT: measures one cell and prints its row.
cell() {
  local count=$1 site=$2 floor decides round who cell_rounds=$rounds options
  read -r floor decides < <(awk -v bytes="$bytes" -v bandwidth="$4" -v rtt="$6" 'BEGIN {
    latency = 5 * rtt / 1000
    transfer = bandwidth ? bytes / bandwidth : 0
    print (transfer > latency ? transfer : latency), (transfer > latency ? "bandwidth" : "latency") }')
  local tools=("${present[@]}")
  if awk "BEGIN { exit !($floor > $max_floor) }"; then
    [[ $full ]] || return 0
    tools=(spritefarm-default) cell_rounds=1
  fi
  limit=$(awk "BEGIN { limit = 5 * $floor; print int(limit > 120 ? limit : 120) }")
  options=(--rtt "$6")
  if [[ $4 != 0 ]]; then options+=(--bandwidth "$4"); fi
  if [[ $5 != 0 ]]; then options+=(--stalls "$5"); fi
  : >"$work/runs"
  : >"$work/incomplete"
  for ((round = 0; round < cell_rounds; ++round)); do
    for who in "${tools[@]}"; do
      start_line "${options[@]}"  # anew: a tool that was ended may have left bytes on the line
      run "$who" "$count" "$site"
    done
  done
  awk -v count="$count" -v line="$3" -v rtt="$6" -v floor="$floor" -v decides="$decides" -v short="$short" \
    -f test/bench/lines_table.awk "$work/runs"
}

measure_lines() {
  local count site line name bandwidth stalls rtt
  choose spritefarm-default curl_parallel.sh aiohttp_tasks.py
  echo
  echo "spritefarm with default options and --rate 0, seconds; the floor is the larger of bytes / bandwidth and five round trips"
  echo
  echo '| sprites | line | round trip | floor | spritefarm | × floor | curl -Z | aiohttp | to reach |'
  echo '|---|---|---|---|---|---|---|---|---|'
  for count in "${counts[@]}"; do
    make_site "$count"
    bytes=$(bytes_of "$site")
    for line in "${lines[@]}"; do
      IFS='|' read -r name bandwidth stalls <<<"$line"
      for rtt in "${round_trips[@]}"; do cell "$count" "$site" "$name" "$bandwidth" "$stalls" "$rtt"; done
    done
    stop_servers
    rm -rf "$site"
  done
}
