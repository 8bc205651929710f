#!/usr/bin/env bash
# curl_parallel.sh COUNT IN_FLIGHT: downloads the first COUNT pokémon's sprites into sprites/, with curl -Z and jq.
set -euo pipefail

curl -fsS --compressed "https://pokeapi.co/api/v2/pokemon/?limit=$1" |
  jq -r '.results[] | "url = \"\(.url)\"\noutput = \"records/\(.name).json\""' |
  curl -fsSZ --no-progress-meter --parallel-max "$2" --compressed --create-dirs -K -
jq -r '.name as $name | .sprites.front_default // empty | "url = \"\(.)\"\noutput = \"sprites/\($name).png\""' records/* |
  curl -fsSZ --no-progress-meter --parallel-max "$2" --create-dirs -K -
