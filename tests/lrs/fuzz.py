"""Requests that nobody sane would send, drawn over our own description of the endpoint.

`Fuzzer(random, people, description).request()` gives a Sent: the request, and what it means to
store. Everything is drawn from one `random`, whose seed Hypothesis draws and can replay."""

import base64
import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from leadline.lrs.message import Request

from .sayings import JUNK, Sayer
from .world import ANA, BEN, activity

DEEP = 3_000
RAW = "\x1araw:"  # stands where a text is to be put into the JSON as it is


@dataclass(frozen=True)
class Sent:
    """A request, and the statements or the document in it as far as they can be told."""

    request: Request
    version: str
    tidy: bool  # nothing about it was broken on purpose


class Fuzzer(Sayer):
    def __init__(self, random, signatures, paths):
        super().__init__(random)
        self.signatures = signatures  # Authorization headers
        self.paths = paths  # of the description: path -> method -> operation
        self.broken = False

    def breaking(self, one_in):
        """Whether to break something here; remembers that it was done."""
        hit = self.chance(one_in)
        self.broken |= hit
        return hit

    # --- what is done to them

    def score(self):
        """Also one whose numbers do not go together."""
        if not self.breaking(2):
            return super().score()
        return {name: self.nearly(0) for name in ("scaled", "raw", "min", "max") if self.chance(2)}

    def mutated(self, value):
        """The value with one thing in it changed, wherever it stands."""
        if not isinstance(value, dict | list):
            return value
        places = [(None, None)]
        waiting = [value]
        while waiting:
            each = waiting.pop()
            inner = each.items() if isinstance(each, dict) else enumerate(each)
            for key, below in list(inner):
                places.append((each, key))
                if isinstance(below, dict | list):
                    waiting.append(below)
        holder, key = self.r.choice(places)
        if holder is None:
            return self.junk() if self.chance(4) else value
        match self.r.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[self.one_of(key.upper(), key + " ", "x", "\0", "\udc00", "")] = holder.pop(
                    key
                )
            case 2 if isinstance(holder, dict):
                holder[self.one_of("extra", "objectType", "id", "member", "definition")] = (
                    self.junk()
                )
            case 3:
                holder[key] = [holder[key]]
            case 4 | 5:
                holder[key] = self.nearly(holder[key])
            case _:
                holder[key] = self.junk()
        return value

    def nearly(self, value):
        """Another value of the kind, which rules about more than its kind may forbid."""
        if isinstance(value, int | float):
            return self.one_of(-2, -1, 0, 0.5, 2, 4, 6)
        if isinstance(value, str) and value:
            at = self.r.randrange(len(value))
            return value[:at] + self.one_of("", " ", "-", "Z", ":") + value[at + 1 :]
        if isinstance(value, list):
            return value * 2
        return self.junk()

    def junk(self):
        if self.chance(12):
            return RAW + self.one_of(
                "[" * DEEP + "]" * DEEP,
                '{"a":' * DEEP + "1" + "}" * DEEP,
                "1e400",
                "-1E+999",
                "NaN",
                "Infinity",
                "1.0000000000000000000000001",
                "01",
                "'x'",
                '"\\ud800"',
                '"\\u0000"',
                '{"id": 1, "id": 2}',
                "/* */ 1",
                "1" * 5000,
            )
        return deepcopy(self.r.choice(JUNK))

    def encoded(self, value):
        """JSON, perhaps in an encoding or a form that it must not have."""
        text = json.dumps(value, ensure_ascii=self.chance(2))
        while (at := text.find('"\\u001araw:')) >= 0:
            end = text.index('"', at + 1)
            while text[end - 1] == "\\" and text[end - 2] != "\\":
                end = text.index('"', end + 1)
            raw = json.loads(text[at : end + 1])[len(RAW) :]
            text = text[:at] + raw + text[end + 1 :]
        if self.breaking(20):
            return self.one_of(
                text.encode("utf-16", "surrogatepass"),
                b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass"),
                text.encode("utf-8", "surrogatepass")[:-2],
                text.encode("utf-8", "surrogatepass") + b"\xff",
                text.encode("utf-8", "surrogatepass") + b"{}",
                text.replace('"actor"', '"actor": 1, "actor"', 1).encode("utf-8", "surrogatepass"),
                text.encode("latin-1", "replace"),
                b"",
                b"\0" * 100,
                self.r.randbytes(40),
            )
        return text.encode("utf-8", "surrogatepass")

    # --- requests

    def parameter(self, name):
        if self.breaking(12):
            junk = self.r.choice(JUNK)
            return junk if isinstance(junk, str) else json.dumps(junk)
        if name == "agent":
            who = self.agent() if self.chance(2) else dict(self.one_of(ANA, BEN))
            return json.dumps(self.mutated(who) if self.breaking(8) else who)
        if name in ("statementId", "voidedStatementId", "registration"):
            return self.uuid()
        if name in ("verb", "activity", "activityId"):
            return self.one_of(self.iri(), activity("ladders")["id"])
        if name in ("since", "until"):
            return self.one_of("2026-11-23T15:24:33Z", "2031-01-01T00:00:00.5+01:00")
        if name in ("limit", "cursor"):
            return str(self.r.randrange(5))
        if name == "format":
            return self.one_of("exact", "ids", "canonical")
        if name in ("stateId", "profileId"):
            return self.one_of("a", "b", "ä/ö", "𝄞")
        return self.one_of("true", "false")

    def query(self, operation):
        pairs = []
        for each in operation.get("parameters", ()):
            if each.get("in") != "query":
                continue
            wanted = not self.breaking(25) if each.get("required") else self.chance(5)
            if wanted:
                pairs.append((each["name"], self.parameter(each["name"])))
        if self.breaking(40):
            pairs.append((self.one_of("Agent", "foo", "", "agent", "\0", "limit"), "1"))
        if pairs and self.breaking(30):
            pairs.append(pairs[0])
        return pairs

    def request(self):
        """One request, and whether it is as it should be."""
        self.broken = False
        path = self.r.choice([*self.paths, *["/statements"] * 7])
        method = self.r.choice(list(self.paths[path])).upper()
        if path == "/statements" and self.chance(2):
            method = "POST"
        operation = self.paths[path][method.lower()]
        version = self.one_of("1", "2")
        headers = {
            "x-experience-api-version": "1.0.3" if version == "1" else "2.0.0",
            "authorization": self.r.choice(self.signatures),
        }
        body = b""
        if "requestBody" in operation:
            body = self.body(method, path, version, headers)
        if operation.get("parameters") and path.endswith(("state", "profile")) and self.chance(2):
            tags = ("*", '"x"', 'W/"x"', '"' + "a" * 40 + '"', "", ",", "\0")
            headers[self.one_of("if-match", "if-none-match")] = self.r.choice(tags)
        if self.chance(6):
            headers["accept-language"] = self.one_of("en", "de;q=0.5, *", ";;;", "x" * 500, "q=nan")
        self.spoil(headers)
        pairs = self.query(operation)
        request = Request(
            method if not self.chance(30) else "HEAD" if method == "GET" else "PATCH",
            path if not self.breaking(60) else self.one_of("/", path + "/", "/statement", "/\0"),
            urlencode([(k, v) for k, v in pairs], errors="surrogatepass"),
            headers,
            body,
        )
        if self.breaking(60):
            request = Request(
                request.method,
                path,
                self.one_of("%ff", "a=%", "&&", "limit=%00", "="),
                headers,
                body,
            )
        if self.chance(8 if version == "1" else 60):
            request = self.alternate(request, pairs)
        return Sent(request, version, not self.broken)

    def body(self, method, path, version, headers):
        if path != "/statements":
            return self.document(headers)
        many = self.chance(4 if method == "POST" else 40)
        found = [self.statement(version) for _ in range(self.r.randrange(4) if many else 1)]
        if method == "PUT" and not self.breaking(4):
            found[0:1] = [{k: v for k, v in each.items() if k != "id"} for each in found[0:1]]
        self.broken |= many  # ids may stand twice in it
        for at in range(len(found)):
            while self.breaking(3):
                found[at] = self.mutated(found[at])
        headers["content-type"] = "application/json"
        content = self.encoded(found if many else found[0])
        if self.chance(10):
            content = self.mixed(content, found, headers)
        return content

    def mixed(self, content, found, headers):
        """As multipart/mixed, with an attachment that fits or does not."""
        data = self.one_of(b"photo", b"", b"--b\r\n", b"\r\n\r\n")
        if self.chance(2) and isinstance(found[0] if found else None, dict):
            found[0]["attachments"] = [self.attachment(data)]
            content = self.encoded(found[0])
        digest = hashlib.sha256(data).hexdigest()
        self.broken = True
        lines = [b"--b", b"Content-Type: application/json", b"", content, b"--b"]
        lines += [b"Content-Type: text/plain", b"Content-Transfer-Encoding: binary"]
        lines += [
            b"X-Experience-API-Hash: " + self.one_of(digest, digest, "00").encode(),
            b"",
            data,
        ]
        lines += [b"--b--", b""]
        whole = b"\r\n".join(lines)
        while self.chance(3):
            cut = self.r.randrange(len(whole) + 1)
            whole = whole[:cut] + self.one_of(b"", b"\r\n", b"\0", b"--b") + whole[cut + 1 :]
        headers["content-type"] = self.one_of(
            *["multipart/mixed; boundary=b"] * 6,
            'multipart/mixed; boundary="b"',
            "multipart/mixed",
            "multipart/mixed; boundary=",
            "multipart/form-data; boundary=b",
        )
        return whole

    def document(self, headers):
        headers["content-type"] = self.one_of(
            *("application/json", "application/json; charset=utf-8", "text/plain"),
            *("application/octet-stream", "x", "", "a/b\r\nc: d", "text/é"),
        )
        if self.chance(3):
            return self.one_of(b"", b"\0", b"text", b"[]", b"{", b"null", self.r.randbytes(20))
        return self.encoded({self.one_of("a", "b"): self.junk(), "c": 1.10})

    def spoil(self, headers):
        if self.breaking(40):
            headers["x-experience-api-version"] = self.one_of(
                "1.0", "2.0", "0.9", "", "3", "\0", "é"
            )
        if self.breaking(80):
            del headers["x-experience-api-version"]
        if self.breaking(40):
            odd = (":", "\0:\0", "a:b:c", "é:é", "x" * 3000)
            coded = base64.b64encode(self.r.choice(odd).encode()).decode()
            headers["authorization"] = self.one_of("Basic " + coded, "", "Bearer x", "Basic !", "é")

    def alternate(self, request, pairs):
        """The same in the alternate syntax."""
        form = [*pairs, *request.headers.items()]
        if request.body or self.chance(4):
            form.append(("content", request.body))
        encoded = "&".join(f"{quote(_octets(name))}={quote(_octets(text))}" for name, text in form)
        self.broken = True
        headers = {"content-type": "application/x-www-form-urlencoded"}
        query = "method=" + self.one_of(*[request.method] * 4, request.method.lower(), "X")
        if self.chance(10):
            encoded = self.one_of("", "&", "=", "a", encoded + "%", encoded[: len(encoded) // 2])
        return Request("POST", request.path, query, headers, encoded.encode())


def _octets(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
