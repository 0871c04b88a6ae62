#!/usr/bin/env python3
"""People sign in by a real OpenID provider; the last line is "N passed, N failed".

  tests/oidc.py --ariane PATH

Installs tests/oidc/package-lock.json with npm into build/oidc, starts the provider and Ariane, and goes the
way of a browser between them: redirects, cookies, forms.
"""
import argparse
import html.parser
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.dont_write_bytecode = True
BUILD = ROOT / "build/oidc"
NPM = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def install():
    wanted = (ROOT / "tests/oidc/package-lock.json").read_bytes()
    done = BUILD / "installed.json"
    if done.exists() and done.read_bytes() == wanted:
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests/oidc" / name, BUILD)
    subprocess.run(NPM, cwd=BUILD, check=True)
    done.write_bytes(wanted)


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its fields."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs["action"]
        elif tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")


class Browser:
    """Keeps cookies by host and path, follows nothing by itself."""

    def __init__(self):
        self.cookies = {}

    def ask(self, method, url, form=None):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        kept = [f"{name}={value}" for (host, path, name), value in self.cookies.items()
                if host == parts.netloc and parts.path.startswith(path)]
        headers = {"Cookie": "; ".join(kept)} if kept else {}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(form), "application/x-www-form-urlencoded"
        connection.request(method, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")), body=body, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            first, *rest = line.split("; ")
            name, _, value = first.partition("=")
            path = next((r[5:] for r in rest if r.lower().startswith("path=")), "/")
            self.cookies[(parts.netloc, path, name)] = value
        connection.close()
        answer.to = urllib.parse.urljoin(url, answer.headers["Location"]) if answer.headers["Location"] else None
        return answer

    def way(self, url, name, until):
        """From Ariane to the provider, through its forms, to the address that begins with `until`."""
        answer = self.ask("GET", url)
        for _ in range(20):
            if answer.to and answer.to.startswith(until):
                return answer.to
            if answer.to:
                url = answer.to
                answer = self.ask("GET", url)
                continue
            form = Form(answer.text)
            if form.action is None:
                raise AssertionError(f"{url}: {answer.status} {answer.text[:300]}")
            fields = {**form.fields, "login": name, "password": "any"} if "login" in form.fields else form.fields
            url = urllib.parse.urljoin(url, form.action)
            answer = self.ask("POST", url, fields)
        raise AssertionError("no end of it")


def provider(redirect, algorithm):
    shutil.copy(ROOT / "tests/oidc/provider.mjs", BUILD)
    process = subprocess.Popen(["node", "provider.mjs", redirect, algorithm], cwd=BUILD, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    return process, json.loads(process.stdout.readline())["issuer"]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class World:
    """Ariane and its provider, until the end of the block."""

    def __init__(self, place, algorithm="RS256", role=None):
        from doors import Server
        self.folder = place.folder("data-" + algorithm)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.callback = self.url + "/api/v1/oidc/callback"
        self.process, self.issuer = provider(self.callback, algorithm)
        secret = place.file("secret", "a secret: of two & more words\n")
        config = place.file("ariane.conf", f"[oidc]\nissuer = {self.issuer}\nclient = ariane\nurl = {self.url}\n"
                            f"secret_file = {secret}\n" + (f"role = {role}\n" if role else ""))
        self.server = Server(self.folder, "--config", config, listen=f"127.0.0.1:{port}")

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *reason):
        self.process.kill()
        self.process.wait()
        self.server.__exit__(*reason)

    def begin(self):
        return self.url + "/api/v1/oidc/begin"


def check_linked_users_sign_in(place):
    from tools import equal
    for algorithm in ("RS256", "ES256"):
        with World(place, algorithm) as world:
            offer = json.loads(Browser().ask("GET", world.url + "/api/v1/oidc").text)
            equal(offer, {"offered": True, "issuer": world.issuer}, "offered")
            world.folder("user", "create", "jeanne-" + algorithm, "--role", "supervisor")
            browser = Browser()
            back = browser.way(world.begin(), "jeanne@provider", world.callback)
            refused = browser.ask("GET", back)
            equal((refused.status, json.loads(refused.text)["code"]), (403, "oidc-nobody"), "linked with nobody")
            equal("jeanne@provider" in json.loads(refused.text)["detail"], True, "he is told his subject")
            world.folder("user", "oidc", "jeanne-" + algorithm, "jeanne@provider")
            browser = Browser()
            back = browser.way(world.begin(), "jeanne@provider", world.callback)
            done = browser.ask("GET", back)
            equal((done.status, done.headers["Location"]), (303, "/"), done.text)
            me = json.loads(browser.ask("GET", world.url + "/api/v1/me").text)
            equal((me["name"], me["role"]), ("jeanne-" + algorithm, "supervisor"), "signed in")
            equal(browser.ask("GET", back).status, 403, "a code is good once")
            rows = world.folder("audit", "--action", "sign in", "--json").lines()
            equal([r["who"] for r in rows], ["user:jeanne-" + algorithm], "noted")
            world.folder("user", "oidc", "jeanne-" + algorithm)
            equal(browser.ask("GET", world.url + "/api/v1/me").status, 401, "the link is taken away, the session with it")


def check_users_are_made_as_the_settings_say(place):
    from tools import equal
    with World(place, role="agent") as world:
        browser = Browser()
        equal(browser.ask("GET", browser.way(world.begin(), "paul", world.callback)).status, 303, "made")
        me = json.loads(browser.ask("GET", world.url + "/api/v1/me").text)
        equal((me["name"], me["role"]), ("paul", "agent"), "as an agent")
        world.folder("user", "create", "marie", "--role", "administrator")
        browser = Browser()
        refused = browser.ask("GET", browser.way(world.begin(), "marie", world.callback))
        equal(refused.status, 409, "a name that is there is not taken over")


def check_who_begins_many_shuts_out_nobody(place):
    from tools import equal
    with World(place, role="agent") as world:
        for _ in range(1001):  # OIDC_PENDING_MAX and one
            equal(Browser().ask("GET", world.begin()).status, 302, "begun, and never ended")
        browser = Browser()
        equal(browser.ask("GET", browser.way(world.begin(), "paul", world.callback)).status, 303, "he comes in all the same")


def check_what_was_not_begun_here_is_refused(place):
    from tools import equal
    with World(place, role="agent") as world:
        victim, attacker = Browser(), Browser()
        back = attacker.way(world.begin(), "mallory", world.callback)
        equal(victim.ask("GET", back).status, 403, "another's code, without his cookie")
        equal(attacker.ask("GET", back).status, 403, "nor afterwards")
        browser = Browser()
        back = browser.way(world.begin(), "paul", world.callback)
        wrong = back.replace("state=", "state=x")
        equal(browser.ask("GET", wrong).status, 403, "another state")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.way(world.begin(), "paul", world.callback)).query)
        bad = world.callback + "?" + urllib.parse.urlencode({"state": query["state"][0], "code": "made-up"})
        equal(browser.ask("GET", bad).status in (500, 502), True, "the provider knows no such code")
        denied = Browser()
        to = denied.ask("GET", world.begin()).to
        state = urllib.parse.parse_qs(urllib.parse.urlsplit(to).query)["state"][0]
        answer = denied.ask("GET", world.callback + "?" + urllib.parse.urlencode({"state": state, "error": "access_denied"}))
        equal((answer.status, json.loads(answer.text)["code"]), (403, "oidc-refused"), "he said no there")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane", required=True)
    given = options.parse_args()
    os.environ["ARIANE"] = str(Path(given.ariane).resolve())
    install()
    from tools import Place
    passed = failed = 0
    for name, check in [(n, f) for n, f in globals().items() if n.startswith("check_")]:
        try:
            with Place() as place:
                check(place)
            passed += 1
            print("ok  ", name, flush=True)
        except Exception as fault:  # pylint: disable=broad-except
            failed += 1
            print("FAIL", name, f"{type(fault).__name__}: {fault}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
