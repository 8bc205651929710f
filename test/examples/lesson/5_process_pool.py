# 5. One word changes: the workers are processes.
from concurrent.futures import ProcessPoolExecutor

from lesson import download, first_100, timing

if __name__ == '__main__':
    with timing(), ProcessPoolExecutor(max_workers=4) as pool:
        for file in pool.map(download, first_100()):
            print(file)
