"""Start-up stops while any address of the house does not say who may see it."""

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from leadline.privacy.viewer import Role


@register()
def every_address_is_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One error for each URL whose view is neither a `@page`, an `@action` nor `@for_everyone`."""
    return [
        Error(
            f"The address /{address} does not say who may see it.",
            hint="Declare it with @page, @action or @for_everyone from leadline.web.page.",
            id="leadline.E001",
        )
        for address in undeclared(get_resolver().url_patterns)
    ]


def insist(patterns: Iterable[URLPattern | URLResolver]) -> None:
    """Serve nothing at all rather than one address without a declaration.

    Django runs its checks for management commands only; a web server must not start either."""
    found = undeclared(patterns)
    if found:
        raise ImproperlyConfigured(f"Nobody declared who may see: {', '.join(found)}.")


def seen_by(view: Any) -> frozenset[Role] | None:
    """The roles that a view declares; None where it declares nothing."""
    return getattr(view, "sees", None)


def undeclared(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> list[str]:
    """Addresses, in the order of the URL list, whose view lacks a declaration of its viewers."""
    found: list[str] = []
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += undeclared(pattern.url_patterns, address)
        elif seen_by(pattern.callback) is None:
            found.append(address)
    return found
