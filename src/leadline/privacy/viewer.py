"""Who asks, in which roles, from which place in the organisation."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The roles shipped; privacy/policy.py says what each may see."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    TRAINING_LEAD = "training lead"
    COMPLIANCE_OFFICER = "compliance officer"
    HR_MANAGER = "HR manager"
    DEPARTMENT_MANAGER = "department manager"
    LEARNER = "learner"
    PRIVACY_OFFICER = "privacy officer"


class Purpose(StrEnum):
    """Why somebody looks; every look is written down with it."""

    IMPROVE_TRAINING = "improve training"
    PROVE_COMPLIANCE = "prove compliance"
    SUPPORT_LEARNERS = "support learners"
    PLAN_WORKFORCE = "plan the workforce"
    OWN_RECORD = "own record"
    RUN_SYSTEM = "run the system"
    PROTECT_PRIVACY = "protect privacy"


@dataclass(frozen=True)
class Viewer:
    """A person who signed in. `person` is the directory key, if the login belongs to one.

    `unit` is the top of the unit subtree that a unit-bound role covers (path such as
    `Harbour Group/North`); None means the position of `person` as it is today decides."""

    login: str
    role: Role
    person: int | None = None
    unit: str | None = None
