"""A server and those who ask it: the API with its roles, sessions, and the command line through the socket."""
import base64
import collections
import hmac
import html
import http.client
import json
import os
import re
import shlex
import signal
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from tools import ARIANE, ROOT, ariane, environment, equal, keeps_schema, lacks, lines_of

ROLES = ("agent", "supervisor", "analyst", "planner", "administrator", "privacy-officer")
PASSWORD = "correct horse battery"
EVENTS = [
    {"type": "track", "event": "Cart Viewed", "userId": "u1", "messageId": "m1", "timestamp": "2026-03-01T10:00:00Z",
     "context": {"traits": {"email": "a@b.fr"}}},
    {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m2", "timestamp": "2026-03-01T10:05:00Z"},
    {"type": "track", "event": "Cart Viewed", "userId": "u2", "messageId": "m3", "timestamp": "2026-03-02T10:00:00Z"},
]


def true(seen, what):
    equal(bool(seen), True, what)


class Server:
    """`ariane serve` on a free port; ends with the block."""

    def __init__(self, folder, *more, listen="127.0.0.1:0", cwd=None, env=None, before=None):
        self.folder, self.more, self.listen, self.cwd = folder, [str(word) for word in more], listen, cwd
        self.env, self.before = env or {}, before  # beside what all have; done in the child before it becomes the server

    def __enter__(self):
        words = [ARIANE, "--data", str(self.folder.path), "serve", "--listen", self.listen, *self.more]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.cwd,
                                        env={**environment(), **self.env}, preexec_fn=self.before)  # pylint: disable=subprocess-popen-preexec-fn
        self.said = []
        line = self.process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        true(found, f"it says where it listens: {line!r}")
        self.port = int(found[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        out, error = self.process.communicate(timeout=120)
        self.error = error.decode()
        true("Sanitizer" not in self.error, self.error)
        equal(self.process.returncode, 0, self.error)

    def ask(self, method, path, token=None, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        has_end = answer.headers["Content-Type"] != "text/event-stream"
        answer.body = answer.read() if has_end else b""
        connection.close()
        return answer

    def json(self, path, token, **headers):
        answer = self.ask("GET", path, token, **headers)
        equal(answer.status, 200, f"{path}: {answer.body!r}")
        return json.loads(answer.body)


def token(folder, role, *more):
    return folder("token", "create", "--role", role, *more, "--quiet").out.strip()


def filled(place, name="data"):
    folder = place.folder(name)
    folder("import", place.file(f"{name}.jsonl", lines_of(EVENTS)))
    return folder


def check_the_api_answers_like_the_command_line(place):
    folder = filled(place)
    rows = [  # path, the command line's words
        ("/api/v1/status", ["status"]), ("/api/v1/journey/map", ["journey", "map"]),
        ("/api/v1/journey/variants?top=3", ["journey", "variants", "--top", "3"]),
        ("/api/v1/journey/funnel?step=Cart+Viewed&step=Order+Completed",
         ["journey", "funnel", "--step", "Cart Viewed", "--step", "Order Completed"]),
        ("/api/v1/journey/list?limit=5", ["journey", "list", "--limit", "5"]),
        ("/api/v1/customers/user_id:u1", ["customer", "user_id:u1"]),
    ]
    with Server(folder) as server:
        secret = token(folder, "analyst")
        for path, words in rows:
            over_http = server.json(path, secret)
            over_socket = folder(*words, "--json").json()
            for told in (over_http, over_socket):
                told.pop("epoch", None)
            equal(over_http, over_socket, path)
        lines = server.ask("GET", "/api/v1/customers/user_id:u1/thread", secret)
        equal([json.loads(line) for line in lines.body.splitlines()], folder.thread("user_id:u1"), "thread")
        listed = server.json("/api/v1/customers/user_id:u1/thread", secret, Accept="application/json")
        equal(listed, folder.thread("user_id:u1"), "thread as an array")
        equal(server.ask("POST", "/api/v1/segment/members", secret, {"arguments": [""]}).status, 404, "a segment without a name")
        counted = {"version": 1, "human": {"channel": "web"}, "self_service": []}
        body = {"metrics": counted, "definition": {"version": 1}, "metric": "contacts_per_customer"}
        over_http = json.loads(server.ask("POST", "/api/v1/journey/metrics", secret, body).body)
        words = ["--metrics", place.file("metrics.json", json.dumps(counted)), "--definition", place.file("own.json", '{"version": 1}')]
        over_socket = folder("journey", "metrics", "--metric", "contacts_per_customer", *words, "--json").json()
        equal((over_http["document"], over_http["figures"]), (counted, over_socket["figures"]), "two documents in a body")
        for command, option in (("map", "definition"), ("metrics", "metrics")):
            wrong = server.ask("POST", f"/api/v1/journey/{command}", secret, {option: {"version": 1, "journey": {}}})
            equal((wrong.status, json.loads(wrong.body)["where"]["file"]), (400, option), "a document is told by its option")
        tag = server.ask("GET", "/api/v1/customers/user_id:u1", secret).headers["ETag"]
        equal(server.ask("GET", "/api/v1/customers/user_id:u1", secret, If_None_Match=tag).status, 304, "ETag")
        for path, status in [("/api/v1/customers/user_id:nobody", 404), ("/api/v1/journey/map?sinc=7d", 400),
                             ("/api/v1/journey/map?since=x", 400), ("/api/v1/journey/map?definition=/etc/passwd", 400),
                             ("/api/v1/journey/map?definition=order-to-activation", 200),
                             ("/api/v1/journey/metrics?metrics=demonstration-company", 200), ("/api/v1/journey/metrics?metrics=./x.json", 400), ("/api/v1/nothing", 404),
                             ("/api/v1/export?out=x", 400), ("/api/v1/status?data=/tmp", 400)]:
            equal(server.ask("GET", path, secret).status, status, path)


def check_long_answers_are_sent_as_they_are_made(place):
    folder = place.folder()
    rows = lines_of([{**EVENTS[0], "messageId": f"l{i}", "userId": f"u{i % 50}"} for i in range(30000)])
    folder.import_(place.file("many.jsonl", rows))
    with Server(folder) as server:
        secret = token(folder, "analyst")
        answer = server.ask("GET", "/api/v1/export", secret)
        equal(answer.headers["Content-Length"], None, "it was not held")
        equal(answer.body == folder.export("jsonl"), True, "the same bytes")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        connection.request("GET", "/api/v1/export", headers={"Authorization": f"Bearer {secret}"})
        connection.getresponse().read(1000)
        connection.close()  # goes away in the middle: the server ends it, and stops without waiting
        equal(server.json("/api/v1/status", secret)["events"], 30000, "and goes on")


def check_a_question_takes_what_it_may(place):
    """Less memory than it needs: refused as a whole, with words; more than a stranger may ask for: what there is for all."""
    with Server(filled(place)) as server:
        secret = token(server.folder, "analyst")
        answer = server.ask("GET", "/api/v1/journey/variants?memory=0", secret)
        equal((answer.status, json.loads(answer.body)["code"]), (413, "journey-room"))
        whole = server.json("/api/v1/journey/variants", secret)
        equal(server.json("/api/v1/journey/variants?memory=16000000&threads=64", secret)["variants"], whole["variants"])


def check_changes_come_in_by_the_api(place):
    folder = filled(place)
    with Server(folder) as server:
        analyst, privacy = token(folder, "analyst"), token(folder, "privacy-officer")
        more = [{"type": "track", "event": "Call", "userId": "u3", "messageId": "m9", "timestamp": "2026-03-03T10:00:00Z"}]
        answer = server.ask("POST", "/api/v1/imports?format=jsonl", analyst, lines_of(more).encode())
        equal((answer.status, json.loads(answer.body)["imported"]), (200, 1), answer.body)
        equal(server.json("/api/v1/status", analyst)["events"], 4, "seen at once")
        link = {"arguments": ["user_id:u2", "user_id:u3"], "because": "a test"}
        equal(server.ask("POST", "/api/v1/identity/link", analyst, link).status, 200, "linked")
        equal(server.json("/api/v1/customers/user_id:u3", analyst)["events"], 2, "one customer")
        answer = server.ask("POST", "/api/v1/events/import/m9/correct", analyst, {"set": ["channel=phone"]})
        equal(answer.status, 200, answer.body)
        equal([r["channel"] for r in folder.thread("user_id:u3")][-1], "phone", "corrected")
        equal(server.ask("DELETE", "/api/v1/customers/user_id:u3", analyst).status, 403, "not his to erase")
        equal(server.ask("DELETE", "/api/v1/customers/user_id:u3", privacy).status, 200, "erased")
        equal(server.ask("GET", "/api/v1/customers/user_id:u3", analyst).status, 404, "gone")


def check_no_file_of_the_server_is_opened(place):
    """A document is named that is ready-made, or sent along; a file that happens to have that name stays closed."""
    folder = filled(place)
    for name in ("mine", "ours"):
        place.file(name, '{"version": 1, "name": "kept to itself"}')
    with Server(folder, cwd=place.path) as server:
        analyst = token(folder, "analyst")
        for path in ("/api/v1/journey/map?definition=mine", "/api/v1/journey/metrics?metrics=ours"):
            answer = server.ask("GET", path, analyst)
            equal((answer.status, json.loads(answer.body)["code"]), (400, "usage-api-path"), answer.body)
            lacks(answer.body.decode(), "kept to itself")
        answer = server.ask("POST", "/api/v1/imports?mapping=mine", analyst, lines_of(EVENTS).encode())
        equal((answer.status, json.loads(answer.body)["code"]), (400, "usage-api-path"), answer.body)
        server.json("/api/v1/journey/map?definition=order-to-activation", analyst)
    folder("journey", "map", "--definition", "mine", cwd=place.path)  # on the command line it is one's own file


def check_who_is_not_known_or_may_not(place):
    """Every route of the document with every role: allowed exactly where its rights say."""
    folder = filled(place)
    with Server(folder) as server:
        secrets = {role: token(folder, role) for role in ROLES}
        document = server.json("/api/v1/openapi.json", None)
        seen = 0
        for pattern, operations in document["paths"].items():
            path = pattern.replace("{identifier}", "user_id:nobody").replace("{source}", "x").replace(
                "{message_id}", "x").replace("{id}", "999")
            for method, operation in operations.items():
                if not operation["security"]:
                    continue
                equal(server.ask(method.upper(), path).status, 401, f"{method} {path} by nobody")
                equal(server.ask(method.upper(), path, "at_" + "a" * 40).status, 401, f"{method} {path}, a wrong token")
                is_own = is_of_ones_own(operation)
                for role, secret in secrets.items():
                    if pattern in ("/api/v1/verify", "/api/v1/seal") and role == "administrator":
                        continue  # they would run
                    me = server.json("/api/v1/me", secret)
                    may = set(operation["x-rights"]) <= set(me["rights"])
                    status = server.ask(method.upper(), path, secret).status
                    equal(status != 403, may and not is_own, f"{method} {path} as {role}: {status}")
                    seen += 1
        true(seen > 100, f"{seen} pairs")


# ---- one's own account: every such route, by every role, of one's own and of another's

OWN = {("get", "/api/v1/me/account"), ("post", "/api/v1/me/password"), ("post", "/api/v1/me/totp"), ("post", "/api/v1/me/totp/confirm"),
       ("post", "/api/v1/me/totp/remove"), ("delete", "/api/v1/me/sessions"), ("delete", "/api/v1/me/sessions/{id}")}
OTHER_PASSWORD = "another horse, another battery"


def is_of_ones_own(operation):
    """No token opens it: whose it is, the session says."""
    return bool(operation["security"]) and not any("token" in one for one in operation["security"])


class Visitor:
    """Who signed in, in a browser of his own."""

    def __init__(self, server, name, password=PASSWORD, code=""):
        self.server, self.name = server, name
        answer = server.ask("POST", "/api/v1/session", None, {"name": name, "password": password, "code": code})
        equal(answer.status, 200, f"{name}: {answer.body!r}")
        self.cookie, self.csrf = answer.headers["Set-Cookie"].split(";")[0], json.loads(answer.body)["csrf"]

    def ask(self, method, path, body=None):
        return self.server.ask(method, f"/api/v1/me{path}", None, body, Cookie=self.cookie, X_CSRF_Token=self.csrf)

    def told(self, method, path, body=None):
        """Its status, and what a refusal is called."""
        answer = self.ask(method, path, body)
        return answer.status, json.loads(answer.body)["code"] if answer.status >= 400 else ""

    def account(self):
        return json.loads(self.ask("GET", "/account").body)

    def is_in(self):
        return self.ask("GET", "").status == 200

    def session(self):
        return next(one["id"] for one in self.account()["sessions"] if one["current"])


def totp(secret, steps=0):
    """RFC 6238, by other means than the server's."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), "sha1").digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 10 ** 6:06}"


def with_password(folder, *names_and_roles):
    for name, role in names_and_roles:
        folder("user", "create", name, "--role", role, "--stdin", stdin=(PASSWORD + "\n").encode())


def change_ones_own(server, name, other, role):
    """All that one may do to one's own account; `other`, of the same role, keeps his as it is."""
    done, here, there, before = set(), Visitor(server, name), Visitor(server, name), other.account()

    def expect(told, method, path, body=None, of=None):
        done.add((method.lower(), "/api/v1/me" + path.replace(of or "{id}", "{id}")))
        equal(here.told(method, path, body), told, f"{method} {path} by {role} {name}")
    done.add(("get", "/api/v1/me/account"))
    account = here.account()
    keeps_schema("own-account", account)
    equal((account["name"], account["password"], account["second_factor"], len(account["sessions"])), (name, True, False, 2), f"his, as {role}")
    true(other.session() not in [one["id"] for one in account["sessions"]], "nobody else's")
    expect((404, "own-session"), "DELETE", f"/sessions/{other.session()}", of=other.session())
    expect((204, ""), "DELETE", f"/sessions/{there.session()}", of=there.session())
    equal((there.is_in(), here.is_in()), (False, True), "that one")
    there = Visitor(server, name)
    expect((204, ""), "DELETE", "/sessions")
    equal((there.is_in(), here.is_in()), (False, True), "the others")
    there = Visitor(server, name)
    expect((403, "own-password"), "POST", "/password", {"password": OTHER_PASSWORD, "new_password": OTHER_PASSWORD})
    expect((400, "password-form"), "POST", "/password", {"password": PASSWORD, "new_password": "short"})
    expect((400, "usage-api-value"), "POST", "/password", {"new_password": OTHER_PASSWORD, "name": other.name})
    equal(there.is_in(), True, "nothing was changed")
    # A name in the body makes it nobody else's.
    expect((204, ""), "POST", "/password", {"password": PASSWORD, "new_password": OTHER_PASSWORD, "name": other.name})
    equal((there.is_in(), here.is_in()), (False, True), "the others end")
    equal(server.ask("POST", "/api/v1/session", None, {"name": name, "password": PASSWORD}).status, 401, "the old password")
    there = Visitor(server, name, OTHER_PASSWORD)
    expect((403, "own-password"), "POST", "/totp", {"password": PASSWORD})
    expect((409, "own-no-factor"), "POST", "/totp/confirm", {"code": "000000"})
    made = json.loads(here.ask("POST", "/totp", {"password": OTHER_PASSWORD}).body)
    keeps_schema("own-totp", made)
    equal(made["otpauth"], f"otpauth://totp/Ariane:{quote(name)}?secret={made['totp_secret']}&issuer=Ariane", "what a telephone reads")
    there = Visitor(server, name, OTHER_PASSWORD)  # without a code: it does not count yet
    expect((204, ""), "POST", "/totp/confirm", {"code": totp(made["totp_secret"])})
    equal((there.is_in(), here.account()["second_factor"]), (False, True), "now it does")
    wanted = server.ask("POST", "/api/v1/session", None, {"name": name, "password": OTHER_PASSWORD})
    equal((wanted.status, json.loads(wanted.body)["code"]), (401, "code-wanted"), "and is asked for")
    expect((409, "own-factor"), "POST", "/totp", {"password": OTHER_PASSWORD})
    expect((400, "own-proof"), "POST", "/totp/remove", {})
    there = Visitor(server, name, OTHER_PASSWORD, totp(made["totp_secret"], 1))
    expect((204, ""), "POST", "/totp/remove", {"password": OTHER_PASSWORD})
    equal((there.is_in(), here.account()["second_factor"]), (False, False), "taken away")
    after = other.account()
    for account in (before, after):
        for one in account["sessions"]:
            one.pop("used")
    equal(after, before, f"{other.name}'s is as it was")
    return done


def check_ones_own_account_and_nobody_elses(place):
    """Every route that has an owner, by every role: one's own is changed, another's of the same role is not, and no token does it."""
    folder = filled(place)
    with Server(folder) as server:
        document = server.json("/api/v1/openapi.json", None)
        owned = {(method, pattern) for pattern, operations in document["paths"].items() for method, operation in operations.items()
                 if is_of_ones_own(operation)}
        equal(owned, OWN, "each of them is asked below")
        for role in ROLES:
            with_password(folder, (f"own-{role}", role), (f"other {role} é", role))
            other = Visitor(server, f"other {role} é")
            equal(change_ones_own(server, f"own-{role}", other, role), OWN, f"all of them, as {role}")
            secret = token(folder, role)
            refused = server.ask("POST", "/api/v1/me/password", secret, {"password": PASSWORD, "new_password": OTHER_PASSWORD})
            equal((refused.status, json.loads(refused.body)["code"]), (403, "api-own"), "a token has no account")
        bare = server.ask("POST", "/api/v1/me/password", None, {"password": PASSWORD, "new_password": OTHER_PASSWORD}, Cookie=other.cookie)
        equal((bare.status, json.loads(bare.body)["code"]), (403, "api-csrf"), "nor another site")
        rows = folder("audit", "--who", "user:own-agent", "--json").lines()
        told = [(r["action"], r["outcome"]) for r in rows]
        for action, outcome in [("POST /api/v1/me/password", "done"), ("POST /api/v1/me/password", "own-password"), ("POST /api/v1/me/totp/confirm", "done"),
                                ("DELETE /api/v1/me/sessions/{id}", "own-session"), ("POST /api/v1/me/totp/remove", "done")]:
            true((action, outcome) in told, f"{action} {outcome} is noted: {told}")
    for secret in (PASSWORD, OTHER_PASSWORD):
        lacks(server.error, secret)


def check_who_guesses_in_somebodys_session_waits(place):
    """Who found a browser open does not learn the password by it, and fills no audit."""
    folder = filled(place)
    with_password(folder, ("jeanne", "agent"))
    with Server(folder) as server:
        here = Visitor(server, "jeanne")
        told = [here.told("POST", "/password", {"password": "a guess, no more", "new_password": OTHER_PASSWORD}) for _ in range(8)]
        equal(told[:5], [(403, "own-password")] * 5, "five for nothing")
        true((429, "sign-in-wait") in told[5:], f"then he waits: {told}")
        noted = len(folder("audit", "--action", "POST /api/v1/me/password", "--json").lines())
        equal(noted, sum(status == 403 for status, _ in told), "who waits is not noted")


def check_sessions_and_the_first_user(place):
    folder = place.folder()
    with Server(folder) as server:
        said = server.process.stderr.readline().decode()
        link = re.search(r"#(al_[a-z2-7]{40})", said)
        true(link, said)
        bad = {"link": "al_" + "a" * 40, "name": "jeanne", "password": PASSWORD}
        equal(server.ask("POST", "/api/v1/setup", None, bad).status, 403, "guessed")
        answer = server.ask("POST", "/api/v1/setup", None, {**bad, "link": link[1]})
        equal(answer.status, 200, answer.body)
        equal(server.ask("POST", "/api/v1/setup", None, {**bad, "link": link[1]}).status, 403, "once")
        wrong = {"name": "jeanne", "password": "wrong wrong wrong"}
        equal(server.ask("POST", "/api/v1/session", None, wrong).status, 401, "wrong")
        answer = server.ask("POST", "/api/v1/session", None, {"name": "jeanne", "password": PASSWORD})
        equal(answer.status, 200, answer.body)
        cookie = answer.headers["Set-Cookie"]
        true("HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie)
        cookie, csrf = cookie.split(";")[0], json.loads(answer.body)["csrf"]
        keeps_schema("me", json.loads(answer.body))
        me = server.json("/api/v1/me", None, Cookie=cookie)
        keeps_schema("me", me)
        equal(me["role"], "administrator", "me")
        by_token = server.json("/api/v1/me", token(folder, "planner"))
        keeps_schema("me", by_token)
        equal(by_token["csrf"], None, "a token needs none")
        keeps_schema("oidc", server.json("/api/v1/oidc", None))
        equal(server.json("/api/v1/me", None, Authorization=f"bearer {token(folder, 'planner')}")["role"], "planner", "in any case")
        make = {"source": "shop"}
        equal(server.ask("POST", "/api/v1/keys", None, make, Cookie=cookie).status, 403, "without its token")
        answer = server.ask("POST", "/api/v1/keys", None, make, Cookie=cookie, X_CSRF_Token=csrf)
        equal(answer.status, 200, answer.body)
        true(json.loads(answer.body)["key"].startswith("ak_"), "a key")
        equal(server.ask("DELETE", "/api/v1/session", None, Cookie=cookie, X_CSRF_Token=csrf).status, 204, "out")
        equal(server.ask("GET", "/api/v1/me", None, Cookie=cookie).status, 401, "signed out")


def check_who_guesses_holds_up_nobody(place):
    """Passwords take long on purpose: who sends many is behind himself alone.  While he waits, nothing is noted of him."""
    folder, guesses = filled(place), 24
    with Server(folder) as server, ThreadPoolExecutor(guesses) as pool:
        secret, done = token(folder, "agent"), []

        def guess(i):
            done.append(server.ask("POST", "/api/v1/session", None, {"name": f"nobody-{i}", "password": "a guess, no more"}).status)
        tries = [pool.submit(guess, i) for i in range(guesses)]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            under_way = re.search(r"ariane_http_requests_open (\d+)", server.ask("GET", "/metrics").body.decode())
            if int(under_way[1]) + len(done) > guesses:  # this one among them
                break
        equal(server.ask("GET", "/api/v1/me", secret).status, 200, "who is known is answered")
        before = len(done)
        true(before < guesses // 2, f"before {before} of {guesses} guesses were")
        for one in tries:
            one.result()
        equal(set(done), {401}, "all were looked at")
        wrong = {"name": "jeanne", "password": "wrong wrong wrong"}
        said = [server.ask("POST", "/api/v1/session", None, wrong).status for _ in range(12)]
        true(429 in said, f"he waits: {said}")
        noted = folder("audit", "--who", "user:jeanne", "--json").lines()
        equal([row["outcome"] for row in noted], ["refused"] * said.count(401), "what was tried, not what had to wait")


def check_words_are_for_who_may_read_them(place):
    folder = place.folder()
    told = {"type": "ariane.record", "kind": "event", "activity": "chat.message", "channel": "chat", "time": "2026-03-01T10:00:00Z",
            "source": "chat", "message_id": "c1", "identifiers": [{"type": "email", "value": "a@b.fr"}],
            "text": "un secret", "language": "fr"}
    del told["language"]
    folder("import", place.file("native.jsonl", lines_of([told])), status=None)
    with Server(folder) as server:
        rows = [(token(folder, "analyst"), False), (token(folder, "analyst", "--grant", "text"), True),
                (token(folder, "supervisor"), True)]
        for secret, reads in rows:
            for path in ("/api/v1/customers/email:a@b.fr/thread", "/api/v1/events"):
                body = server.ask("GET", path, secret).body
                true(b"chat.message" in body, body)
                equal(b"un secret" in body, reads, path)


def check_lists_behind_numbers_need_their_right(place):
    """An administrator sees numbers of all customers, and nobody's name."""
    folder = filled(place)
    asked = (("GET", "/api/v1/journey/metrics?list=contacts", None),
             ("POST", "/api/v1/journey/predict", {"arguments": ["user_id:u1"]}))
    with Server(folder) as server:
        for method, path, body in asked:
            equal(server.ask(method, path, token(folder, "administrator"), body).status, 403, path)
            equal(server.ask(method, path, token(folder, "analyst"), body).status == 403, False, path)
        equal(server.ask("GET", "/api/v1/journey/metrics", token(folder, "administrator")).status, 200)


PARITY = [  # each must say the same with a server as without
    ["status", "--json"], ["status"], ["customer", "user_id:u1", "--json"], ["customer", "user_id:nobody", "--json"],
    ["thread", "user_id:u1", "--json"], ["thread", "user_id:u1"], ["events", "--json"], ["events", "--limit", "1"],
    ["export"], ["export", "--format", "csv"], ["export", "--format", "xes"], ["journey", "map", "--json"],
    ["journey", "map", "--lang", "fr"], ["journey", "variants", "--json"], ["journey", "list", "--json"],
    ["journey", "funnel", "--step", "Cart Viewed", "--step", "Order Completed", "--json"],
    ["identity", "clusters", "--json"], ["verify", "--json"], ["journey", "map", "--definition", "missing.json", "--json"],
]


def without_epoch(text):
    return re.sub(rb'("epoch": ?)\d+', rb"\1-", text)


def check_the_command_line_says_the_same_through_the_socket(place):
    folder = filled(place)
    alone = [folder(*words, status=None, cwd=place.path) for words in PARITY]
    with Server(folder) as server:
        del server
        for words, before in zip(PARITY, alone):
            now = folder(*words, status=None, cwd=place.path)
            equal(without_epoch(now.raw), without_epoch(before.raw), " ".join(words))
            equal((now.status, now.error_raw), (before.status, before.error_raw), " ".join(words))
        rows = lines_of([{**EVENTS[0], "messageId": f"n{i}", "userId": "u7"} for i in range(2000)])
        equal(folder.import_("-", stdin=rows.encode())["imported"], 2000, "from standard input")
        place.file("here.jsonl", lines_of([{**EVENTS[0], "messageId": "relative", "userId": "u8"}]))
        equal(folder.import_("here.jsonl", cwd=place.path)["imported"], 1, "a relative path")
        equal(folder.status()["events"], 2004, "seen at once")
        folder("retract", "import", "relative")
        equal(folder.status()["events"], 2003, "retracted")
        folder("erase", "user_id:u7", "--now")
        equal(folder.status()["events"], 3, "erased: hers alone; who shared her browser has another user_id")
        folder("backup", "copy", cwd=place.path)
    ariane("restore", "--check", place.path / "copy")
    equal(folder.digest(), folder.digest(), "sound afterwards")


def check_imports_run_at_once_and_are_counted_once(place):
    folder = filled(place)
    with Server(folder):
        def one(i):
            rows = lines_of([{**EVENTS[0], "messageId": f"p{k}", "userId": f"v{k}"} for k in range(i * 100, i * 100 + 200)])
            return folder.import_("-", stdin=rows.encode())["imported"]
        with ThreadPoolExecutor(4) as pool:
            equal(sum(pool.map(one, range(4))), 500, "each once")


def check_the_description_is_current(place):
    del place
    told = ariane("api").json()
    kept = json.loads((ROOT / "docs/api/openapi.json").read_text())
    equal(kept, told, "run: build/dev/ariane api > docs/api/openapi.json")
    for pointer in re.findall(r'"\$ref": ?"#/components/schemas/([^"]*)"', json.dumps(told)):
        true(pointer in told["components"]["schemas"], f"{pointer} is nowhere")
    for pattern, operations in told["paths"].items():
        for method, operation in operations.items():
            answer = operation["responses"].get("200", {}).get("content", {}).get("application/json")
            if answer is None or pattern in ("/api/v1/openapi.json", "/api/v1/export"):
                continue  # without one, or not of one form
            schema = answer["schema"]
            true("$ref" in schema or "$ref" in schema.get("items", {}), f"{method} {pattern} answers anything")


def check_the_audit_says_who_read(place):
    folder = filled(place)
    with Server(folder) as server:
        supervisor, privacy = token(folder, "supervisor"), token(folder, "privacy-officer")
        server.json("/api/v1/customers/user_id:u1", supervisor)
        rows = folder("audit", "--subject", "user_id:u1", "--json").lines()
        equal([(r["who"], r["outcome"]) for r in rows], [("token:1", "read")], "noted")
        keeps_schema("audit", rows[0])
        equal(server.ask("DELETE", "/api/v1/customers/user_id:u1", privacy).status, 200, "erased")
        rows = folder("audit", "--subject", "user_id:u1", "--json").lines()
        equal([r["subject"] for r in rows], ["", ""], "what was done stays, the name goes")
        equal(rows[-1]["who"], "token:1", "and who did it")
        equal(server.ask("GET", "/api/v1/audit?subject=user_id:u1", privacy).status, 200)
        equal(folder("audit", "--action", "GET /api/v1/audit", "--json").json()["who"], "token:2", "who read it too")
    true("whole" in folder("audit", "--check").out, "chain")


def check_every_answer_is_guarded(place):
    folder = filled(place)
    with Server(folder) as server:
        for path in ("/healthz", "/api/v1/status", "/api/v1/nothing", "/docs"):
            headers = server.ask("GET", path).headers
            true("script-src 'self'" in headers["Content-Security-Policy"], f"{path}: {headers}")
            equal(headers["X-Content-Type-Options"], "nosniff", path)
            equal(headers["X-Frame-Options"], "DENY", path)
        page = server.ask("GET", "/docs")
        true(page.status == 200 and b"<script" not in page.body and b"journey/map" in page.body, "a page")
        mode = (folder.path / "ariane.sock").stat().st_mode & 0o777
        equal(mode, 0o600, "the socket is the owner's")
    true(not (folder.path / "ariane.sock").exists(), "and goes with the server")


def check_the_examples_of_the_page_run(place):
    """Each line of /docs, as a shell would cut it: none is asked wrongly, though what it asks about may not be there."""
    folder = filled(place)
    with Server(folder) as server:
        grants = [word for right in ("text", "lists", "export", "import", "correct", "erase", "store", "doors", "audit") for word in ("--grant", right)]
        token(folder, "planner")  # the first, which an example revokes
        secret = token(folder, "supervisor", *grants)
        for language in ("en", "fr"):
            page = html.unescape(server.ask("GET", "/docs", Accept_Language=language).body.decode())
            lines = re.findall(r"^(?:<pre>)?(curl .*)</pre>$", page, re.M)
            true(len(lines) > 80, f"{len(lines)} examples")
        asked, faults = collections.Counter(), []
        for line in lines:
            words = shlex.split(line.replace("$TOKEN", secret))
            method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words or "--data-binary" in words else "GET"
            headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
            body = words[words.index("-d") + 1].encode() if "-d" in words else b"x,y\n1,2\n" if "--data-binary" in words else None
            base = f"http://127.0.0.1:{server.port}"
            true(words[-1].startswith(base), line)
            path = words[-1].removeprefix(base)
            if path == "/api/v1/live":
                continue
            answer = server.ask(method, path, None, body, **{name.replace("-", "_"): value for name, value in headers.items()})
            asked[path] += 1
            code = json.loads(answer.body)["code"] if answer.status >= 400 else ""
            if answer.status not in (200, 400, 404, 409, 302) or code.startswith(("usage", "api", "http")):
                faults.append(f"{line}: {answer.status} {answer.body!r}")
        equal(faults, [], "asked wrongly")
        true(len(asked) > 60, f"{len(asked)} addresses")


def check_users_by_the_command_line(place):
    folder = filled(place)
    shown = folder("user", "create", "jeanne", "--role", "agent", "--grant", "lists", "--json").json()
    keeps_schema("user", shown)
    folder("user", "create", "jeanne", status=1)
    folder("user", "password", "jeanne", "--stdin", stdin=(PASSWORD + "\n").encode())
    with Server(folder) as server:
        signed = server.ask("POST", "/api/v1/session", None, {"name": "jeanne", "password": PASSWORD})
        equal(signed.status, 200, signed.body)
        cookie = signed.headers["Set-Cookie"].split(";")[0]
        equal(server.ask("GET", "/api/v1/events", None, Cookie=cookie).status, 200, "granted")
        equal(server.ask("GET", "/api/v1/export", None, Cookie=cookie).status, 403, "an agent does not export")
        folder("user", "disable", "jeanne")
        equal(server.ask("GET", "/api/v1/me", None, Cookie=cookie).status, 401, "shut out at once")
    folder("backup", place.path / "copy")
    ariane("--data", place.path / "back", "restore", place.path / "copy")
    equal(place.folder("back")("user", "list", "--json").json()["name"], "jeanne", "back-ups hold users")


def check_a_server_draws_without_starting_programs(place):
    """Graphviz runs in a process that was started before the server gave that up."""
    folder = filled(place)
    with Server(folder) as server:
        status = Path("/proc") / str(server.process.pid) / "status"
        until = time.monotonic() + 60  # it is set once the server listens
        while not re.search(r"^Seccomp:\t2$", status.read_text(), re.M) and time.monotonic() < until:
            pass
        true(re.search(r"^NoNewPrivs:\t1\nSeccomp:\t2$", status.read_text(), re.M), status.read_text())
        folder("journey", "map", "--svg", "map.svg", cwd=place.path)
        true("<svg" in (place.path / "map.svg").read_text(), "drawn, in the caller's folder")
        folder("journey", "map", "--svg", "nowhere/map.svg", cwd=place.path, status=1)


def check_root_becomes_a_user(place):
    if os.geteuid() != 0:
        return
    folder = place.folder()
    place.path.chmod(0o755)
    folder.path.mkdir()
    os.chown(folder.path, 65534, 65534)
    with Server(folder, "--user", "nobody") as server:
        status = (Path("/proc") / str(server.process.pid) / "status").read_text()
        true(re.search(r"^Uid:\t65534\t65534\t65534\t65534$", status, re.M), status)
        true(re.search(r"^CapEff:\t0+$", status, re.M), status)
        equal(server.ask("GET", "/readyz").status, 200, "and serves")
    equal({p.stat().st_uid for p in folder.path.iterdir()}, {65534}, "all that it made is his")
    folder("serve", "--listen", "127.0.0.1:0", "--user", "nobody-is-called-so", status=2)


def check_lists_are_leafed_through(place):
    """Pages by cursor, some members alone: over HTTP and by hand."""
    folder = place.folder()
    rows = lines_of([{**EVENTS[0], "messageId": f"c{i}", "userId": "u1", "event": f"E{i % 3}", "timestamp": f"2026-03-01T10:{i:02}:00Z"}
                     for i in range(25)])
    folder.import_(place.file("many.jsonl", rows))
    with Server(folder) as server:
        secret = token(folder, "analyst")
        for path in ("/api/v1/events?limit=10", "/api/v1/customers/user_id:u1/thread?limit=10"):
            seen, where = [], path
            for _ in range(3):
                answer = server.ask("GET", where, secret)
                equal(answer.status, 200, answer.body)
                seen += [json.loads(line)["message_id"] for line in answer.body.splitlines()]
                cursor = answer.headers["Next-Cursor"]
                if cursor:
                    equal(answer.headers["Link"], f'<?limit=10&cursor={cursor}>; rel="next"', "where it goes on")
                    where = f"{path}&cursor={cursor}"
            equal((cursor, seen), (None, [f"c{i}" for i in range(25)]), path)
            equal(server.ask("GET", path + "&cursor=nonsense", secret).status, 400, "no cursor of this list")
        last = server.ask("GET", "/api/v1/customers/user_id:u1/thread?last=3&until=2026-03-01T10:20:00Z", secret).body
        equal([json.loads(line)["message_id"] for line in last.splitlines()], ["c17", "c18", "c19"], "the last ones")
        line = server.ask("GET", "/api/v1/events?limit=1&fields=activity,message_id", secret).body
        equal(json.loads(line), {"message_id": "c0", "activity": "E0"}, "some members alone")
        equal(list(server.json("/api/v1/status?fields=events", secret)), ["events"], "of one document too")
        equal(server.ask("GET", "/api/v1/status?fields=nothing", secret).status, 400, "no such member")
    told = folder("events", "--limit", "24", "--json")
    equal(len(folder("events", "--cursor", "24", "--json").lines()), 1, told.error)


def check_changes_are_made_once_and_of_what_was_seen(place):
    folder = filled(place)
    with Server(folder) as server:
        admin = token(folder, "administrator")
        make = {"source": "shop"}
        first = server.ask("POST", "/api/v1/keys", admin, make, Idempotency_Key="one")
        again = server.ask("POST", "/api/v1/keys", admin, make, Idempotency_Key="one")
        equal((first.status, again.status, again.body), (200, 200, first.body), "the same answer")
        equal(again.headers["Idempotency-Replayed"], "true", "and says so")
        equal(len(server.ask("GET", "/api/v1/keys", admin).body.splitlines()), 1, "made once")
        other = server.ask("POST", "/api/v1/keys", admin, {"source": "other"}, Idempotency_Key="one")
        equal((other.status, json.loads(other.body)["code"]), (409, "api-once-other"), "another request")
        equal(server.ask("POST", "/api/v1/keys", token(folder, "administrator"), make, Idempotency_Key="one").status, 200, "another's key")
        equal(server.ask("POST", "/api/v1/keys", admin, make, Idempotency_Key="x" * 201).status, 400, "too long")
        equal(server.ask("POST", "/api/v1/keys", admin, {"nothing": 1}, Idempotency_Key="two").status, 400, "refused")
        equal(server.ask("POST", "/api/v1/keys", admin, make, Idempotency_Key="two").status, 200, "so it is free again")
        tag = server.ask("GET", "/api/v1/keys", admin).headers["ETag"]
        array = server.ask("GET", "/api/v1/keys", admin, Accept="application/json").headers["ETag"]
        equal(server.ask("DELETE", "/api/v1/keys/1", admin, If_Match='"other"').status, 412, "not as it was seen")
        equal(server.ask("DELETE", "/api/v1/keys/1", admin, If_Match=array).status, 200, "as it was seen, as an array")
        equal(server.ask("DELETE", "/api/v1/keys/2", admin, If_Match=tag).status, 412, "it has changed since")
        equal(server.ask("POST", "/api/v1/seal", admin, {}, If_Match=tag).status, 412, "nothing that has an ETag")
        privacy = token(folder, "privacy-officer")
        seen = server.ask("GET", "/api/v1/customers/user_id:u2", privacy).headers["ETag"]
        folder("identity", "link", "user_id:u1", "user_id:u2", "--because", "a test")
        equal(server.ask("DELETE", "/api/v1/customers/user_id:u2", privacy, If_Match=seen).status, 412, "more than he saw would go")
        seen = server.ask("GET", "/api/v1/customers/user_id:u2", privacy).headers["ETag"]
        for known in (seen, "W/" + seen, f'"other", {seen}', "*"):
            equal(server.ask("GET", "/api/v1/customers/user_id:u2", privacy, If_None_Match=known).status, 304, known)
        folder("import", "-", stdin=lines_of([{**EVENTS[2], "userId": "u9", "anonymousId": "b9", "messageId": "m9"}]).encode())
        equal(server.ask("GET", "/api/v1/customers/user_id:u2", privacy, If_None_Match=seen).status, 200, "another epoch")
        equal(server.ask("DELETE", "/api/v1/customers/user_id:u2", privacy, If_Match=seen).status, 200, "what others do changes nothing")
    with Server(folder) as server:
        other = server.ask("POST", "/api/v1/keys", admin, make, Idempotency_Key="one")
        equal((other.status, json.loads(other.body)["code"]), (409, "api-once-unknown"), "after a restart: not twice")


def check_the_log_tells_no_secrets(place):
    folder = filled(place)
    folder("user", "create", "jeanne", "--role", "administrator")
    folder("user", "password", "jeanne", "--stdin", stdin=(PASSWORD + "\n").encode())
    with Server(folder, "--log-requests") as server:
        secret = token(folder, "analyst")
        signed = server.ask("POST", "/api/v1/session", None, {"name": "jeanne", "password": PASSWORD})
        cookie, csrf = signed.headers["Set-Cookie"].split(";")[0], json.loads(signed.body)["csrf"]
        made = server.ask("POST", "/api/v1/keys", None, {"source": "shop"}, Cookie=cookie, X_CSRF_Token=csrf)
        key = json.loads(made.body)["key"]
        server.json("/api/v1/customers/email:a@b.fr", secret)
        server.ask("GET", "/api/v1/customers/email:nobody@b.fr", "at_" + "b" * 40)
        server.ask("POST", "/v1/track", None, {"writeKey": key, "event": "Seen", "userId": "person-77"})
        server.ask("GET", f"/api/v1/events?where=email%3Da@b.fr&access_token={secret}", secret)
    true("/api/v1/customers/{identifier}" in server.error, "each request is told")
    for word in (PASSWORD, secret, cookie.split("=")[1], csrf, key, "a@b.fr", "nobody@", "person-77", "b" * 40, "127.0.0.1"):
        true(word not in server.error, f"not {word}")
