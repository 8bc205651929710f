# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/bench, which sets `program` and the folder `work`: the servers, and the line before them. Stop them at the
# end by stop_servers.
servers=()

# stop PID...
stop() {
  local server
  for server; do
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
}
stop_servers() {
  stop "${servers[@]}"
  servers=()
}

# serve SITE: starts nginx and sets nginx_port.
serve() {
  local try port
  for try in {1..20}; do
    port=$((20000 + RANDOM % 20000))
    (nginx_settings "$work/nginx" "$1" "$port")
    nginx -p "$work/nginx/" -c nginx.conf -e error.log 2>/dev/null &
    servers=($!)
    if answers "$port"; then break; fi
    if ((try == 20)); then cat "$work/nginx/error.log" >&2; exit 1; fi
  done
  nginx_port=$port
}

# start_line OPTION...: starts a relay with these options before nginx, instead of the last one, and sets the variables that
# lead the tools to it.
start_line() {
  local port from
  stop "${servers[@]:1}"
  exec {from}< <(exec "${program%/*}/delay-relay" --to "$nginx_port" "$@")
  servers=("${servers[0]}" $!)
  read -r port <&"$from"
  exec {from}<&-

  export CA=$work/nginx/ca.pem RECORD_HOST=https://localhost:$port IMAGE_HOST=https://127.0.0.1:$port
  export CURL_HOME=$work REQUESTS_CA_BUNDLE=$CA SSL_CERT_FILE=$CA
  here=(--cacert "$CA" --connect-to "pokeapi.co:443:127.0.0.1:$port" --connect-to "raw.githubusercontent.com:443:127.0.0.1:$port")
  printf '%s %s\n' "${here[@]}" >"$work/.curlrc"
}
answers() {
  local _
  for _ in {1..200}; do
    if curl -q -so /dev/null --cacert "$work/nginx/ca.pem" "https://127.0.0.1:$1/"; then return; fi
    kill -0 "${servers[0]}" 2>/dev/null || return
    sleep 0.05
  done
  return 1
}

# start_mirror COUNT: starts spritefarm's mirror, without TLS and without latency, and sets base to its address.
start_mirror() {
  local from
  stop_servers
  exec {from}< <(exec "$program" mirror --port 0 --count "$1")
  servers=($!)
  read -r base <&"$from"
}
