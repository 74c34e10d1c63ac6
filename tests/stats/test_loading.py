"""The web process imports statistics without the libraries that only some methods need."""

import subprocess
import sys

HEAVY = ("statsmodels", "sklearn", "scipy.stats", "scipy.optimize", "pandas")
LOOK = """
import importlib, pkgutil, sys
import leadline.stats
for module in pkgutil.iter_modules(leadline.stats.__path__):
    importlib.import_module(f"leadline.stats.{module.name}")
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_importing_every_statistic_loads_nothing_heavy():
    found = subprocess.run(
        [sys.executable, "-c", LOOK, *HEAVY], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []
