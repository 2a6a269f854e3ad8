#!/usr/bin/env python3
"""Reads what lizard says of the C++ functions and fails where one is too long, or most are.

usage: lizard --csv -l cpp FOLDER... | size.py
"""
import collections
import csv
import pathlib
import statistics
import sys

LONGEST_FUNCTION = 70
LONGEST_MEDIAN = 15
LONGEST_FILE = 400
# lizard's columns: nloc, complexity, tokens, parameters, length, location, file, function, ...
LENGTH, FILE, FUNCTION, START = 4, 6, 7, 9


def problems(rows, lines_of_file):
    lengths = [int(row[LENGTH]) for row in rows]
    for row, length in zip(rows, lengths):
        if length > LONGEST_FUNCTION:
            yield f"{row[FILE]}:{row[START]}: {row[FUNCTION]} has {length} lines, more than {LONGEST_FUNCTION}"
    if not lengths:
        yield "no function found"
    elif statistics.median(lengths) > LONGEST_MEDIAN:
        yield f"the median function has {statistics.median(lengths)} lines, more than {LONGEST_MEDIAN}"
    for path, lines in lines_of_file.items():
        if lines > LONGEST_FILE:
            yield f"{path} has {lines} lines, more than {LONGEST_FILE}"


def main():
    rows = [row for row in csv.reader(sys.stdin) if len(row) > START]
    paths = collections.Counter(row[FILE] for row in rows)
    lines = {path: len(pathlib.Path(path).read_text().splitlines()) for path in paths}
    found = list(problems(rows, lines))
    lengths = [int(row[LENGTH]) for row in rows] or [0]
    print(f"{len(rows)} functions in {len(paths)} files, median {statistics.median(lengths)} lines, "
          f"longest {max(lengths)}")
    print("\n".join(found))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
