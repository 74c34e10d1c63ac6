"""The organisation's own sign-in: an OpenID provider and a SAML one that check and sign for real."""

import base64
import hashlib
import json
import secrets
import threading
import zlib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings
from joserfc import jwt
from joserfc.jwk import RSAKey
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from leadline.accounts.models import Grant, User
from leadline.accounts.providers import OURS, providers
from leadline.config import Settings
from leadline.privacy.viewer import Role

LOGIN = "gil@harbour.example"
CLIENT, SECRET = "leadline", "shared-with-the-provider"


@pytest.fixture
def gil(house):
    cache.clear()
    user = User.objects.add(LOGIN, "Gil", None)
    Grant.objects.create(user=user, role=Role.TRAINING_LEAD)
    yield user
    user.delete()


def signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


class OpenIdProvider:
    """The endpoints of an OpenID provider that Leadline calls itself, on loopback."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.codes: dict[str, tuple[dict[str, str], dict[str, object]]] = {}
        provider = self

        class Endpoints(BaseHTTPRequestHandler):
            def do_GET(self):
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self.reply(200, provider.told(urlsplit(self.path).path, bearer))

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.reply(*provider.token({name: each[0] for name, each in form.items()}))

            def reply(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Endpoints)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, path: str, bearer: str) -> dict[str, object]:
        if path == "/userinfo":
            return self.codes[bearer][1]
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, address: str, claims: dict[str, object]) -> str:
        """What the provider's page does when somebody has signed in there; gives the way back."""
        asked = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = (asked, claims)
        back = urlsplit(asked["redirect_uri"]).path
        return f"{back}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        asked, claims = self.codes[form["code"]]
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            form["client_secret"] != SECRET
            or proof.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(datetime.now(UTC).timestamp())
        held = {**claims, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, held, self.key)
        return 200, {"access_token": form["code"], "token_type": "Bearer", "id_token": token}


@pytest.fixture
def openid(tmp_path):
    provider = OpenIdProvider()
    chosen = Settings(
        home=tmp_path,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_login_claim="email",
    )
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers(chosen)):
        yield provider
    provider.server.shutdown()


def by_openid(provider: OpenIdProvider, **claims):
    client = Client(SERVER_NAME="localhost")
    there = client.get(f"/sso/oidc/{OURS}?next=/programmes")
    assert there.url.startswith(f"{provider.issuer}/authorize?")
    return client, client.get(provider.authorize(there.url, {"sub": "g-1", **claims}))


def test_the_provider_opens_the_login_that_it_names(gil, openid):
    offered = Client(SERVER_NAME="localhost").get("/sign-in").content.decode()
    assert f'href="/sso/oidc/{OURS}"' in offered
    client, answer = by_openid(openid, email=LOGIN, email_verified=True, name="Gil Gale")
    assert answer.url == "/programmes"
    assert client.get("/programmes").status_code == 200
    kept = SocialAccount.objects.get(user=gil)
    assert (kept.uid, kept.extra_data) == ("g-1", {})


def test_the_second_factor_of_the_organisation_is_not_asked_for_twice(gil, openid):
    with override_settings(SECOND_FACTOR_ROLES=frozenset({Role.TRAINING_LEAD})):
        client, _ = by_openid(openid, email=LOGIN, email_verified=True)
        assert client.get("/programmes").status_code == 200


def test_who_has_no_login_here_stays_outside_and_is_written_down(house, gil, openid):
    client, answer = by_openid(openid, email="eve@harbour.example", email_verified=True, sub="e-1")
    assert (answer.status_code, signed_in(client)) == (403, False)
    assert "eve@harbour.example" in answer.content.decode()
    assert house.app.audit.looks(limit=1)[0].outcome == "refused: no login of that name"
    assert not User.objects.filter(login__startswith="eve@").exists()


def test_an_address_that_the_provider_has_not_checked_opens_nothing(gil, openid):
    client, answer = by_openid(openid, email=LOGIN, email_verified=False)
    assert (answer.status_code, signed_in(client)) == (403, False)


def test_a_name_given_to_somebody_else_later_does_not_open_the_old_login(gil, openid):
    by_openid(openid, email=LOGIN, email_verified=True, sub="g-1")
    client, _ = by_openid(openid, email="moved@harbour.example", email_verified=True, sub="g-1")
    assert client.get("/account").content.decode().count("Gil") >= 1


def test_an_answer_to_another_browser_opens_nothing(gil, openid):
    there = Client(SERVER_NAME="localhost").get(f"/sso/oidc/{OURS}")
    back = openid.authorize(there.url, {"sub": "g-1", "email": LOGIN, "email_verified": True})
    mallory = Client(SERVER_NAME="localhost")
    assert mallory.get(back).status_code in (200, 302, 401, 403)
    assert not signed_in(mallory)


class SamlProvider:
    """An identity provider: metadata, and signed responses."""

    entity = "https://id.harbour.example/saml"

    def __init__(self) -> None:
        self.key, self.certificate = _certificate()

    def metadata(self) -> str:
        body = self.certificate.replace("-----BEGIN CERTIFICATE-----", "")
        body = "".join(body.replace("-----END CERTIFICATE-----", "").split())
        return (
            f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity}">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">'
            f"<X509Data><X509Certificate>{body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
            '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            f'Location="{self.entity}/sso"/></IDPSSODescriptor></EntityDescriptor>'
        )

    def response(self, address: str, name: str, *, minutes: int = 5, audience: str = "") -> str:
        """The signed answer to the request in `address`, as the browser posts it."""
        packed = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
        asked = etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))
        acs = asked.get("AssertionConsumerServiceURL")
        who = audience or asked.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
        now = datetime.now(UTC)
        until = f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
        since = f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
        ident = asked.get("ID")
        assertion = f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{secrets.token_hex(8)}" Version="2.0" IssueInstant="{since}"><saml:Issuer>{self.entity}</saml:Issuer><saml:Subject><saml:NameID>{name}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{acs}" InResponseTo="{ident}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{who}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{since}" SessionIndex="_1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement></saml:Assertion>"""
        signed = OneLogin_Saml2_Utils.add_sign(
            assertion,
            self.key,
            self.certificate,
            sign_algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha256",
        ).decode()
        whole = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{secrets.token_hex(8)}" Version="2.0" IssueInstant="{since}" Destination="{acs}" InResponseTo="{ident}"><saml:Issuer>{self.entity}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{signed}</samlp:Response>"""
        return base64.b64encode(whole.encode()).decode()


def _certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "id.harbour.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), made.public_bytes(pem).decode()


@pytest.fixture(scope="module")
def saml_provider():
    return SamlProvider()


@pytest.fixture
def saml(tmp_path, saml_provider):
    chosen = Settings(home=tmp_path, saml_metadata=saml_provider.metadata())
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers(chosen)):
        yield saml_provider


def come_back(client: Client, response: str):
    answer = client.post(f"/sso/saml/{OURS}/acs", {"SAMLResponse": response})
    assert answer.url == f"/sso/saml/{OURS}/finish"
    return client.get(answer.url)


def test_the_identity_provider_opens_the_login_that_it_names(gil, saml):
    client = Client(SERVER_NAME="testserver.example", headers={"host": "localhost"})
    there = client.get(f"/sso/saml/{OURS}?next=/programmes")
    assert there.url.startswith(f"{saml.entity}/sso?")
    assert come_back(client, saml.response(there.url, LOGIN)).url == "/programmes"
    assert signed_in(client)


@pytest.mark.parametrize(
    "forged",
    [
        lambda saml, asked: saml.response(asked, LOGIN, minutes=-5),
        lambda saml, asked: saml.response(asked, LOGIN, audience="https://somebody.else.example"),
        lambda saml, asked: _renamed(saml.response(asked, "eve@harbour.example")),
        lambda saml, asked: SamlProvider().response(asked, LOGIN),
        lambda saml, asked: base64.b64encode(b"<not-saml/>").decode(),
    ],
    ids=["too late", "for another house", "another name", "another key", "no answer at all"],
)
def test_an_answer_that_does_not_hold_opens_nothing(gil, saml, forged):
    client = Client(SERVER_NAME="localhost", headers={"host": "localhost"})
    there = client.get(f"/sso/saml/{OURS}")
    answer = come_back(client, forged(saml, there.url))
    assert "You were not signed in" in answer.content.decode()
    assert not signed_in(client)


def _renamed(response: str) -> str:
    told = base64.b64decode(response).replace(b"eve@harbour.example", LOGIN.encode())
    return base64.b64encode(told).decode()


def test_an_answer_counts_once_and_for_the_browser_that_asked(gil, saml):
    asker = Client(SERVER_NAME="localhost", headers={"host": "localhost"})
    response = saml.response(asker.get(f"/sso/saml/{OURS}").url, LOGIN)
    mallory = Client(SERVER_NAME="localhost", headers={"host": "localhost"})
    come_back(mallory, response)
    assert not signed_in(mallory)
    come_back(asker, response)
    assert signed_in(asker)
    asker.post("/sign-out")
    come_back(asker, response)
    assert not signed_in(asker)


def test_without_a_provider_there_is_no_way_to_it(house):
    client = Client(SERVER_NAME="localhost", headers={"host": "localhost"})
    assert "/sso/" not in client.get("/sign-in").content.decode()
    for address in (f"/sso/oidc/{OURS}", f"/sso/saml/{OURS}", f"/sso/saml/{OURS}/finish"):
        assert client.get(address).status_code == 404, address
