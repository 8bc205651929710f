"""Downloads sprites with one of CPython's pools: the same work as a run of `spritefarm bench`, one call for each pokémon.

Reads the plan, a JSON file, from the first argument and writes the result to the second: a line with the version, then for
each sprite the worker, when its call began, its record was read, its image had arrived and its file was written in seconds,
its bytes and its name, with tabs between them.
"""
import http.client
import json
import os
import platform
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from urllib.parse import urlsplit

thread = threading.local()


def get(url):
    parts = urlsplit(url)
    connections = thread.__dict__.setdefault('connections', {})
    if parts.netloc not in connections:
        connections[parts.netloc] = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection = connections[parts.netloc]
    connection.request('GET', parts.path + ('?' + parts.query if parts.query else ''))
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f'{url}: HTTP status {response.status}')
    return body


def spend_cpu_time(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def farm(pokemon, cpu_seconds):
    begin = time.monotonic()
    record = json.loads(get(pokemon['url']))
    read = time.monotonic()
    lines = []
    for key, path in pokemon['sprites']:
        url = record['sprites']
        for part in key.split('.'):
            url = url[part]
        image = get(url)
        arrived = time.monotonic()
        spend_cpu_time(cpu_seconds)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(image)
        lines.append((threading.get_native_id(), begin, read, arrived, time.monotonic(), len(image), f"{pokemon['name']} {key}"))
    return lines


def die_with_parent():
    import ctypes
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    if plan['mode'] == 'threads':
        pool = ThreadPoolExecutor(plan['workers'])
    else:
        pool = ProcessPoolExecutor(plan['workers'], initializer=die_with_parent)
    with pool:
        count = len(plan['pokemon'])
        results = list(pool.map(farm, plan['pokemon'], [plan['cpu_seconds']] * count))
    with open(sys.argv[2], 'w') as file:
        print(platform.python_version(), file=file)
        for lines in results:
            for line in lines:
                print(*line, sep='\t', file=file)


if __name__ == '__main__':
    main()
