"""Which words say what: verb IRIs -> `did`, activity type IRIs -> `kind`, extension IRIs."""

OTHER = "other"

_ADL = "http://adlnet.gov/expapi/verbs/"
_PROFILES = "https://w3id.org/xapi/"
_TINCAN = "http://id.tincanapi.com/verb/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"

_VERBS: dict[str, tuple[str, ...]] = {
    "assigned": (f"{_STREAMS}assign", f"{_TINCAN}assigned", f"{_ADL}assigned"),
    "registered": (
        f"{_ADL}registered",
        f"{_TINCAN}enrolled",
        f"{_TINCAN}registered",
        "http://www.tincanapi.co.uk/verbs/enrolled_onto_learning_plan",
    ),
    "withdrawn": (
        f"{_TINCAN}unregistered",
        f"{_TINCAN}unenrolled",
        f"{_ADL}unregistered",
        f"{_PROFILES}dod-isd/verbs/withdrew",
    ),
    "waived": (f"{_PROFILES}adl/verbs/waived",),
    "launched": (f"{_ADL}launched",),
    "initialized": (f"{_ADL}initialized", f"{_STREAMS}start"),
    "attempted": (f"{_ADL}attempted",),
    "experienced": (
        f"{_ADL}experienced",
        f"{_TINCAN}viewed",
        f"{_TINCAN}previewed",
        f"{_STREAMS}access",
        f"{_STREAMS}read",
        f"{_STREAMS}open",
        f"{_STREAMS}watch",
        f"{_STREAMS}listen",
    ),
    "progressed": (f"{_ADL}progressed",),
    "answered": (f"{_ADL}answered", f"{_ADL}responded"),
    "scored": (f"{_ADL}scored",),
    "completed": (f"{_ADL}completed", f"{_STREAMS}complete"),
    "passed": (f"{_ADL}passed",),
    "failed": (f"{_ADL}failed",),
    "satisfied": (f"{_PROFILES}adl/verbs/satisfied", f"{_STREAMS}satisfy"),
    "mastered": (f"{_ADL}mastered",),
    "abandoned": (f"{_PROFILES}adl/verbs/abandoned", f"{_TINCAN}abandoned"),
    "terminated": (f"{_ADL}terminated",),
    "suspended": (f"{_ADL}suspended",),
    "resumed": (f"{_ADL}resumed",),
    "exited": (f"{_ADL}exited", f"{_STREAMS}close"),
    "played": (f"{_PROFILES}video/verbs/played", f"{_STREAMS}play"),
    "paused": (f"{_PROFILES}video/verbs/paused", f"{_TINCAN}paused"),
    "seeked": (f"{_PROFILES}video/verbs/seeked",),
    "interacted": (f"{_ADL}interacted", f"{_PROFILES}video/verbs/interacted"),
    "earned": (f"{_TINCAN}earned", "https://w3id.org/xapi/tla/verbs/certified"),
    "logged_in": (
        f"{_PROFILES}adl/verbs/logged-in",
        f"{_ADL}logged-in",
        "https://brindlewaye.com/xAPITerms/verbs/loggedin/",
    ),
    "logged_out": (
        f"{_PROFILES}adl/verbs/logged-out",
        f"{_ADL}logged-out",
        "https://brindlewaye.com/xAPITerms/verbs/loggedout/",
    ),
    "measured": ("urn:leadline:verb:measured",),  # an outcome: audit score, rating, tickets
    "drawn": ("urn:leadline:verb:drawn",),  # by lot into an arm of a trial
    "voided": (f"{_ADL}voided",),
}

_ACTIVITIES = "http://adlnet.gov/expapi/activities/"
_TYPES = "http://id.tincanapi.com/activitytype/"

_KINDS: dict[str, tuple[str, ...]] = {
    "course": (
        f"{_ACTIVITIES}course",
        f"{_PROFILES}cmi5/activitytype/course",
        f"{_TYPES}course",
        f"{_TYPES}lms/course",
    ),
    "module": (
        f"{_ACTIVITIES}module",
        f"{_ACTIVITIES}lesson",
        f"{_ACTIVITIES}lesson-activity",
        f"{_PROFILES}cmi5/activitytype/block",
        f"{_TYPES}section",
        f"{_TYPES}chapter",
        f"{_TYPES}unit",
    ),
    "assessment": (
        f"{_ACTIVITIES}assessment",
        f"{_TYPES}assessment",
        f"{_TYPES}quiz",
        f"{_TYPES}test",
        f"{_TYPES}school-assignment",
    ),
    "question": (f"{_ACTIVITIES}cmi.interaction", f"{_ACTIVITIES}question", f"{_TYPES}question"),
    "video": (
        f"{_PROFILES}video/activity-type/video",
        f"{_STREAMS}video",
        f"{_ACTIVITIES}video",
        f"{_TYPES}video",
    ),
    "page": (
        f"{_STREAMS}page",
        f"{_STREAMS}article",
        f"{_STREAMS}file",
        f"{_ACTIVITIES}file",
        f"{_ACTIVITIES}media",
        f"{_ACTIVITIES}link",
        f"{_ACTIVITIES}page",
        f"{_TYPES}document",
        f"{_TYPES}resource",
        f"{_TYPES}slide",
    ),
    "certificate": (
        f"{_TYPES}certificate",
        f"{_TYPES}certification",
        f"{_TYPES}badge",
        "https://www.opigno.org/en/tincan_registry/activity_type/certificate",
    ),
    "outcome": ("urn:leadline:activity-type:outcome",),
    "trial": ("urn:leadline:activity-type:trial",),
}


def _inverted(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """IRI -> word, with the spellings that differ only in http/https or a final slash."""
    found: dict[str, str] = {}
    for word, iris in words.items():
        for iri in iris:
            found[iri] = word
            if iri.startswith("urn:"):
                continue
            rest = iri.partition("://")[2].rstrip("/")
            for scheme in ("http", "https"):
                for end in ("", "/"):
                    found[f"{scheme}://{rest}{end}"] = word
    return found


DID = _inverted(_VERBS)
KIND = _inverted(_KINDS)
DID_WORDS = (*_VERBS, OTHER)
KIND_WORDS = (*_KINDS, OTHER)

CLOSED_INTERACTIONS = frozenset(
    {"choice", "true-false", "likert", "matching", "sequencing", "numeric", "performance"}
)

_VIDEO = f"{_PROFILES}video/extensions/"
SESSION = (f"{_VIDEO}session-id", f"{_PROFILES}cmi5/context/extensions/sessionid")
TIME = f"{_VIDEO}time"
TIME_FROM = f"{_VIDEO}time-from"
TIME_TO = f"{_VIDEO}time-to"
LENGTH = f"{_VIDEO}length"
PROGRESS = f"{_VIDEO}progress"
PROGRESS_PERCENT = f"{_PROFILES}cmi5/result/extensions/progress"  # 0 to 100 (cmi5 9.5.5.1)
PLAYED_SEGMENTS = f"{_VIDEO}played-segments"
COMPLETION_THRESHOLD = f"{_VIDEO}completion-threshold"
SPEED = f"{_VIDEO}speed"

# Account homes of groups that are not people: a unit by its path, a customer by its account id.
UNIT_HOME = "urn:leadline:unit"
CUSTOMER_HOME = "urn:leadline:account"

_OWN = "urn:leadline:extension:"
DUE_AT = f"{_OWN}due-at"
EXPIRES_AT = f"{_OWN}expires-at"
TRANSFERRED = f"{_OWN}transferred"
CLICKS = f"{_OWN}clicks"
POSITION = f"{_OWN}position"  # of an activity's definition: declared order within its course
MEASURE = f"{_OWN}measure"  # unit of measure of an outcome's score
BETTER = f"{_OWN}better"  # up or down: where an outcome's score is better
EXPOSURE = f"{_OWN}exposure"  # of an outcome that counts: person-months, account-quarters
OFFERS = f"{_OWN}offers"  # of a trial: the course that those drawn were offered
CHANCE = f"{_OWN}chance"
STRATUM = f"{_OWN}stratum"
CLUSTER = f"{_OWN}cluster"
