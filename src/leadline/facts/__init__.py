"""What events mean: attempts, cycles, sessions, watches. One file per fact in `catalogue/`."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

# Loaded first: importing the folder later would put it in the place of the function of its name.
import leadline.facts.catalogue as folder
from leadline.facts.fact import Column, Fact, Sensitivity
from leadline.facts.moments import moments

__all__ = ["Column", "Fact", "Sensitivity", "catalogue", "moments"]


@functools.cache
def catalogue() -> Mapping[str, Fact]:
    """Every fact by its name: a file in `catalogue/` that holds `FACT` is all it takes."""
    facts: dict[str, Fact] = {}
    for name in sorted(found.name for found in pkgutil.iter_modules(folder.__path__)):
        fact: Fact = importlib.import_module(f"{folder.__name__}.{name}").FACT
        if fact.name != name:
            raise ValueError(f"facts/catalogue/{name}.py calls its fact {fact.name!r}; rename one")
        facts[name] = fact
    return MappingProxyType(facts)
