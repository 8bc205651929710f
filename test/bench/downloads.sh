# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/bench after servers.sh. It sets `program`, `python`, `peers`, `short` and the folder `work`: the tools that download
# sprites, and one run of one of them.

# Each with the number of connections, threads or processes that was fastest on two cores. wget2 requests up to 30 files at
# once on each connection; curl and spritefarm request as many as allowed on few connections.
everyone=(spritefarm spritefarm-wide curl_parallel.sh wget2.sh aria2.sh xargs_curl.sh requests_threads.py aiohttp_tasks.py)
declare -A title=([spritefarm-default]=spritefarm [spritefarm]='spritefarm -p 4' [spritefarm-wide]='spritefarm -p 4 -c 100' [curl_parallel.sh]='curl -Z, jq'
  [wget2.sh]='wget2, jq' [aria2.sh]='aria2c, jq' [xargs_curl.sh]='xargs -P, curl, jq'
  [requests_threads.py]='Python ThreadPoolExecutor, requests' [aiohttp_tasks.py]='Python aiohttp')
declare -A in_flight=([spritefarm]=128 [spritefarm-wide]=400 [curl_parallel.sh]=128 [wget2.sh]=16 [aria2.sh]=64 [xargs_curl.sh]=64
  [requests_threads.py]=32 [aiohttp_tasks.py]=64)

installed() {
  case $1 in
    wget2.sh) command -v wget2 ;;
    aria2.sh) command -v aria2c ;;
    requests_threads.py) "$python" -c 'import requests' ;;
    aiohttp_tasks.py) "$python" -c 'import aiohttp' ;;
  esac >/dev/null 2>&1
}

# choose TOOL...: sets present to those that are installed.
choose() {
  local who
  present=()
  for who; do
    if installed "$who"; then
      present+=("$who")
    else
      echo "bench: ${title[$who]}: not installed, skipped"
    fi
  done
}

# farm TOOL COUNT: runs the tool in this folder, for at most `limit` seconds; the sprites go to sprites/.
limit=120
farm() {
  case $1 in
    spritefarm-default) timeout "$limit" "$program" -n "$2" -q "${unbounded[@]}" "${here[@]}" -o sprites ;;
    spritefarm*) "$program" -p 4 -c $((in_flight[$1] / 4)) -n "$2" -q "${unbounded[@]}" "${here[@]}" -o sprites ;;
    *.sh) timeout "$limit" "$peers/$1" "$2" "${in_flight[$1]}" ;;
    *.py) timeout "$limit" "$python" "$peers/$1" "$2" "${in_flight[$1]}" ;;
  esac
}
unbounded=()
if "$program" --help | grep -q -- '--rate'; then unbounded=(--rate 0); fi

# make_site COUNT: fills the folder `site` and serves it.
make_site() {
  local source='' real
  real=$(realpath -m "${SPRITEFARM_SHARED:-../shared}/pokeapi")
  if (($1 == 100)) && [[ -e $real ]]; then source=$real; fi
  site=$work/site-$1
  test/bench/make_site "$program" "$1" "$site" ${source:+"$source"}
  serve "$site"
}

# fresh: sets folder to a new one. Truncates the files of the last one but removes them only at the end: ext4 creates files
# slowly after it has removed many, which would slow the next tool.
fresh() {
  if [[ ${folder:-} ]]; then find "$folder" -type f -size +0 -exec truncate -s 0 {} +; fi
  folder=$(mktemp -d "$work/run-XXXXXX")
}

# run TOOL COUNT SITE: runs the tool once. If all files are right, adds the line TOOL SECONDS CPU-SECONDS to $work/runs.
run() {
  local who=$1 status=0 TIMEFORMAT='%3R %3U %3S' seconds user system
  fresh
  { time { (cd "$folder" && farm "$who" "$2") </dev/null >"$work/log" 2>&1; }; } 2>"$work/time" || status=$?
  read -r seconds user system < <(tail -1 "$work/time")
  find "$folder" -path '*/sprites/*' -type f ! -name '.*' -exec sha1sum {} + | cut -d ' ' -f 1 | sort >"$work/got"
  if cmp -s "$work/got" "$3/expected" && [[ $status == 0 || $who != spritefarm* ]]; then
    echo "$who $seconds $(awk "BEGIN { print $user + $system }")" >>"$work/runs"
    return
  fi
  echo "bench: ${title[$who]}: $(comm -12 "$work/got" "$3/expected" | wc -l) of $(wc -l <"$3/expected") sprites, exit status $status" >&2
  tail -3 "$work/log" >&2
  echo "$who" >>"$work/incomplete"
  # --short also tests the scripts of the other tools, except wget2's: wget2 crashes now and then.
  if [[ $who == spritefarm* || ($short && $who != wget2.sh) ]]; then failed=1; fi
}
