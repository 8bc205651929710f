# 1. One after another.
from lesson import download, first_100, timing

with timing():
    for pokemon in first_100():
        download(pokemon)
