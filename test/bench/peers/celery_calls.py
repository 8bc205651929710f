"""celery_calls.py CALLS ITEMS: measures calls of a function that does nothing in Celery, with two workers of two processes,
over the broker in $CELERY_BROKER. Prints calls a second, items a second in chunks of 100, and the median of a round trip
in milliseconds."""

import ctypes
import os
import signal
import statistics
import subprocess
import sys
import time

import celery

app = celery.Celery("celery_calls", broker=os.environ["CELERY_BROKER"], backend="rpc://")
app.conf.update(worker_prefetch_multiplier=8, broker_connection_retry_on_startup=True)


@app.task
def increment(x):
    return x + 1


def seconds_of(function):
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def run_calls(count):
    results = [increment.delay(i) for i in range(count)]
    assert [result.get(timeout=300) for result in results] == list(range(1, count + 1))


def run_chunks(count):
    chunks = increment.chunks([(i,) for i in range(count)], 100).apply_async().get(timeout=300)
    assert [item for chunk in chunks for item in chunk] == list(range(1, count + 1))


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; Celery then ends at once, with its processes


def start_worker(number):
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_calls", "worker", "--concurrency", "2", "--hostname", f"w{number}@%h",
         "--without-gossip", "--without-mingle", "--loglevel", "ERROR"],
        cwd=os.path.dirname(os.path.abspath(__file__)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent)


def main():
    calls, items = int(sys.argv[1]), int(sys.argv[2])
    workers = [start_worker(number) for number in range(2)]
    try:
        for _ in range(100):
            increment.delay(0).get(timeout=120)
        print(f"{calls / seconds_of(lambda: run_calls(calls)):.1f}")
        print(f"{items / seconds_of(lambda: run_chunks(items)):.1f}")
        trips = [seconds_of(lambda: increment.delay(0).get(timeout=60)) for _ in range(300)]
        print(f"{statistics.median(trips) * 1000:.2f}")
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGQUIT)
        for worker in workers:
            worker.wait(timeout=60)


if __name__ == "__main__":
    main()
