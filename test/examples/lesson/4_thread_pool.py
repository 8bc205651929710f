# 4. A pool has the queue, the workers and their end inside.
from concurrent.futures import ThreadPoolExecutor

from lesson import download, first_100, timing

if __name__ == '__main__':
    with timing(), ThreadPoolExecutor(max_workers=4) as pool:
        for file in pool.map(download, first_100()):
            print(file)
