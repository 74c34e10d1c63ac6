"""Words, terms and marks for the templates."""

from collections.abc import Mapping
from itertools import count

from django import template
from django.urls import resolve, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from leadline.metrics import Result
from leadline.web import words
from leadline.web.declared import seen_by
from leadline.web.terms import TERMS

register = template.Library()
_ids = count(1)

for _name in ("count", "people", "share", "clock", "day", "expected", "instant"):
    register.filter(_name, getattr(words, _name))
for _name in ("estimate", "interval", "withheld", "shown"):
    register.filter(_name, getattr(words, _name))


@register.simple_tag
def term(key: str, text: str = "") -> SafeString:
    """`{% term "interval" %}`: the term, explained on hover and on focus.

    `text` replaces the term's own words where the sentence needs others."""
    name, explained = TERMS[key]
    number = next(_ids)
    return format_html(
        '<span class="term"><button type="button" aria-describedby="term{}">{}</button>'
        '<span role="tooltip" id="term{}">{}</span></span>',
        number,
        text or name,
        number,
        explained,
    )


@register.simple_tag
def sure(what: Result | str) -> SafeString:
    """How sure a number is, in brackets, with the explanation of an interval."""
    if isinstance(what, str):
        said = what
    else:
        said = ", ".join(part for part in (words.interval(what), words.people(what.n)) if part)
    return format_html('<span class="interval">{}</span>', term("interval", f"({said})"))


@register.simple_tag(takes_context=True)
def tabs(context: template.Context) -> SafeString:
    """The pages of Data & trust that the viewer's role may open, the present one marked."""
    names = {
        "trust": _("Sources"),
        "files": _("Bring in a file"),
        "credentials": _("Credentials"),
        "quarantine": _("Quarantine"),
        "unmatched": _("Unmatched identities"),
        "depth": _("Data depth"),
        "definitions": _("Definitions"),
        "who-sees-what": _("Who sees what"),
        "access-log": _("Access log"),
    }
    return _tabs(context, names)


@register.simple_tag(takes_context=True)
def compliance_tabs(context: template.Context) -> SafeString:
    """The pages of Compliance that the viewer's role may open."""
    names = {
        "compliance": _("Today"),
        "compliance-calendar": _("Calendar"),
        "obligations": _("Person by requirement"),
        "compliance-forecast": _("Forecast"),
        "alerts": _("Alerts"),
        "evidence": _("Evidence"),
        "requirements": _("Requirements"),
        "incidents": _("Does training help?"),
    }
    return _tabs(context, names)


def _tabs(context: template.Context, names: Mapping[str, str]) -> SafeString:
    role, here = context["viewer"].role, context["page"].name
    open_to = [name for name in names if role in (seen_by(resolve(reverse(name)).func) or ())]
    lines = [
        (reverse(name), mark_safe(' aria-current="page"') if name == here else "", names[name])
        for name in open_to
    ]
    return format_html_join("", '<li><a href="{}"{}>{}</a></li>', lines)
