"""The package's functions keep their names, though files and folders are called the same."""

import subprocess
import sys

PROGRAM = """
import leadline.facts.catalogue.cycle
import leadline.facts.moments
import leadline.facts.catalogue
from leadline.facts import catalogue, moments
assert "cycle" in catalogue()
assert callable(moments)
"""


def test_no_module_takes_the_place_of_a_function():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
