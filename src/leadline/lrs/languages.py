"""Accept-Language, as canonical format needs it (Communication 2.1.3, RFC 9110 12.5.4)."""


def accepted_languages(header: str) -> tuple[str, ...]:
    """Language ranges of the header, best first; those refused by q=0 left out."""
    ranked: list[tuple[float, str]] = []
    for piece in header.split(","):
        tag, _, parameter = piece.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if tag.strip() and quality > 0:
            ranked.append((quality, tag.strip()))
    return tuple(tag for _, tag in sorted(ranked, key=lambda pair: -pair[0]))
