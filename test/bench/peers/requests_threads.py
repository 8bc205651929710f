"""requests_threads.py COUNT THREADS: downloads the first COUNT pokémon's sprites into sprites/, with a ThreadPoolExecutor and requests."""

import os
import pathlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

HERE = {"https://pokeapi.co": os.environ["RECORD_HOST"], "https://raw.githubusercontent.com": os.environ["IMAGE_HOST"]}
sprites = pathlib.Path("sprites")
local = threading.local()


def get(url):
    for there, here in HERE.items():
        url = url.replace(there, here)
    if not hasattr(local, "session"):
        local.session = requests.Session()
    response = local.session.get(url, timeout=30)
    response.raise_for_status()
    return response


def farm(pokemon):
    record = get(pokemon["url"]).json()
    url = record["sprites"]["front_default"]
    if url:
        (sprites / f"{record['name']}.png").write_bytes(get(url).content)


def main(count, threads):
    sprites.mkdir()
    index = get(f"https://pokeapi.co/api/v2/pokemon/?limit={count}").json()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(farm, index["results"]))


main(int(sys.argv[1]), int(sys.argv[2]))
