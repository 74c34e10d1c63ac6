"""Quarantine, credentials and audit."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from logbook import append, sent

from leadline.statements import Wanted
from leadline.store import (
    Audit,
    Credentials,
    Database,
    Held,
    Log,
    NoCredential,
    Quarantine,
    Sources,
    Unavailable,
)
from leadline.store import (
    credentials as module,
)
from leadline.store.schema import STEPS
from leadline.store.sqlite import Sqlite

BAD = Held("file.jsonl:2", b'{"actor": \xff', "actor", "is missing.", "Add it.")
WORSE = Held("file.jsonl:5", b"", "", "is not JSON\0.", "Correct it.")


def held(log: Log, *records: Held, source: str = "file") -> None:
    log.append([], source=source, held=records)


def test_a_record_is_held_as_it_came_with_reason_and_remedy(database: Database):
    log, quarantine = Log(database), Quarantine(database)
    held(log, BAD, WORSE)
    held(log, BAD, source="other")
    first, second, third = quarantine.list()
    assert (first.source, first.origin, first.raw) == ("file", "file.jsonl:2", BAD.raw)
    assert (first.field, first.reason, first.remedy) == ("actor", "is missing.", "Add it.")
    assert second.reason == "is not JSON\ufffd."  # PostgreSQL cannot keep a NUL in text
    assert first.held_at <= datetime.now(UTC)
    assert quarantine.count() == {"file": 2, "other": 1}
    assert quarantine.list(after=first.key, limit=1) == [second]
    assert quarantine.get(third.key) == third and quarantine.get(10**6) is None


def test_what_was_decided_stays_decided_when_the_file_comes_again(database: Database):
    log, quarantine = Log(database), Quarantine(database)
    held(log, BAD, WORSE)
    bad, worse = quarantine.list()
    quarantine.mark([bad.key], "replayed")
    quarantine.mark([worse.key], "dropped")
    held(log, BAD, WORSE)
    assert quarantine.list() == []
    assert quarantine.count(state="dropped") == {"file": 1}
    assert [record.raw for record in quarantine.list(state="replayed")] == [BAD.raw]


def test_a_secret_is_shown_once_and_only_its_sum_is_kept(database: Database):
    credentials = Credentials(database)
    credential, secret = credentials.create("lms", {"statements/write", "statements/read/mine"})
    assert len(secret) >= 43  # 256 bits
    assert secret.encode() not in repr(database.execute("SELECT * FROM credential")).encode()
    found = credentials.verify(credential.key, secret)
    assert found is not None and (found.source, found.scopes) == ("lms", credential.scopes)
    for key, wrong in ((credential.key, secret + "x"), ("nobody", secret), (credential.key, "")):
        assert credentials.verify(key, wrong) is None


def test_a_scope_that_xapi_does_not_name_is_refused(database: Database):
    for scopes in ({"statements/delete"}, set()):
        with pytest.raises(ValueError, match="possible are all, all/read"):
            Credentials(database).create("lms", scopes)


def test_an_expired_or_revoked_credential_opens_nothing(database: Database):
    credentials = Credentials(database)
    expired, secret = credentials.create("lms", ["all"], expires_at=datetime.now(UTC))
    assert credentials.verify(expired.key, secret) is None
    revoked, secret = credentials.create("lms", ["all"])
    assert credentials.verify(revoked.key, secret)
    credentials.revoke(revoked.key)
    with pytest.raises(NoCredential):
        credentials.revoke(revoked.key)
    assert credentials.verify(revoked.key, secret) is None
    assert Credentials(database).verify(revoked.key, secret) is None


def test_a_revocation_elsewhere_is_felt_within_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "CREDENTIALS_TRUSTED_FOR", timedelta(0))
    here, elsewhere = Credentials(database), Credentials(database)
    credential, secret = here.create("lms", ["all"])
    assert here.verify(credential.key, secret)
    elsewhere.revoke(credential.key)
    assert here.verify(credential.key, secret) is None


def test_a_rotated_secret_opens_at_once_and_the_old_one_until_the_overlap_is_over(
    database: Database,
):
    here, elsewhere = Credentials(database), Credentials(database)
    credential, first = here.create("lms", ["all"])
    assert here.verify(credential.key, first)
    assert elsewhere.verify(credential.key, first)
    second = here.rotate(credential.key, overlap=timedelta(hours=1))
    for credentials in (here, elsewhere):  # elsewhere still remembers the row as it was
        assert credentials.verify(credential.key, second)
        assert credentials.verify(credential.key, first)
    database.execute("UPDATE credential SET old_until = 1")
    assert Credentials(database).verify(credential.key, first) is None
    assert Credentials(database).verify(credential.key, second)


def test_without_overlap_or_after_another_rotation_an_old_secret_is_dead(database: Database):
    credentials = Credentials(database)
    credential, first = credentials.create("lms", ["all"])
    second = credentials.rotate(credential.key)
    third = credentials.rotate(credential.key)
    assert credentials.verify(credential.key, first) is None
    assert credentials.verify(credential.key, second)
    fourth = credentials.rotate(credential.key, overlap=timedelta(0))
    assert credentials.verify(credential.key, third) is None
    assert credentials.verify(credential.key, fourth)
    for wrong in (timedelta(seconds=-1), timedelta(days=31)):
        with pytest.raises(ValueError, match="overlap"):
            credentials.rotate(credential.key, overlap=wrong)


def test_a_credential_of_an_older_database_opens_as_before(tmp_path: Path):
    old = Database(Sqlite(tmp_path / "old.db"))
    old.evolve("store", STEPS[:1])
    row = ("k", sha256(b"secret").digest(), "lms", "all", 1)
    old.insert("credential", ("key", "digest", "source", "scopes", "created_at"), [row])
    old.close()
    new = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
    found = Credentials(new).verify("k", "secret")
    assert found is not None and (found.source, found.origins, found.old_until) == ("lms", (), None)
    Credentials(new).rotate("k")
    assert Credentials(new).verify("k", "secret")
    new.close()


def test_a_credential_of_before_there_were_tenants_is_the_installations_own(tmp_path: Path):
    old = Database(Sqlite(tmp_path / "old.db"))
    old.evolve("store", STEPS[:2])
    row = ("k", sha256(b"secret").digest(), "lms", "all", 1, "https://a.example")
    named = ("key", "digest", "source", "scopes", "created_at", "origins")
    old.insert("credential", named, [row])
    old.close()
    new = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
    found = Credentials(new).verify("k", "secret")
    assert found is not None
    assert (found.tenant, found.origins) == ("default", ("https://a.example",))
    new.close()


def test_a_credential_opens_where_its_last_use_cannot_be_written(database: Database):
    log, credentials = Log(database), Credentials(database)
    made, secret = credentials.create("lms", ["all"])
    append(log, sent(1))
    on_sqlite = "Sqlite" in type(database._adapter).__name__
    database.execute(
        "PRAGMA query_only = ON" if on_sqlite else "SET default_transaction_read_only = on"
    )
    with pytest.raises(Unavailable):
        append(log, sent(2))
    assert credentials.verify(made.key, secret) == made
    assert len(log.find(Wanted()).payloads) == 1


def test_a_credential_keeps_its_tenant(database: Database):
    credentials = Credentials(database)
    made, first = credentials.create("lms", ["cmi5"], tenant="north")
    second = credentials.rotate(made.key)
    assert made.tenant == "north"
    for secret in (first, second):
        found = Credentials(database).verify(made.key, secret)
        assert found is not None and found.tenant == "north"
    for wrong in ("", " ", "a\nb", "a" * 101):
        with pytest.raises(ValueError, match="Tenant"):
            credentials.create("lms", ["cmi5"], tenant=wrong)
    assert [each.key for each in credentials.list()] == [made.key]


def test_an_ended_credential_cannot_be_changed(database: Database):
    credentials = Credentials(database)
    ended, secret = credentials.create("lms", ["all"], expires_at=datetime.now(UTC))
    for change in (
        credentials.rotate,
        credentials.revoke,
        lambda key: credentials.allow_origins(key, ()),
        lambda key: credentials.limit(key, requests=1, statements=1),
    ):
        for key in (ended.key, "nobody"):
            with pytest.raises(NoCredential):
                change(key)
    assert credentials.verify(ended.key, secret) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://play.example.org", "https://play.example.org"),
        ("HTTPS://Play.Example.org/", "https://play.example.org"),
        ("https://play.example.org:443", "https://play.example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(database: Database, written: str, meant: str):
    credentials = Credentials(database)
    credential, _ = credentials.create("lms", ["all"], origins=[written])
    assert credential.origins == credentials.list()[0].origins == (meant,)


@pytest.mark.parametrize(
    "wrong",
    ["*", "null", "", "play.example.org", "ftp://a.org", "https://a.org/x", "https://é.org"],
)
def test_what_is_no_origin_is_refused(database: Database, wrong: str):
    credentials = Credentials(database)
    with pytest.raises(ValueError, match="no web origin"):
        credentials.create("lms", ["all"], origins=[wrong])
    assert credentials.list() == []


def test_the_last_use_is_written_down_but_not_for_every_request(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    credentials = Credentials(database)
    credential, secret = credentials.create("lms", ["all"])
    before = datetime.now(UTC)
    for _ in range(3):
        credentials.verify(credential.key, secret)
    (listed,) = credentials.list()
    assert listed.last_used is not None and listed.last_used >= before
    first = listed.last_used
    credentials.verify(credential.key, secret)
    assert credentials.list()[0].last_used == first
    monkeypatch.setattr(module, "LAST_USE_WRITTEN_EVERY", timedelta(0))
    credentials.verify(credential.key, secret)
    assert credentials.list()[0].last_used > first


def look(audit: Audit, login: str = "dov") -> int:
    return audit.look(
        login=login,
        role="privacy officer",
        purpose="audit",
        what="completion [course=Safety]",
        people=(7, 8),
        rows=2,
        outcome="shown",
    )


def test_looks_are_listed_newest_first(database: Database):
    audit = Audit(database)
    assert [look(audit, login) for login in ("ana", "ben", "dov")] == [1, 2, 3]
    newest, older = audit.looks(limit=2)
    assert (newest.login, newest.people, newest.rows) == ("dov", (7, 8), 2)
    assert [entry.login for entry in audit.looks(before=older.number)] == ["ana"]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET entry = replace(entry, 'ben', 'eve') WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "UPDATE audit SET digest = (SELECT digest FROM audit WHERE number = 3) WHERE number = 2",
        "UPDATE audit SET number = number + 10 WHERE number >= 2",
    ],
)
def test_an_entry_that_was_changed_or_taken_out_breaks_the_chain(
    database: Database, tampering: str
):
    audit = Audit(database)
    for login in ("ana", "ben", "cleo"):
        look(audit, login)
    assert audit.verify() is None
    number, digest = audit.head()
    assert number == 3 and len(digest) == 64
    database.execute(tampering)
    assert audit.verify() == 2


def test_an_empty_audit_holds(database: Database):
    assert Audit(database).verify() is None and Audit(database).head()[0] == 0


def test_credentials_and_log_live_side_by_side(database: Database):
    append(Log(database), sent(1))
    Credentials(database).create("lms", ["all"])
    assert Log(database).head() == 1


def test_an_error_may_name_a_file_by_bytes_that_are_no_letters(database: Database):
    sources = Sources(database)
    sources.failed("file", "caf\udce9.jsonl\0: breaks off.")
    assert sources.all()[0].last_error == "caf?.jsonl\ufffd: breaks off."
    sources.refused("file", 1, "\0")
    assert sources.all()[0].last_error == "\ufffd"
