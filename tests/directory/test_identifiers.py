"""Identifiers seen in statements, and whose they are."""

from concurrent.futures import ThreadPoolExecutor

from leadline.directory import Directory, PersonRow
from leadline.statements import Identifier

BEN = "ben@harbour.example"
MBOX = Identifier("mbox", f"mailto:{BEN}")
ACCOUNT = Identifier("account", "https://video.harbour.example|v2")
OPENID = Identifier("openid", "https://id.harbour.example/ben")


def sha1_of(address):
    import hashlib

    return Identifier("mbox_sha1sum", hashlib.sha1(f"mailto:{address}".encode()).hexdigest())


def test_a_key_is_given_at_once_and_kept(directory, database):
    first = directory.actors([MBOX, ACCOUNT])

    assert directory.actors([MBOX, ACCOUNT, OPENID]) | first == directory.actors([OPENID]) | first
    assert Directory(database).actors([MBOX, ACCOUNT]) == first
    assert len(set(first.values())) == 2
    assert all(0 < key < 2**62 for key in first.values())


def test_many_at_once(directory, database):
    crowd = [Identifier("mbox", f"mailto:p{n}@harbour.example") for n in range(3000)]

    keys = directory.actors(crowd)

    assert len(set(keys.values())) == 3000
    assert Directory(database).actors(crowd) == keys


def test_texts_that_no_database_takes(directory, database):
    odd = [Identifier("account", f"https://lms.example|{name}") for name in ("a\0b", "\ud800", "é")]

    keys = directory.actors(odd)

    assert len(set(keys.values())) == 3
    assert Directory(database).actors(odd) == keys


def test_two_writers_agree_on_the_keys(database):
    crowd = [Identifier("account", f"https://lms.example|{n}") for n in range(400)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda d: d.actors(crowd), [Directory(database)] * 4))

    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 400


def test_all_four_kinds_lead_to_the_person(directory, today):
    row = PersonRow("2", name="Ben", email=BEN, identifiers=(ACCOUNT, OPENID))

    directory.apply([row], on=today)

    ben = directory.key_of("2")
    owners = dict(directory.all_links())
    kinds = [MBOX, sha1_of(BEN), ACCOUNT, OPENID]
    assert [owners[directory.actors([one])[one]] for one in kinds] == [ben] * 4


def test_capitals_in_the_hr_file_do_not_hide_anybody(directory, today):
    directory.apply([PersonRow("2", email="Ben@Harbour.example")], on=today)

    owners = dict(directory.all_links())
    assert owners[directory.actors([MBOX])[MBOX]] == directory.key_of("2")


def test_links_tell_what_changed_since_a_revision(directory, today):
    actor = directory.actors([MBOX])[MBOX]
    stranger = directory.actors([OPENID])[OPENID]
    assert dict(directory.all_links()) == {actor: actor, stranger: stranger}
    seen = directory.revision()
    assert directory.links(seen) == []

    directory.apply([PersonRow("2", email=BEN)], on=today)

    ben = directory.key_of("2")
    changed = dict(directory.links(seen))
    assert changed.pop(actor) == ben
    assert set(changed.values()) == {ben}  # the sum of the address
    assert stranger not in changed
    assert directory.links(directory.revision()) == []


def test_names_are_given_for_people_and_strangers(directory, today):
    directory.apply([PersonRow("2", name="Ben", email=BEN)], on=today)
    ben, stranger = directory.key_of("2"), directory.actors([OPENID])[OPENID]

    names = directory.names([ben, stranger, 12345])

    assert (names[ben].display, names[ben].employee_id, names[ben].email) == ("Ben", "2", BEN)
    assert names[stranger].display == "https://id.harbour.example/ben"
    assert names[stranger].employee_id is None
    assert 12345 not in names


def test_strangers_are_listed_until_somebody_claims_them(directory, today):
    directory.actors([MBOX])
    directory.actors([OPENID])

    assert [one.identifier for one in directory.unmatched(10)] == [OPENID, MBOX]
    assert [one.identifier for one in directory.unmatched(1, 1)] == [MBOX]
    assert directory.unmatched_total() == 2

    directory.apply([PersonRow("2", email=BEN)], on=today)

    (left,) = directory.unmatched(10)
    assert (left.identifier, left.statements, left.first_seen) == (OPENID, 0, None)


def test_strangers_come_with_what_the_log_has_seen_of_them(directory, database):
    from datetime import UTC, datetime

    from leadline.statements import read
    from leadline.store import Log

    log = Log(database)
    for number in range(3):
        value = {
            "actor": {"mbox": f"mailto:{BEN}"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
            "object": {"id": f"https://lms.example/{number}"},
        }
        authority = {"mbox": "mailto:lms@harbour.example"}
        log.append([read(value, stored=datetime.now(UTC), authority=authority)], source="lms")
    directory.actors([MBOX])

    (ben,) = directory.unmatched(10)

    stored = [logged.stored for logged in log.since(0, 10)]
    assert (ben.statements, ben.first_seen, ben.last_seen) == (3, stored[0], stored[2])
