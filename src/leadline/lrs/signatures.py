"""Signed statements: the JWS that comes along must sign the statement it comes with (Data 2.6)."""

import base64
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import CompactSignature, JWSRegistry

from leadline.statements import BadStatement, Statement, same
from leadline.statements.rules import check_statement

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
OCTETS = "application/octet-stream"
ALGORITHMS = ("RS256", "RS384", "RS512")
SECTION = "Data 2.6"
COMPACT = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

Json = dict[str, Any]


class Registry(JWSRegistry):
    """The library's rules, with room for a certificate chain and a large statement."""

    max_header_length = 64 * 2**10
    max_payload_length = 4 * 2**20


REGISTRY = Registry(algorithms=ALGORITHMS, strict_check_header=False)


def check_signatures(
    statement: Statement, received: Mapping[str, bytes], version: str, place: str = ""
) -> None:
    """Every signature of a statement is well-formed, signs this very statement, and fits the
    certificate that it names, if it names one.

    That catches mistakes and proves nothing: who the certificate belongs to, and whether it may be
    trusted, is for the reader of the statement to find out (Data 2.6). received: data of the
    attachments by lower-case sha2; place: of the statement in its batch. Raises BadStatement."""
    for position, attachment in enumerate(statement.value.get("attachments", ())):
        if attachment["usageType"] != SIGNATURE:
            continue
        field = f"{place}attachments[{position}]"
        if attachment["contentType"].partition(";")[0].strip().lower() != OCTETS:
            field, remedy = f"{field}.contentType", f"Name it {OCTETS}."
            raise BadStatement(field, f"of a signature must be {OCTETS}.", remedy, SECTION)
        content = received.get(attachment["sha2"].lower())
        if content is None:
            remedy = "Send the JWS as a part of multipart/mixed."
            raise BadStatement(field, "is a signature whose data is missing.", remedy, SECTION)
        _check_payload(_opened(content, field), statement, version, field)


def _opened(content: bytes, field: str) -> bytes:
    """The payload of a JWS, verified against its certificate if it has one."""
    if COMPACT.fullmatch(content) is None:
        remedy = "Send header.payload.signature, each in base64url without padding."
        raise BadStatement(field, "is no JWS in compact serialization.", remedy, SECTION)
    try:
        signature = jws.extract_compact(content, registry=REGISTRY)
        headers = signature.headers()
        REGISTRY.check_header(headers)
        REGISTRY.get_alg(headers["alg"])
        base64.urlsafe_b64decode(signature.segments["signature"] + b"==")
    except (JoseError, ValueError, TypeError, RecursionError) as problem:
        remedy = f"Sign with one of {', '.join(ALGORITHMS)}."
        raise BadStatement(field, f"is no JWS of xAPI ({problem}).", remedy, SECTION) from problem
    if "x5c" in headers:
        _check_certified(signature, headers["x5c"], field)
    return signature.payload or b""


def _check_certified(signature: CompactSignature, chain: list[str], field: str) -> None:
    """The first certificate's key made the signature; each next one issued the one before."""
    try:
        certificates = [
            x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in chain
        ]
        linked = all(lower.issuer == upper.subject for lower, upper in pairwise(certificates))
        key = certificates[0].public_key() if certificates else None
    except (ValueError, UnsupportedAlgorithm) as problem:
        reason = f"has a header x5c that is no certificate chain ({problem})."
        raise BadStatement(field, reason, "Send Base64 of DER.", SECTION) from problem
    if not linked:
        remedy = "List the signer's certificate first, then the one that certifies it."
        raise BadStatement(field, "has certificates that are no chain.", remedy, SECTION)
    if not isinstance(key, RSAPublicKey):
        remedy = "Sign with an RSA key and send its certificate."
        raise BadStatement(field, "has no RSA certificate in x5c.", remedy, SECTION)
    if not jws.validate_compact(signature, RSAKey.import_key(key), registry=REGISTRY):
        remedy = "Sign with the private key of the first certificate."
        raise BadStatement(field, "does not fit its certificate.", remedy, SECTION)


def _check_payload(payload: bytes, statement: Statement, version: str, field: str) -> None:
    """The payload is the statement before it was signed, the store's completions aside."""
    try:
        signed = msgspec.json.decode(payload)
        check_statement(signed, version)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        reason = f"signs what is not JSON ({problem})."
        remedy = "Sign the statement's JSON in UTF-8."
        raise BadStatement(field, reason, remedy, SECTION) from problem
    except BadStatement as problem:
        reason = f"signs what is no statement: {problem.field} {problem.reason}"
        raise BadStatement(field, reason, problem.remedy, SECTION) from problem
    other = "id" in signed and signed["id"].lower() != statement.id
    if other or not same(_unsigned(signed), _unsigned(statement.sent)):
        remedy = "Sign the statement as it is sent, without the attachment of the signature."
        raise BadStatement(field, "signs another statement.", remedy, SECTION)


def _unsigned(statement: Json) -> Json:
    """A statement without its signatures; each may have been made before or after the others."""
    kept = [each for each in statement.get("attachments", ()) if each["usageType"] != SIGNATURE]
    rest = {name: part for name, part in statement.items() if name != "attachments"}
    return rest | ({"attachments": kept} if kept else {})
