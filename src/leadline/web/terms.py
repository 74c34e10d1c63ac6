"""Terms of statistics and of the house, each in one line that a newcomer understands."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TERMS: dict[str, tuple[str | Promise, str | Promise]] = {
    "change after": (
        _("change after"),
        _("How much more it changed, to the quarter after the training, than without any."),
    ),
    "like ones": (
        _("like ones"),
        _("After training, against those without of like size and kind in the same quarter."),
    ),
    "interval": (
        _("95 % interval"),
        _("Repeated again and again, ranges made this way hold the true number 95 times in 100."),
    ),
    "roi": (
        _("return on investment"),
        _("What came back less what was spent, as a share of what was spent; never one number."),
    ),
    "baseline": (
        _("baseline"),
        _("How it stood on a day, frozen then: what comes in later does not move it."),
    ),
    "people": (_("people"), _("Each person is counted once, however many times they tried.")),
    "first-attempt pass": (
        _("first-attempt pass"),
        _("The share of people who pass at their first graded try; later tries do not count."),
    ),
    "completion": (
        _("completion"),
        _("The learning system recorded the course as finished. It does not say what was learned."),
    ),
    "average score": (
        _("average score"),
        _("Points reached as a share of the points possible, averaged over people."),
    ),
    "active time": (
        _("active time"),
        _("Time between recorded steps, pauses longer than the session gap left out."),
    ),
    "in progress": (
        _("still active"),
        _("Did something lately and has not finished: not counted as having left."),
    ),
    "abandoned": (
        _("left"),
        _("Has not finished and did nothing for longer than the abandonment rule allows."),
    ),
    "reach": (_("reach"), _("Started this module or any later one.")),
    "time to competency": (
        _("mean days to competency"),
        _(
            "Averaged over everybody who came into the role, those still on their way included, "
            "within the first 180 days. An average of the finished alone would drop the slow ones."
        ),
    ),
    "due": (
        _("due for the check"),
        _("Learned it so long ago that the days for the delayed check are over, tested or not."),
    ),
    "weighted": (
        _("weighted"),
        _(
            "Those who are like the silent, by their score on the day, count more. It mends what "
            "can be mended when not everybody answers."
        ),
    ),
    "paired change": (
        _("paired change"),
        _("Each person's later result less the own earlier one: nobody else's is mixed in."),
    ),
    "correlation": (
        _("correlation"),
        _("How far two things rise together: 1 always, 0 not at all, below 0 one falls. No cause."),
    ),
    "lots": (
        _("lots drawn again"),
        _(
            "The draw is repeated on paper, as if the course had changed nothing; the share of "
            "draws that part the groups as far as the real one."
        ),
    ),
    "unlike": (
        _("how unlike the groups are"),
        _("The difference of their means in standard deviations; below 0.1 they count as alike."),
    ),
    "reliability": (
        _("reliability"),
        _(
            "How far a second test like this one would put people in the same order, from 0 to 1. "
            "A test that decides about somebody should have 0.8 at least."
        ),
    ),
    "share right": (
        _("share right"),
        _("Of those who were asked the question at their first attempt; a blank answer is wrong."),
    ),
    "goes with the rest": (
        _("goes with the rest"),
        _(
            "Whether those who get this question right get the others right too: 1 always, 0 not "
            "at all, below 0 the other way round. Low means that the question is suspect."
        ),
    ),
    "ability": (
        _("difficulty on the scale of ability"),
        _(
            "The ability, in standard deviations around the average learner, at which half get it "
            "right."
        ),
    ),
    "slope": (
        _("slope"),
        _("How sharply the question parts those below its difficulty from those above."),
    ),
    "quarantine": (
        _("quarantine"),
        _("Records that break a rule wait here with the reason; nothing is dropped in silence."),
    ),
    "duplicate": (_("duplicate"), _("The same record came again and was counted once.")),
    "lag": (
        _("lag"),
        _("Of the records of the last 30 days, half arrived sooner after they happened than this."),
    ),
}
