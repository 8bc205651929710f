# 2. A queue between two threads, and an event that tells the second to begin.
from queue import Queue
from threading import Event, Thread

from lesson import download, first_100, timing

event = Event()
queue = Queue(maxsize=101)


def get_urls():
    for pokemon in first_100():
        queue.put(pokemon)
    event.set()
    queue.put('Kill')


with timing():
    Thread(target=get_urls).start()
    event.wait()
    while (pokemon := queue.get()) != 'Kill':
        download(pokemon)
