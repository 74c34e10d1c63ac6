"""One session from launch to end."""

from .packages import au, block


def test_a_session(campus):
    registration = campus.enrolled(block(1, au(1, moveOn="CompletedAndPassed", masteryScore="0.8")))
    player = campus.started(registration)
    assert player.say("experienced").status == 200
    assert player.say("completed").status == 200
    assert player.say("passed").status == 200
    assert player.say("terminated").status == 200
    assert campus.story(registration) == [
        *("launched", "initialized", "https://example.org/verbs/experienced", "completed"),
        *("passed", "satisfied", "satisfied", "terminated"),
    ]
