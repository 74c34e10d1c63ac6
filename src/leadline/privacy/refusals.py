"""The ways in which a look is refused."""


class Forbidden(Exception):
    """The viewer's role, or the purpose given, does not allow this look (403)."""


class NotThere(Exception):
    """For this viewer there is no such person or thing (404); also where it exists elsewhere."""


class UnknownQuestion(Exception):
    """A metric, column, value or choice that does not exist; the text names what exists (400)."""


class TooFine(Exception):
    """The breakdown has more groups than can be checked for safety (400); ask for fewer."""
