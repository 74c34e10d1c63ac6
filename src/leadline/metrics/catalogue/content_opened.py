"""Who had seen the content before being tested on it."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.attempted import attempts, ungraded
from leadline.metrics.happened import happened
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population

BY = ("course", "module", "assessment", "cycle_no", "source", "passed")
CONTENT = ("module", "page", "video", "other")
NO_MODULE = "assessment outside a module"


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="attempt",
    by=BY,
    companions=("first_attempt_pass_rate",),
    activity=True,
)
def content_opened(facts: Facts) -> ir.Table:
    """What share had opened the content before their first attempt?

    Share of graded first attempts before whose submission the learner had done something with a
    lesson, page, video or other content of the same module, whenever that was; where the assessment
    is a module of its own, of the same course. Slice by `passed` to compare those who failed.
    Opening is not reading. Periods go by the submission."""
    attempt = attempts(facts)
    first = attempt.filter(attempt.attempt_no == 1)
    first = first.mutate(
        taught_in=ibis.ifelse(first.module == first.assessment, first.course, first.module)
    )
    event = happened(facts).filter(_.kind.isin(CONTENT))
    places = event.select("person", "timestamp", taught_in="module").union(
        event.select("person", "timestamp", taught_in="course")
    )
    opened = places.group_by(["person", "taught_in"]).aggregate(opened_at=_.timestamp.min())
    rows = first.left_join(opened, ["person", "taught_in"])
    outside = ibis.ifelse(rows.taught_in.isnull(), NO_MODULE, ibis.null("string"))
    return population(
        rows,
        BY,
        at=rows.at,
        value=(rows.opened_at <= rows.at).fill_null(False),
        excluded=ibis.coalesce(ungraded(rows, facts), outside),
    )
