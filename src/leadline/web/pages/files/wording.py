"""What the columns of a file are called and mean, for somebody who knows their own system only."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "people": (
        gettext_lazy("People"),
        gettext_lazy("from HR: who they are, where they sit, since when"),
    ),
    "customers": (
        gettext_lazy("Customers"),
        gettext_lazy("from the customer system: accounts, contracts, and their people"),
    ),
    "outcomes": (
        gettext_lazy("Results"),
        gettext_lazy("audit scores, ratings, close rates, tickets: of people, teams or customers"),
    ),
}
FIELDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "person_id": (gettext_lazy("Employee number"), gettext_lazy("the key that joins files")),
    "name": (gettext_lazy("Name"), ""),
    "email": (gettext_lazy("E-mail"), ""),
    "unit": (gettext_lazy("Unit"), gettext_lazy("a path from the top: Group/North/Depot 3")),
    "role": (gettext_lazy("Job role"), ""),
    "manager": (gettext_lazy("Manager"), gettext_lazy("the manager's employee number")),
    "location": (gettext_lazy("Location"), ""),
    "account": (gettext_lazy("Customer account"), gettext_lazy("its id in the customer system")),
    "hire_date": (gettext_lazy("Hired on"), ""),
    "valid_from": (
        gettext_lazy("In this position from"),
        gettext_lazy("without it: from the day of the import"),
    ),
    "left_on": (gettext_lazy("First day after leaving"), ""),
    "zone": (gettext_lazy("Time zone"), gettext_lazy("such as Europe/Amsterdam")),
    "mbox_sha1sum": (gettext_lazy("SHA-1 of the e-mail address"), ""),
    "openid": (gettext_lazy("OpenID"), ""),
    "account_home": (
        gettext_lazy("System of the login"),
        gettext_lazy("URL of the system in which the next column is a login"),
    ),
    "account_name": (gettext_lazy("Login in that system"), ""),
    "segment": (gettext_lazy("Segment"), gettext_lazy("what kind of customer it is")),
    "region": (gettext_lazy("Region"), ""),
    "plan": (gettext_lazy("Plan"), ""),
    "started_on": (gettext_lazy("Contract from"), ""),
    "ended_on": (
        gettext_lazy("First day without a contract"),
        gettext_lazy("empty: it goes on"),
    ),
    "contact_email": (gettext_lazy("Contact's e-mail"), ""),
    "contact_home": (
        gettext_lazy("System of the contact's login"),
        gettext_lazy("URL of the system in which the next column is a login"),
    ),
    "contact_id": (gettext_lazy("Contact's login in that system"), ""),
    "contact_name": (gettext_lazy("Contact's name"), ""),
    "contact_from": (gettext_lazy("Contact since"), ""),
    "contact_to": (gettext_lazy("First day after the contact left"), ""),
    "outcome": (gettext_lazy("What was measured"), gettext_lazy("such as Audit score")),
    "date": (gettext_lazy("Date"), gettext_lazy("the day, or the last day of the period")),
    "value": (gettext_lazy("Value"), gettext_lazy("a number")),
    "measure": (gettext_lazy("Unit of measure"), gettext_lazy("such as points, %, tickets")),
    "better": (gettext_lazy("Better is"), gettext_lazy("up or down")),
    "exposure": (
        gettext_lazy("Counted over"),
        gettext_lazy("of counts only: over how many months, quarters …; without it, a measure"),
    ),
}
NAMES_IN_CUSTOMERS = {"name": gettext_lazy("Customer's name")}


def label(kind: str, field: str) -> tuple[str, str]:
    """Name and meaning of a column of ours."""
    name, meaning = FIELDS[field]
    if kind == "customers":
        name = NAMES_IN_CUSTOMERS.get(field, name)
    return str(name), str(meaning)


def happened(what: str, *, done: bool) -> str:
    """What was done, or would be, to so many."""
    told = {
        "added": (_("would be new"), _("are new")),
        "changed": (_("would change"), _("have changed")),
        "moved": (_("positions would be new or change"), _("positions are new or have changed")),
        "linked": (_("identifiers would be linked"), _("identifiers were linked")),
        "left": (_("would leave or come back"), _("have left or come back")),
        "unchanged": (_("would stay as they are"), _("stay as they are")),
        "accepted": ("", _("were taken in")),
        "duplicate": ("", _("were known already")),
        "quarantined": ("", _("wait in quarantine")),
    }
    return told[what][done]
