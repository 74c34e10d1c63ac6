"""Leadline: learning analytics that says how deep the water is."""

import os

# Before NumPy is loaded. Its threads wait for each other by spinning: on the small tables that our
# statistics work on, ten times the work for the same answer. Who knows better sets it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
