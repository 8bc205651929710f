"""aiohttp_tasks.py COUNT IN_FLIGHT: downloads the first COUNT pokémon's sprites into sprites/, with asyncio and aiohttp."""

import asyncio
import os
import pathlib
import sys

import aiohttp

HERE = {"https://pokeapi.co": os.environ["RECORD_HOST"], "https://raw.githubusercontent.com": os.environ["IMAGE_HOST"]}
sprites = pathlib.Path("sprites")


def get(session, url):
    for there, here in HERE.items():
        url = url.replace(there, here)
    return session.get(url, raise_for_status=True)


async def farm(session, pokemon):
    async with get(session, pokemon["url"]) as response:
        record = await response.json()
    url = record["sprites"]["front_default"]
    if url:
        async with get(session, url) as response:
            (sprites / f"{record['name']}.png").write_bytes(await response.read())


async def main(count, in_flight):
    sprites.mkdir()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        async with get(session, f"https://pokeapi.co/api/v2/pokemon/?limit={count}") as response:
            index = await response.json()
        await asyncio.gather(*(farm(session, pokemon) for pokemon in index["results"]))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
