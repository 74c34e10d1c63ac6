"""Words, terms and marks for the templates."""

from itertools import count

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadline.web import words
from leadline.web.terms import TERMS

register = template.Library()
_ids = count(1)

for _name in ("count", "people", "share", "clock", "length", "day", "instant"):
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
