#!/usr/bin/env bash
# xargs_curl.sh COUNT PROCESSES: downloads the first COUNT pokémon's sprites into sprites/, with xargs -P, curl and jq.
set -euo pipefail
# One curl for each share of the URLs, so that it keeps its connection.
words=$((3 * (($1 + $2 - 1) / $2)))

curl -fsS --compressed "https://pokeapi.co/api/v2/pokemon/?limit=$1" |
  jq -r '.results[] | "-o records/\(.name).json \(.url)"' |
  xargs -P "$2" -n "$words" curl -fsS --compressed --create-dirs
jq -r '.name as $name | .sprites.front_default // empty | "-o sprites/\($name).png \(.)"' records/* |
  xargs -P "$2" -n "$words" curl -fsS --create-dirs
