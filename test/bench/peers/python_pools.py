"""python_pools.py CALLS: what a call costs in CPython's own pools, as JSON: no-op calls a second, round trip, 1 MiB echo."""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

WORKERS = 4


def add_one(number):
    return number + 1


def echo(payload):
    return payload


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(pool, calls):
    list(pool.map(add_one, range(100)))  # all workers are there
    all_at_once = seconds(lambda: [f.result() for f in [pool.submit(add_one, i) for i in range(calls)]])
    trips = sorted(seconds(lambda: pool.submit(add_one, 1).result()) for _ in range(calls // 10))
    payload, echoes = bytes(1 << 20), max(calls // 200, 1)
    echoed = seconds(lambda: [pool.submit(echo, payload).result() for _ in range(echoes)])
    return {
        "calls_per_second": calls / all_at_once,
        "round_trip_p50_us": trips[len(trips) // 2] * 1e6,
        "mebibyte_echo_gib_per_second": 2 * echoes / 1024 / echoed,
    }


def main(calls):
    report = {"python": sys.version.split()[0], "workers": WORKERS}
    for pool_type in ProcessPoolExecutor, ThreadPoolExecutor:
        with pool_type(WORKERS) as pool:
            report[pool_type.__name__] = measure(pool, calls)
    print(json.dumps(report))


main(int(sys.argv[1]))
