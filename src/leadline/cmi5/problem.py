"""What can go wrong that whoever asks may want to answer."""


class BadPackage(Exception):
    """A course package that cannot be imported; nothing of it was kept.

    field: what is at fault, e.g. `au https://example.org/au/1 url` or `cmi5.xml line 12`; empty for
    the file as a whole. reason: the broken rule. remedy: what the sender can change. section: where
    the rule stands in the cmi5 specification; empty where it is a limit of ours."""

    def __init__(self, field: str, reason: str, remedy: str, section: str = "") -> None:
        where = f" (cmi5 {section})" if section else ""
        super().__init__(f"{field or 'package'}: {reason} {remedy}{where}")
        self.field = field
        self.reason = reason
        self.remedy = remedy
        self.section = section


class NoSuch(LookupError):
    """There is no such course, registration, unit or session; the message says which."""


class Unfit(ValueError):
    """What was asked cannot be done; the message says why, and what would do."""
