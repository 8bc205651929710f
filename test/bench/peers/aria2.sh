#!/usr/bin/env bash
# aria2.sh COUNT IN_FLIGHT: downloads the first COUNT pokémon's sprites into sprites/, with aria2c and jq.
set -euo pipefail
here="s,https://pokeapi.co,$RECORD_HOST,; s,https://raw.githubusercontent.com,$IMAGE_HOST,"
get() {
  sed "$here" | aria2c -q --no-conf --ca-certificate="$CA" --http-accept-gzip=true --file-allocation=none -j "$IN_FLIGHT" -i - "$@"
}
IN_FLIGHT=$2

printf '%s\n' "https://pokeapi.co/api/v2/pokemon/?limit=$1" ' out=index.json' | get
jq -r '.results[] | "\(.url)\n out=\(.name).json"' index.json | get -d records
jq -r '.name as $name | .sprites.front_default // empty | "\(.)\n out=\($name).png"' records/* | get -d sprites
