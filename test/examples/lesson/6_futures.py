# 6. A future for each call, and results as they come.
from concurrent.futures import ProcessPoolExecutor, as_completed

from lesson import download, first_100, timing

if __name__ == '__main__':
    with timing(), ProcessPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(download, pokemon) for pokemon in first_100()]
        for future in as_completed(futures):
            print(future.result())
