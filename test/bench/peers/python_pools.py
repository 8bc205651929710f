"""python_pools.py CALLS WORKERS: measures calls in the pools of CPython and prints JSON: no-op calls per second, round trip, 1 MiB both ways."""

import json
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def nothing():
    pass


def echo(payload):
    return payload


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def all_of(pool, calls, outstanding, *call):
    for _ in range(0, calls, outstanding):
        for future in [pool.submit(*call) for _ in range(outstanding)]:
            future.result()


def measure(pool, calls):
    all_of(pool, 1000, 1000, nothing)  # all workers have started
    noops = seconds(lambda: all_of(pool, calls, min(calls, 10000), nothing))
    trips = sorted(seconds(lambda: pool.submit(nothing).result()) for _ in range(calls // 10))
    echoes = max(calls // 100, 16) // 16 * 16
    echoed = seconds(lambda: all_of(pool, echoes, 16, echo, bytes(1 << 20)))
    return {
        "calls_per_second": calls / noops,
        "round_trip_us": trips[len(trips) // 2] * 1e6,
        "mebibyte_gib_per_second": 2 * echoes / 1024 / echoed,
    }


def main(calls, workers):
    for kind in ProcessPoolExecutor, ThreadPoolExecutor:
        with kind(workers) as pool:
            name = f"CPython {platform.python_version()} {kind.__name__}"
            print(json.dumps({"name": name, **measure(pool, calls)}))


main(int(sys.argv[1]), int(sys.argv[2]))
