"""Texts from outside, as a database can keep them."""


def whole_letters(text: str) -> str:
    """Text without half letters (lone surrogates), as a file's name that is not UTF-8 has them."""
    return text.encode(errors="replace").decode()
