"""Where a unit is launched from: URLs that a structure may hold, and those it may not (13.1.4)."""

import pytest

from leadline.cmi5.urls import file_of

from .packages import Packages, au, au_id

XML = Packages.xml


@pytest.mark.cmi5(19)
@pytest.mark.parametrize("name", ["endpoint", "fetch", "actor", "registration", "activityId"])
@pytest.mark.parametrize("form", ["?{}=x", "?a=1&{}=x", "?{}", "?{}=x#part"])
def test_a_name_that_the_launch_adds_is_refused(name, form):
    url = "https://content.example/" + form.format(name)

    problem = Packages.refused(XML(au(1, url)))

    assert name in problem.reason
    assert problem.field == f"au {au_id(1)} url"
    assert problem.section == "8.1"


def test_a_reserved_name_in_escapes_is_refused_and_a_similar_one_is_not():
    assert "fetch" in Packages.refused(XML(au(1, "https://content.example/?fe%74ch=1"))).reason
    for query in ("?prefetch=1", "?a=endpoint", "?ENDPOINT=1", "?activityid=1"):
        Packages.read(XML(au(1, f"https://content.example/{query}")))


MALFORMED = (
    "https://content.example/a b",
    "https://content.example/ü",
    "https://content.example/<x>",
    "https://content.example/%zz",
    "https://content.example/%4",
    "https://content.example/a|b",
    "https://content.example/a\\b",
    'https://content.example/"',
    "https://content.example/a[1]",
    "https://content.example/a#b#c",
    "https://content.example:port/",
    "https://[::1/",
    "https:///no-host",
    "https://?no-host",
    "https:content.example",
    "trainer-app:content",
    "mailto:ana@content.example",
    "//content.example/index.html",
)


@pytest.mark.cmi5(24)
@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_url_is_refused(url):
    problem = Packages.refused(XML(au(1, url)))

    assert problem.section in ("13.1.4", "13.2")


@pytest.mark.parametrize(
    "url",
    [
        "https://content.example",
        "HTTP://content.example:8080/a/../b;c?d=e/f?g#h",
        "https://user:word@content.example/~ana/%C3%BC.html?x=%20",
        "https://[2001:db8::1]/a",
        "trainer-app://content/1",
    ],
)
def test_a_well_formed_url_is_taken(url):
    [unit] = Packages.read(XML(au(1, url))).structure.units()

    assert unit.url == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript://%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
     "vbscript://x", "blob:https://lms.example/1", "view-source:https://x.example/"],
)  # fmt: skip
def test_a_url_that_would_run_in_our_pages_is_refused(url):
    assert "scheme" in Packages.refused(XML(au(1, url))).reason


@pytest.mark.parametrize(
    ("url", "path"),
    [("a/./b.html?c#d", "a/b.html"), ("a/../b", "b"), ("%C3%BC", "ü"), ("/a", None), ("a/", None), ("../a", None),
     ("?a", None), ("a/..", None)],
)  # fmt: skip
def test_the_file_that_a_relative_url_names(url, path):
    assert file_of(url) == path
