"""One question per file in catalogue/; estimate.py turns its rows into results one can defend."""

# Loaded first: importing the folder later would put it in the place of the function of its name.
import leadline.metrics.catalogue  # noqa: F401
from leadline.metrics.document import document
from leadline.metrics.estimate import Context, summarise
from leadline.metrics.metric import Area, Facts, Metric, Summary, catalogue, metric
from leadline.metrics.result import Design, Gate, Result, Verdict

__all__ = [
    "Area",
    "Context",
    "Design",
    "Facts",
    "Gate",
    "Metric",
    "Result",
    "Summary",
    "Verdict",
    "catalogue",
    "document",
    "metric",
    "summarise",
]
