"""docs/metrics.md, written from the catalogue so that it cannot drift."""

from leadline.metrics import collective, contracts, funnel, impact, video
from leadline.metrics.estimate import COMPARE_MIN_PEOPLE, RATE_MIN_PEOPLE
from leadline.metrics.metric import Area, Metric, catalogue

SHAPES = (
    ("funnel", funnel),
    ("video_curve", video),
    ("impact", impact),
    ("collective", collective),
    ("contracts", contracts),
)


def document() -> str:
    """The page of metric definitions: one section per area, one entry per metric."""
    metrics = list(catalogue().values())
    parts = [
        "# Metrics",
        "",
        "Generated from `src/leadline/metrics/catalogue/` by `make docs`; do not edit.",
        "",
        "Every number comes with its interval, its count of people, what was left out and why, and",
        f"the version of its definition. Below {RATE_MIN_PEOPLE} people there are counts and no",
        f"rate; below {COMPARE_MIN_PEOPLE} groups are not to be compared; small ones are withheld.",
        "Any metric can also be sliced by `unit`, `role`, `location`, `manager` (where the learner",
        "sat at the time), `account` (of the customer they belonged to) and by `day`, `week`,",
        "`month`, `quarter`, `year`.",
        "DuckDB, Spark and ClickHouse give the same numbers over the same tables.",
    ]
    for area in Area:
        parts += ["", f"## {area.capitalize()}"]
        for each in metrics:
            if each.area is area:
                parts += _entry(each)
    parts += ["", "## Shapes", "", "Pages also draw these, from the same facts."]
    for name, shape in SHAPES:
        parts += ["", f"### {name}", "", f"*{shape.QUESTION}*", "", shape.DEFINITION]
        parts += ["", f"Version {shape.VERSION}."]
    return "\n".join(parts) + "\n"


def _entry(metric: Metric) -> list[str]:
    facts = [
        f"`{metric.unit}`, {metric.summary} over fact `{metric.fact}`, version {metric.version}",
        {"up": "higher is better", "down": "lower is better"}.get(
            metric.good or "", "neither higher nor lower is better"
        ),
    ]
    if metric.activity:
        facts.append("**activity, not learning**")
    lines = ["", f"### {metric.name}", "", f"*{metric.question}*", "", metric.definition, ""]
    lines.append("; ".join(facts) + ".")
    if metric.by:
        lines += ["", "Slices: " + ", ".join(f"`{column}`" for column in metric.by) + "."]
    for choice, allowed in metric.choices.items():
        lines += ["", f"Choice `{choice}`: " + ", ".join(allowed) + f" (default {allowed[0]})."]
    if metric.companions:
        beside = ", ".join(f"`{name}`" for name in metric.companions)
        lines += ["", f"Always shown beside: {beside}."]
    if metric.assumptions:
        lines += ["", "Assumes: " + " ".join(metric.assumptions)]
    return lines
