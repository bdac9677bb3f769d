"""Hostile requests to respondents' pages, the same for the same seed on any database; what each did, as lines of JSON.

`python -m tests.torture.hostile --requests 500 --seed 7` runs in an installation of its own. Each line tells the
status of one request, a digest of all rows it could have changed, and what was wrong afterwards. `--without` removes
protections, to see that their absence is found.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import string
import sys
from collections.abc import Callable, Iterator
from typing import Any

FORM = "application/x-www-form-urlencoded"
PATHS = ["page/GRIP/", "page/WHY/", "page/WAYS/", "page/PLANS/", "page/FEAR/", "page/SPEND/", "page/LAST/"] * 3 + [
    "check/", "begin/", "stop/", "withdraw/", "leave/gone/", "leave/pass-on/", "",
]  # fmt: skip

VALUES: list[Callable[[random.Random], str]] = [
    lambda dice: dice.choice(["\x00", "a\x00b", "a\x1f", "b\x7fc", "d\x0be", "\x85", "\u2028", "\ufeff", "\ufffe", "\U0010ffff"]),
    lambda dice: dice.choice(["\ud800", "\udfff tail", "\udc80", "\ud83d", "head \ude00"]),
    lambda dice: dice.choice(["NaN", "-nan", "sNaN", "Infinity", "-inf", "-0", "-0.0", "-0e5", "0e-99", "+7", "1_0"]),
    lambda dice: dice.choice(["2147483647", "2147483648", "-2147483649", "9" * 19, "9" * 400, "1e308", "1e309", "1e400"]),
    lambda dice: dice.choice(["1e999999999", "1e-999999999", "0." + "3" * 400, "1.0000001", "1E+2", "0x1f", "1,5", "٣", "１"]),
    lambda dice: dice.choice(["[" * 100_000, '{"a":' * 20_000, "[1]", '{"GRIP": [1]}', "null", "true", "[]"]),
    lambda dice: dice.choice(["x" * 501, "é" * 10_001, "𝔘" * 10_000, "🙂" * 501, "a" * 9_999 + "\r\n"]),
    lambda dice: dice.choice(["<script>alert(1)</script>", "{{ 7|add:7 }}", "%s%n", "=1+1", "'; DROP TABLE x; --"]),
    lambda dice: dice.choice(["1", "2", "8", "9", "0", "-1", "1;2", "1,2", "01", " 1", "1\n", "1\r\n2", "", " ", "None"]),
    lambda dice: dice.choice(["../../etc/passwd", "\r\nSet-Cookie: a=b", "a@b.nhs.uk", f"{'a' * 240}@example.nhs.uk"]),
    lambda dice: dice.choice([f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.nhs.uk", "x" * 200, "é" * 201, '"a b"@c.uk']),
    lambda dice: "".join(chr(dice.randrange(0x11_0000)) for _ in range(dice.randint(1, 40))),
]  # fmt: skip

NEARLY_RIGHT: dict[str, Callable[[random.Random], str]] = dict.fromkeys(
    ("WHY", "FEAR", "MORE", "LAST"), lambda dice: dice.choice(["a\x1f", "b\x7fc", "d\x0be", "\ufffe"])
) | {"SPEND": lambda dice: dice.choice(["-0", "-0.0", "-0e5"])}
"""What the field itself might let through."""

NAMES = [
    "GRIP", "WHY", "WAYS", "WAYS_1", "PLANS_POOL", "PLANS_SPLIT", "FEAR", "SPEND", "ORDER_1", "ORDER_2", "ORDER_3",
    "ORDER", "MORE", "LAST", "revision", "mark", "keep", "asked", "keep_version", "go", "clear", "sure", "end", "name",
    "email", "List-Unsubscribe", "GRIP[]", "GRIP\x00", "__proto__", "pseudonym", "answers", "sent", "receipt", "é", "",
]  # fmt: skip
GO = ["on", "on", "on", "back", "stay", "show", "edit", "clear", "\x00", "on\non", "x" * 9_000]
REVISIONS = ["-1", "0", "1", "2", "999999999", "9999999999", "2147483648", "1e3", "１", "²", " 1", "", "NaN", "0x1"]
KINDS = [
    "text/plain", "application/json", "application/xml", "", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x", f"multipart/form-data; boundary={'b' * 300}", f"{FORM}; charset=utf-16",
    f"{FORM}; charset=hex", f"{FORM}; charset=no-such", "multipart/form-data; boundary=b; charset=hex", "a/b/c; ;=",
    "multipart/form-data; boundary=b; charset=unicode_escape", "multipart/form-data; boundary=b; charset=idna",
    "multipart/form-data; boundary=b; charset=utf-7", "text/plain; charset=a\x00b", "a/b; charset*=hex''a",
    "multipart/mixed; boundary=b", f"{FORM}; charset=\x80",
]  # fmt: skip
METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "HEAD", "GET", "BREW", "post"]

Pairs = list[tuple[str, str]]
Request = dict[str, Any]


# --- Requests ------------------------------------------------------------------------------------------------------


def request(dice: random.Random, token: str, page: str, form: Pairs) -> Request:
    """One request out of a form as the page gave it: mostly one thing is wrong with it, sometimes several, or
    nothing; and now and then it goes to another page.
    """
    path = page if dice.random() < 0.7 else dice.choice(PATHS)
    made: Request = {"method": "POST", "path": f"/a/{token}/{path}", "type": FORM, "pairs": list(form)}
    for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 3])):
        dice.choice(SPOIL)(made, dice)
    if "body" not in made:
        made["body"] = encoded(made["pairs"])
    return made


def encoded(pairs: Pairs) -> bytes:
    """The pairs as a body, lone surrogates and all."""
    return b"&".join(_escaped(name) + b"=" + _escaped(value) for name, value in pairs)


def _escaped(text: str) -> bytes:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass")).encode()


def _put(made: Request, dice: random.Random, *pairs: tuple[str, str]) -> None:
    """Among the others: after the last field, which tells that the body is whole, hardly anything would be read."""
    at = dice.randrange(max(1, len(made["pairs"])))
    made["pairs"][at:at] = pairs


def _a_value(made: Request, dice: random.Random) -> None:
    own = [name for name, _ in made["pairs"] if name in NEARLY_RIGHT]
    name = dice.choice(NAMES if dice.random() < 0.3 or not own else own)
    made["pairs"] = [pair for pair in made["pairs"] if pair[0] != name]
    nearly = NEARLY_RIGHT.get(name)
    make = nearly if nearly and dice.random() < 0.5 else dice.choice(VALUES)
    _put(made, dice, (name, make(dice)))


def _some_values(made: Request, dice: random.Random) -> None:
    for _ in range(dice.randint(2, 9)):
        _put(made, dice, (dice.choice(NAMES), dice.choice(VALUES)(dice)))


def _repeated(made: Request, dice: random.Random) -> None:
    made["pairs"] *= dice.randint(2, 4)
    dice.shuffle(made["pairs"])


def _go(made: Request, dice: random.Random) -> None:
    _put(made, dice, ("go", dice.choice(GO)))


def _keep(made: Request, dice: random.Random) -> None:
    version = dice.choice(["mine", "theirs", "\x00", ""])
    _put(made, dice, ("keep", dice.choice(NAMES)), ("keep_version", version))


def _asked(made: Request, dice: random.Random) -> None:
    _put(made, dice, *(("asked", dice.choice(NAMES)) for _ in range(dice.randint(1, 5))))


def _revision(made: Request, dice: random.Random) -> None:
    made["pairs"] = [pair for pair in made["pairs"] if pair[0] != "revision"]
    _put(made, dice, ("revision", dice.choice(REVISIONS)))


def _mark(made: Request, dice: random.Random) -> None:
    made["pairs"] = [pair for pair in made["pairs"] if pair[0] != "mark"]
    _put(made, dice, ("mark", dice.choice(VALUES)(dice)))


def _person(made: Request, dice: random.Random) -> None:
    made["path"] = "/".join(
        [*made["path"].split("/")[:3], dice.choice(["leave/pass-on", "leave/gone", "withdraw"]), ""]
    )
    made["pairs"] = [("name", dice.choice(VALUES)(dice)), ("email", dice.choice(VALUES)(dice)), ("end", "1")]
    if dice.random() < 0.5:
        _put(made, dice, ("sure", dice.choice(VALUES)(dice)))


def _many_fields(made: Request, dice: random.Random) -> None:
    _put(made, dice, *((f"field{number}", "1") for number in range(dice.choice([900, 1_001]))))


def _huge_name(made: Request, dice: random.Random) -> None:
    _put(made, dice, (dice.choice("aé\x00") * 50_000, "1"))


def _huge_body(made: Request, dice: random.Random) -> None:
    if dice.random() < 0.1:
        _put(made, dice, ("WHY", "x" * 2**20))


def _cut(made: Request, dice: random.Random) -> None:
    body = encoded(made["pairs"])
    made["body"] = body[: dice.randrange(len(body) + 1)]


def _raw_bytes(made: Request, dice: random.Random) -> None:
    name = dice.choice(NAMES).encode("utf-8", "surrogatepass")
    made["body"] = (
        encoded(made["pairs"]) + b"&" + name + b"=" + dice.choice([b"%", b"%z1", b"\xff\xfe", b"%c0%80", b"=;"])
    )


def _noise(made: Request, dice: random.Random) -> None:
    made["body"] = dice.randbytes(dice.randint(0, 300))


def _kind(made: Request, dice: random.Random) -> None:
    made["type"] = dice.choice(KINDS)


def _multipart(made: Request, dice: random.Random) -> None:
    """Proper parts, some of them files, some with an odd encoding, now and then broken off."""
    made["type"] = dice.choice(
        [kind for kind in KINDS if "boundary=b" in kind] + ["multipart/form-data; boundary=b"] * 4
    )
    parts = b"".join(_part(name, value, dice) for name, value in made["pairs"])
    body = parts + dice.choice([b"--b--\r\n", b"--b--\r\n", b"--b", b""])
    made["body"] = body[: dice.randrange(len(body) + 1)] if dice.random() < 0.2 else body


def _part(name: str, value: str, dice: random.Random) -> bytes:
    extra = dice.choice(["", "", "", '; filename="a\x00.txt"', "; filename*=utf-8''%ff"])
    coding = dice.choice(["", "", "", "Content-Transfer-Encoding: base64\r\n", "Content-Type: a/b; charset=hex\r\n"])
    word = dice.choice([value, value, value.encode("unicode_escape").decode(), "\\ud800"])
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n{coding}\r\n'
    return (head + word + "\r\n").encode("utf-8", "surrogatepass")


def _method(made: Request, dice: random.Random) -> None:
    made["method"] = dice.choice(METHODS)


def _page(made: Request, dice: random.Random) -> None:
    token = made["path"].split("/")[2]
    name = dice.choice(["NOSUCH", "%00", "..%2f..", "é", "%ff", "x" * 4_000, "INTRO", "GRIP%00", "grip", "PLANS_POOL"])
    made["path"] = f"/a/{token}/page/{name}/"


def _token(made: Request, dice: random.Random) -> None:
    head, tail = made["path"][:3], made["path"][3:]
    made["path"] = head + dice.choice(
        [
            "../" + tail,
            "%2e%2e/" + tail,
            "%00" + tail,
            tail.upper(),
            "%ff%fe" + tail,
            "é" + tail,
            "x" * 5_000 + tail,
            tail[1:],
        ]
    )


def _query(made: Request, dice: random.Random) -> None:
    made["path"] += dice.choice(
        ["?return=check", "?return=%00", "?resumed", "?return=check&return=\x00", "?%ff=%ff", "?;;=&&"]
    )


def _cookies(made: Request, dice: random.Random) -> None:
    made["cookies"] = {
        dice.choice(["here", "sent", "wrote", "sessionid", "csrftoken"]): dice.choice(["x", "1:a:b", "\x7f"])
    }


SPOIL: list[Callable[[Request, random.Random], None]] = [
    *[_a_value] * 8, _some_values, _repeated, _go, _keep, _asked, _revision, _mark, _person, _many_fields,
    _huge_name, _huge_body, _cut, _raw_bytes, _noise, _kind, _multipart, _multipart, _method, _page, _token, _query,
    _cookies,
]  # fmt: skip


# --- Sending them and looking afterwards ---------------------------------------------------------------------------


class Attack:
    """Requests to the links of one wave, a new link every so often. Its name decides them all, so that two attacks on
    one installation have different links.
    """

    def __init__(self, name: str) -> None:
        from surveys.compiling import instrument_of
        from tests.torture.wave_of_all_types import running

        self.dice = random.Random(name)
        self.wave = running(slug=name)
        self.questionnaire = instrument_of(self.wave).for_role("chair")
        self.variables = self.questionnaire.variables
        self.number = 0
        self.raised, self.ended = "", False

    def lines(self, requests: int) -> Iterator[dict[str, Any]]:
        """What each request did."""
        from django.core.signals import got_request_exception

        got_request_exception.connect(self._note)
        for number in range(requests):
            if number % 50 == 0 or self.ended:
                self._new_link()
            yield {"number": number, **self._one()}

    def _note(self, **_signal: Any) -> None:
        self.raised = f"{sys.exc_info()[0].__name__}: {str(sys.exc_info()[1])[:150]}"

    def _one(self) -> dict[str, Any]:
        made = request(self.dice, self.token, *self._form())
        before, self.raised = self.state, ""
        status = self._send(made)
        after = self.state = self._state()
        self.ended = after["revoked"]
        wrong = list(self._faults(status, before, after))
        told = {
            "method": made["method"],
            "path": made["path"].replace(self.token, "…")[:80],
            "type": made["type"][:60],
        }
        return {**told, "status": status, "stored": _digest(after), "wrong": wrong}

    def _new_link(self) -> None:
        """Somebody new, with a token and an id that are the same on every database."""
        from respondents import keys
        from respondents.models import Invitation, Person

        self.number += 1
        self.token = "".join(self.dice.choices(string.ascii_letters + string.digits, k=43))
        person = Person.objects.create(name=f"Person {self.number}", email=f"p{self.number}@{self.wave.slug}.org")
        mark = keys.token_hash(self.token)
        Invitation.objects.create(wave=self.wave, person=person, role="chair", token_hash=mark)
        self.state = self._state()

    def _form(self) -> tuple[str, Pairs]:
        """A page as it stands, answered soundly, and where it is; the attack begins from there."""
        from django.test import Client

        from tests.torture import typing_in
        from tests.torture.devices import Device, fill

        device = Device(self.token, self.variables, Client(SERVER_NAME="localhost"))
        page = self.dice.choice(PATHS[:7]) if self.dice.random() < 0.9 else "check/"
        screen = device.open(page)
        form = screen.form.copy()
        for variable in screen.asked.values():
            fill(form, variable, typing_in.sound_answer(variable, self.dice))
        if self.dice.random() < 0.8:
            form["sure"] = "on"
        return page, [(name, value) for name, values in form.lists() for value in values]

    def _send(self, made: Request) -> int:
        """Hand the request to the whole WSGI application, as gunicorn would; the status of its reply."""
        from django.test import RequestFactory

        from barometer.wsgi import application

        path, _, query = made["path"].partition("?")
        wire = RequestFactory(SERVER_NAME="localhost")
        wire.cookies.load(made.get("cookies", {}))
        statuses: list[str] = []
        wire.request = lambda **environ: b"".join(
            application(wire._base_environ(**environ), lambda status, headers, problem=None: statuses.append(status))
        )
        try:
            wire.generic(made["method"], path, made["body"], content_type=made["type"], QUERY_STRING=query)
        except Exception:  # noqa: BLE001 - what gunicorn would log and answer with 500
            self._note()
            return 500
        return int(statuses[-1].split()[0])

    def _state(self) -> dict[str, Any]:
        """Every row that a request with this link could change."""
        from respondents.keys import pseudonym_of, token_hash
        from respondents.models import Invitation, Person, Response

        row = Response.objects.filter(pk=pseudonym_of(self.token)).first()
        fields = ("role", "gp", "responded", "revoked", "stopped")
        invited = Invitation.objects.filter(token_hash=token_hash(self.token)).values(*fields).get()
        last = Person.objects.order_by("-pk").values_list("name", "email").first()
        return {
            "response": row and {name: getattr(row, name) for name in ("revision", "answers", "sent", "attributes")},
            "receipt": bool(row and row.receipt),
            "responses": Response.objects.filter(wave=self.wave).count(),
            "invitations": self.wave.invitations.count(),
            "last": last,
            **invited,
        }

    def _faults(self, status: int, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
        if status not in (200, 303, 301, 400, 404, 405, 409, 413, 422):
            yield f"status {status}: {self.raised}"
        if after["response"] and after["response"] != before["response"]:
            yield from self._faults_of_row(before["response"] or {"answers": {}, "revision": 0}, after["response"])
        if after["responded"] != bool(after["response"] and after["response"]["sent"] is not None):
            yield "marked as responded and nothing sent, or the other way round"

    def _faults_of_row(self, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
        from surveys.question_types import REGISTRY

        if after["revision"] not in (before["revision"], before["revision"] + 1):
            yield f"revision {before['revision']} became {after['revision']}"
        questions = {v.name: q for q in self.questionnaire.questions for v in q.variables}
        for name, values in after["answers"].items():
            if name not in questions:
                yield f"{name} is no variable"
                continue
            variable = self.variables[name]
            for problem in REGISTRY[questions[name].type].problems_of_answer(variable, values):
                yield f"{name}: {problem}"
        changed = {name for name, values in after["answers"].items() if before["answers"].get(name) != values}
        if len({questions[name].section for name in changed if name in questions}) > 1:
            yield f"one request changed {sorted(changed)}"


def _digest(state: dict[str, Any]) -> str:
    return json.dumps(state, sort_keys=True)


# --- Without a protection ------------------------------------------------------------------------------------------


def _without_cleaning() -> None:
    """Text is taken with whatever characters it brings."""
    from surveys.question_types import text

    text.clean = lambda words: words


def _without_reading_with_care() -> None:
    """The revision is read as any number."""
    from respondents.views import answering

    answering.revision_of = lambda post: int(post.get("revision") or 0)


def _without_one_zero() -> None:
    """A number keeps the minus of a minus nothing."""
    from surveys.question_types import number

    number._number = float


WITHOUT = {"cleaning": _without_cleaning, "care": _without_reading_with_care, "one-zero": _without_one_zero}


def main() -> None:
    """Attack, and print a line for each request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without", choices=WITHOUT, nargs="*", default=[])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
    import django
    from django.conf import settings

    django.setup()
    from barometer import wsgi

    assert wsgi.application
    settings.DEBUG = False
    for protection in options.without:
        WITHOUT[protection]()
    attack = Attack("-".join(["seed", str(options.seed), *options.without]))
    for line in attack.lines(options.requests):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
