"""Logins, their roles, and Django's settings made from ours."""

import pytest

from leadline.accounts.models import Grant, User
from leadline.accounts.providers import providers
from leadline.accounts.viewing import NoRole, viewer_of
from leadline.config import BadSetting, Settings
from leadline.privacy.viewer import Role, Viewer
from leadline.web.settings import allowed_hosts, database, guarded_roles


@pytest.fixture
def ana():
    user = User.objects.add("ana-of-accounts", "Ana", None)
    yield user
    user.delete()


def grant(user: User, role: Role, **more) -> Grant:
    return Grant.objects.create(user=user, role=role, **more)


def test_a_login_without_a_role_sees_nothing(ana):
    with pytest.raises(NoRole, match="user add"):
        viewer_of(ana)


def test_the_first_role_is_taken_unless_another_one_is_chosen(ana):
    grant(ana, Role.DEPARTMENT_MANAGER, person=7)
    second = grant(ana, Role.HR_MANAGER, unit="Org/North")
    login = "ana-of-accounts"
    assert viewer_of(ana) == Viewer(login, Role.DEPARTMENT_MANAGER, 7, None)
    assert viewer_of(ana, second.pk) == Viewer(login, Role.HR_MANAGER, None, "Org/North")


def test_a_role_of_somebody_else_cannot_be_chosen(ana):
    grant(ana, Role.LEARNER, person=7)
    eve = User.objects.add("eve-of-accounts", "Eve", None)
    hers = grant(eve, Role.HR_MANAGER)
    assert viewer_of(ana, hers.pk).role is Role.LEARNER
    eve.delete()


def test_a_login_without_a_password_cannot_be_used(ana):
    from django.contrib.auth import authenticate

    assert not ana.has_usable_password()
    assert authenticate(username="ana-of-accounts", password="") is None


def test_logins_live_in_the_database_of_the_log():
    assert database("sqlite:////srv/home/leadline.db")["NAME"].endswith("/srv/home/leadline.db")
    found = database("postgresql://lead:a%2Fb@db.example:5433/line?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "line")
    assert (found["USER"], found["PASSWORD"]) == ("lead", "a/b")
    assert found["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(BadSetting, match="mysql"):
        database("mysql://db.example/line")


def test_only_the_public_host_and_loopback_are_answered(tmp_path):
    own = allowed_hosts(Settings(home=tmp_path, public_url="https://learn.example.org/x"))
    assert own == ["127.0.0.1", "[::1]", "learn.example.org", "localhost"]
    assert "0.0.0.0" not in allowed_hosts(Settings(home=tmp_path, host="0.0.0.0"))


def test_half_a_sign_in_of_the_organisation_stops_the_start(tmp_path):
    assert providers(Settings(home=tmp_path)) == {}
    with pytest.raises(BadSetting, match="CLIENT_SECRET"):
        providers(Settings(home=tmp_path, oidc_issuer="https://id.example.org"))
    with pytest.raises(BadSetting, match="SAML_METADATA_FILE"):
        providers(Settings(home=tmp_path, saml_metadata="<EntityDescriptor/>"))


def test_a_role_that_does_not_exist_cannot_want_a_second_factor(tmp_path):
    wanted = Settings(home=tmp_path, second_factor_roles="administrator, HR manager")
    assert guarded_roles(wanted) == {Role.ADMINISTRATOR, Role.HR_MANAGER}
    with pytest.raises(BadSetting, match="adminstrator"):
        guarded_roles(Settings(home=tmp_path, second_factor_roles="adminstrator"))


def test_every_change_of_the_tables_has_its_migration():
    from django.core.management import call_command

    call_command("makemigrations", "accounts", check=True, dry_run=True, verbosity=0)
