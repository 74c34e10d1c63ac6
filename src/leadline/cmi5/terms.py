"""The IRIs and words of cmi5 (9.3, 9.5.5, 9.6)."""

from typing import Literal

MODES = ("Normal", "Browse", "Review")
Mode = Literal["Normal", "Browse", "Review"]

_ADL = "http://adlnet.gov/expapi/verbs/"
_PROFILE = "https://w3id.org/xapi/adl/verbs/"
_CMI5 = "https://w3id.org/xapi/cmi5/"

AU_VERBS = {
    f"{_ADL}{word}": word for word in ("initialized", "completed", "passed", "failed", "terminated")
}
LMS_VERBS = {
    "launched": f"{_ADL}launched",
    "abandoned": f"{_PROFILE}abandoned",
    "waived": f"{_PROFILE}waived",
    "satisfied": f"{_PROFILE}satisfied",
    "voided": f"{_ADL}voided",
}

CATEGORY = f"{_CMI5}context/categories/cmi5"
MOVE_ON_CATEGORY = f"{_CMI5}context/categories/moveon"
SESSION = f"{_CMI5}context/extensions/sessionid"
MASTERY = f"{_CMI5}context/extensions/masteryscore"
MODE = f"{_CMI5}context/extensions/launchmode"
LAUNCH_URL = f"{_CMI5}context/extensions/launchurl"
MOVE_ON = f"{_CMI5}context/extensions/moveon"
PARAMETERS = f"{_CMI5}context/extensions/launchparameters"
REASON = f"{_CMI5}result/extensions/reason"
BLOCK = f"{_CMI5}activitytype/block"
COURSE = f"{_CMI5}activitytype/course"

LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
