"""Findings: numbers turned into a sentence with its evidence, causes weighed, and a next step."""

# Loaded first: importing the folder later would put it in the place of the function of its name.
import leadline.insights.catalogue  # noqa: F401
from leadline.insights.finding import (
    Finding,
    Hypothesis,
    Insight,
    Looking,
    catalogue,
    findings,
    insight,
)

__all__ = ["Finding", "Hypothesis", "Insight", "Looking", "catalogue", "findings", "insight"]
