"""Letters about invitations: each once, by a real SMTP conversation, whatever dies in between."""

import re
import signal
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from letterbox import LetterBox
from quizzes import Clock, sat, scheduled

from leadline.checks.mail import BadAddress, Post


@pytest.fixture
def box():
    with LetterBox() as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


def with_post(world, box):
    checks = world.app.checks
    sender = Post(box.url, "leadline@story.example")
    object.__setattr__(checks.parts, "post", sender)
    return checks


def asked(world, clock, *logins):
    for login in logins:
        world.person(login)
        sat(world, login)
    world.refresh()
    quiz = scheduled(world, clock)
    clock.day(14)
    return quiz


def mails(world, login):
    return [each.mail for each in world.app.checks.records.of_person(world.key(login))]


def token_in(letter):
    return re.search(r"/checks/([\w-]{43})\s", letter.get_content()).group(1)


def test_each_is_written_to_once_and_the_link_leads_to_their_own_check(world, clock, box):
    asked(world, clock, "ana", "ben")
    checks = with_post(world, box)
    done = checks.round()
    assert (done.issued, done.letters, done.held_up) == (2, 2, False)
    assert checks.round().letters == 0
    assert sorted(letter["To"] for letter in box.letters) == [
        "ana@story.example",
        "ben@story.example",
    ]
    for letter in box.letters:
        login = letter["To"].partition("@")[0]
        assert checks.records.behind(token_in(letter)).person == world.key(login)
        assert "Ropes, three weeks later" in letter["Subject"]
        assert login not in letter.get_content().casefold()
    assert mails(world, "ana") == ["sent"]


def test_of_a_link_only_its_digest_is_kept(world, clock, box):
    asked(world, clock, "ana")
    with_post(world, box).round()
    token = token_in(box.letters[0])
    ((digest,),) = world.app.database.execute("SELECT digest FROM check_link")
    assert bytes(digest) == sha256(token.encode()).digest()
    everything = (world.app.settings.home / "leadline.db").read_bytes()
    wal = world.app.settings.home / "leadline.db-wal"
    assert token.encode() not in everything + (wal.read_bytes() if wal.exists() else b"")


def test_a_server_that_is_shut_is_tried_again_later_and_later(world, clock, box):
    asked(world, clock, "ana")
    checks = with_post(world, box)
    box.mood = "shut"
    assert checks.round().held_up
    assert mails(world, "ana") == ["waiting"]
    calls = box.calls
    checks.round()  # ten minutes have not gone by
    assert box.calls == calls
    box.mood = "kind"
    clock.day(14, 12.2)
    assert checks.round().letters == 1
    assert mails(world, "ana") == ["sent"]
    assert len({letter["Message-ID"] for letter in box.letters}) == len(box.letters) == 1


def test_no_server_at_all_is_tried_again_and_keeps_nobody_from_answering(world, clock):
    asked(world, clock, "ana")
    with LetterBox() as gone:
        pass
    checks = with_post(world, gone)
    assert checks.round().held_up
    (invitation,) = checks.records.of_person(world.key("ana"))
    assert checks.answer(invitation.id, [{"a"}, {"a"}]) is not None
    clock.day(20)
    assert not checks.round().held_up  # answered: there is nothing left to write about


def test_who_has_no_such_address_is_written_to_no_more(world, clock, box):
    asked(world, clock, "ana")
    checks = with_post(world, box)
    box.mood = "unknown"
    assert checks.round().letters == 0
    assert mails(world, "ana") == ["refused"]
    box.mood = "kind"
    clock.day(20)
    assert checks.round().letters == 0


def test_a_busy_server_gets_it_later_but_not_for_ever(world, clock, box):
    asked(world, clock, "ana")
    checks = with_post(world, box)
    box.mood = "busy"
    for number in range(12):
        checks.round()
        clock.day(14 + number, 13)
    assert mails(world, "ana") == ["refused"]


def test_a_letter_of_which_nobody_knows_is_not_sent_again(world, clock, box):
    asked(world, clock, "ana")
    checks = with_post(world, box)
    box.mood = "hangs up"
    checks.round()
    assert mails(world, "ana") == ["handing over"]
    box.mood = "kind"
    clock.day(20)
    assert checks.round().letters == 0
    assert len(box.letters) == 1


def test_without_an_address_there_is_no_letter_and_still_an_invitation(world, clock, box):
    world.person("ana", email=None)
    world.says(
        "ana",
        "assigned",
        "course/other",
        actor={"account": {"homePage": "urn:leadline:person", "name": "ana"}},
    )
    sat(world, "ben")
    at = "2026-03-02 09:00"
    world.says(
        "ana",
        "passed",
        "assessment/day",
        at=at,
        course="course/ropes",
        result={"score": {"scaled": 0.9}},
        actor={"account": {"homePage": "urn:leadline:person", "name": "ana"}},
    )
    world.refresh()
    scheduled(world, clock)
    clock.day(14)
    assert with_post(world, box).round().letters == 0
    assert mails(world, "ana") == ["no address"]


@pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(BadAddress) as refused:
        Post(url.replace("://", "://user:secret@", 1), "a@b.example")
    assert "secret" not in str(refused.value)


# A process of its own, so that it can be killed where it stands.
KILLED = """
    import os, signal, sys
    from datetime import datetime
    from pathlib import Path
    sys.path[:0] = {paths}
    from leadline.app import build
    from leadline.checks import Checks
    from leadline.checks.mail import Post
    from leadline.config import Settings

    def dies(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    def then_dies(method):
        def called(*args, **kwargs):
            method(*args, **kwargs)
            dies()
        return called

    app = build(Settings(home=Path({home!r}), smtp_url={url!r}))
    app.checks.now = lambda: datetime.fromisoformat({now!r})
    {wound}
    app.checks.round()
"""
WOUNDS = {  # where it dies: (how, letters out when it is dead)
    "before the invitation is said": ("type(app.log).append = dies", 0),
    "after it is said and before it is kept": (
        "type(app.log).append = then_dies(type(app.log).append)",
        0,
    ),
    "between the invitation and its letter": ("Checks._write = dies", 0),
    "before the letter is handed over": ("Post.send = dies", 0),
    "after the letter was handed over": ("Post.send = then_dies(Post.send)", 1),
}


@pytest.mark.parametrize("wound", WOUNDS)
def test_killed_anywhere_nobody_is_asked_twice_or_written_to_twice(world, clock, box, wound):
    asked(world, clock, "ana")
    how, out = WOUNDS[wound]
    program = textwrap.dedent(KILLED).format(
        paths=[str(Path(__file__).parents[2] / "src")],
        home=str(world.app.settings.home),
        url=box.url,
        now=clock().isoformat(),
        wound=how,
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(box.letters) == out
    checks = with_post(world, box)
    checks.round()
    checks.round()
    (invitation,) = checks.records.of_person(world.key("ana"))
    said = [
        msgspec.json.decode(each.payload)["verb"]["id"].rpartition("/")[2]
        for each in world.app.log.since(0, 100)
        if each.source == "checks"
    ]
    assert said == ["assign"]
    handed = wound in ("before the letter is handed over", "after the letter was handed over")
    assert invitation.mail == ("handing over" if handed else "sent")
    assert len(box.letters) == (out if handed else 1)
