"""Benchmarks: figures of one run on one machine, as ratios against a named alternative.

`make bench` runs all; `python -m benchmarks imports pages` only those named. No test depends on
them."""
