# 3. Four workers take from the same queue.
from queue import Queue
from threading import Event, Thread

from lesson import download, first_100, timing

event = Event()
queue = Queue(maxsize=101)


def work():
    event.wait()
    while (pokemon := queue.get()) != 'Kill':
        download(pokemon)
    queue.put('Kill')  # for the next worker


with timing():
    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for pokemon in first_100():
        queue.put(pokemon)
    event.set()
    queue.put('Kill')
    for worker in workers:
        worker.join()
