"""A passkey in a real browser with a virtual key; one's own keys to the house read well."""

from urllib.parse import urlsplit

import pytest

from leadline.accounts.models import Grant, User
from leadline.privacy.viewer import Role
from web.planted import PASSWORD
from web.test_browser import served, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
__all__ = ["served"]
LOGIN = "hal-with-a-key"
NARROW, WIDE = 360, 1280


@pytest.fixture
def hal(house):
    user = User.objects.add(LOGIN, "Hal", PASSWORD)
    Grant.objects.create(user=user, role=Role.TRAINING_LEAD)
    yield user
    user.delete()


@pytest.fixture
def page(browser, served, hal):
    """A browser whose machine has a key that says yes; passkeys want a name, not a number."""
    context = browser.new_context(
        base_url=served.replace("127.0.0.1", "localhost"), reduced_motion="reduce"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    yield page
    context.close()


def reads_well(page) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_passkey_is_added_and_opens_the_door_without_a_password(page):
    page.goto("/sign-in?next=/account")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How do you sign in?").wait_for()
    reads_well(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("heading", name="Is it you?").wait_for()
    reads_well(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Add a passkey").wait_for()
    reads_well(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    reads_well(page)
    page.get_by_role("link", name="I have kept them").click()
    assert "Passkey, added" in page.locator("main").inner_text()
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("heading", name="Sign in").wait_for()
    reads_well(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    page.goto("/account/codes/add")
    page.get_by_role("heading", name="Is it you?").wait_for()
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Add an app that makes one-time codes").wait_for()
    reads_well(page)
