"""Texts from outside, as a database can keep them."""


def without_nul(text: str) -> str:
    """Text as PostgreSQL can keep it: every character but NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def keepable(text: str) -> str:
    """Text as each database can keep it: without half letters (lone surrogates) too, as a file's
    name has them that is not UTF-8."""
    return without_nul(text).encode(errors="replace").decode()
