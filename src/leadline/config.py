"""Every setting, its default and its sentence; documentation is made from it."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "LEADLINE_"
SMALLEST_GROUP_FLOOR_PEOPLE = 5


class BadSetting(Exception):
    """A setting is unknown or unusable; the start stops and says which one and what would do."""


def _setting(default: Any, sentence: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": sentence, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What an installation may choose. Each is read from `LEADLINE_<NAME>`."""

    home: Path = _setting(Path("leadline-home"), "Folder that holds database, lake and secrets.")
    database_url: str = _setting("", "sqlite:///PATH or postgresql://…; empty: a file in home.")
    lake_url: str = _setting("", "Folder of the columnar lake; empty: the folder `lake` in home.")
    host: str = _setting("127.0.0.1", "Address that `leadline serve` listens on.")
    port: int = _setting(8000, "Port that `leadline serve` listens on.")
    public_url: str = _setting("", "Address people type, e.g. https://learn.example.org.")
    content_port: int = _setting(0, "Port that course content is served on; 0: the one after.")
    content_url: str = _setting(
        "", "Address of course content; best a host of its own, never that of the pages."
    )
    smallest_group: int = _setting(10, "Groups with fewer people are never shown (5 at least).")
    reporting_zone: str = _setting("UTC", "IANA time zone of day, week and month buckets.")
    session_gap_minutes: int = _setting(30, "A longer pause ends a session (METHODS A2, theta).")
    abandoned_after_days: int = _setting(14, "Idle this long and unfinished: abandoned (B1, W).")
    refresh_seconds: int = _setting(5, "How often the worker looks for new statements.")
    engine_memory_mb: int = _setting(2048, "Memory that one query may use before it spills.")
    engine_threads: int = _setting(2, "Threads that one query may use.")
    requests_per_minute: int = _setting(
        240_000, "Requests a credential may send a minute to each process; more: 429."
    )
    statements_per_minute: int = _setting(
        2_400_000, "Statements a credential may send a minute to each process; more: 429."
    )
    organisation: str = _setting("Our organisation", "Name shown to the people who sign in.")
    smtp_url: str = _setting(
        "", "Mail server: smtp://USER:PASSWORD@HOST:PORT?starttls=1 or smtps://…", secret=True
    )
    mail_from: str = _setting("", "Who letters are from; empty: leadline@ our host.")
    second_factor_roles: str = _setting(
        "", "Roles that need a passkey or one-time codes, comma between them, e.g. administrator."
    )
    sign_in_name: str = _setting(
        "our organisation", "What the button of the organisation's own sign-in calls it."
    )
    oidc_issuer: str = _setting("", "OpenID Connect: address of the provider; empty: none.")
    oidc_client_id: str = _setting("", "OpenID Connect: our id there.")
    oidc_client_secret: str = _setting("", "OpenID Connect: our secret there.", secret=True)
    oidc_login_claim: str = _setting(
        "preferred_username", "OpenID Connect: the claim that is the login here."
    )
    saml_metadata: str = _setting(
        "", "SAML: metadata XML of the identity provider; best named by …_FILE."
    )
    saml_login_attribute: str = _setting(
        "", "SAML: the attribute that is the login here; empty: the NameID."
    )

    def __post_init__(self) -> None:
        if self.smallest_group < SMALLEST_GROUP_FLOOR_PEOPLE:
            raise BadSetting(
                f"LEADLINE_SMALLEST_GROUP is {self.smallest_group}; "
                f"it may not be under {SMALLEST_GROUP_FLOOR_PEOPLE}."
            )
        for name in ("requests_per_minute", "statements_per_minute"):
            if getattr(self, name) < 1:
                raise BadSetting(f"{PREFIX}{name.upper()} is {getattr(self, name)}; 1 at least.")
        home = Path(self.home).expanduser().absolute()
        object.__setattr__(self, "home", home)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{home / 'leadline.db'}")
        if not self.lake_url:
            object.__setattr__(self, "lake_url", str(home / "lake"))
        if not self.content_port:
            object.__setattr__(self, "content_port", self.port + 1)

    @property
    def address(self) -> str:
        """Where people and systems reach this installation, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def sender(self) -> str:
        """Who letters are from."""
        return self.mail_from or f"leadline@{urlsplit(self.address).hostname}"

    @property
    def content_address(self) -> str:
        """Where browsers find course content: another origin than `address`, so that no script of
        a course can act on a page of ours."""
        parts = urlsplit(self.address)
        host = parts.netloc.removesuffix(f":{parts.port}")
        beside = f"{parts.scheme}://{host}:{self.content_port}"
        return self.content_url.rstrip("/") or beside

    @property
    def secrets(self) -> Path:
        """Folder of generated secrets; readable by the owner only."""
        return self.home / "secrets"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read settings from the environment; `…_FILE` names a file that holds the value.

        Raises BadSetting for an unknown `LEADLINE_*` name (a typo must stop the start)."""
        env = os.environ if env is None else env
        known = {f"{PREFIX}{f.name.upper()}": f for f in fields(cls)}
        values: dict[str, Any] = {}
        for name in sorted(n for n in env if n.startswith(PREFIX)):
            base = name.removesuffix("_FILE")
            if base not in known:
                raise BadSetting(f"{name} is not a setting; `leadline settings` lists them.")
            text = Path(env[name]).read_text().strip() if name != base else env[name]
            values[known[base].name] = _typed(base, text, known[base].default)
        return cls(**values)


def _typed(name: str, text: str, default: Any) -> Any:
    if default is MISSING or isinstance(default, str):
        return text
    try:
        return type(default)(text)
    except ValueError as problem:
        wanted = type(default).__name__
        raise BadSetting(f"{name} is {text!r}; it must be of type {wanted}.") from problem


def document() -> str:
    """The page docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Made by `leadline docs`. Environment variables; `…_FILE` names a file with the value.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for setting in fields(Settings):
        default = f"`{setting.default}`" if str(setting.default) else ""
        name = f"`{PREFIX}{setting.name.upper()}`"
        lines.append(f"| {name} | {default} | {setting.metadata['help']} |")
    return "\n".join(lines)
