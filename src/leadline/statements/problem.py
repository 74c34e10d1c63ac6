"""What is said when a statement breaks a rule."""


class BadStatement(Exception):
    """A statement that the xAPI specification obliges a store to refuse.

    field: path inside the statement, e.g. `context.contextActivities.parent[0].id`.
    reason: the broken rule in the specification's words. remedy: what the sender can change.
    section: where the rule stands, e.g. `Data 2.4.2.3` (part and section of xAPI 1.0.3, or
    `9274.1.1` for rules that only xAPI 2.0 knows).
    """

    def __init__(self, field: str, reason: str, remedy: str, section: str) -> None:
        super().__init__(f"{field or 'statement'}: {reason} {remedy} ({section})")
        self.field = field
        self.reason = reason
        self.remedy = remedy
        self.section = section
