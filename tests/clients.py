#!/usr/bin/env python3
"""SDKs that others wrote, unmodified, deliver into Ariane: clients.py --ariane PROGRAM

Installs tests/clients/package-lock.json with npm into build/clients, starts the real server, lets the
server SDKs and a real Chromium send, and counts what lies in the journal afterwards.  The last line is
"N passed, N failed"."""
import argparse
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests/clients"
INSTALLED = ROOT / "build/clients"
NPM = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
passed = failed = 0


def check(what, ok, detail=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(f"{'ok  ' if ok else 'FAIL'} {what}{'' if ok else f': {detail}'}", flush=True)


def install():
    lock = (HERE / "package-lock.json").read_text()
    done = INSTALLED / "installed"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    if not done.exists() or done.read_text() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, INSTALLED)
        subprocess.run(NPM, cwd=INSTALLED, check=True)
        done.write_text(lock)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, INSTALLED)


class Server:
    """ariane serve on a free port; told where by its first line."""

    def __init__(self, program, data):
        self.program, self.data = program, data
        self.process = subprocess.Popen([program, "--data", data, "serve", "--listen", "127.0.0.1:0", "--lang", "en"],
                                        stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline())[0]

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)


def ask(program, data, *words):
    return subprocess.run([program, "--data", data, "--lang", "en", *words], check=True, capture_output=True, text=True).stdout


def node(script, *words):
    return subprocess.run(["node", script, *words], cwd=INSTALLED, capture_output=True, text=True, timeout=300)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ariane", default=str(ROOT / "build/dev/ariane"))
    program = str(Path(parser.parse_args().ariane).resolve())
    if not shutil.which("node") or not Path("/usr/bin/chromium").exists():
        print("skipped: no node or no chromium here\n0 passed, 0 failed")
        return 0
    install()
    with tempfile.TemporaryDirectory() as folder:
        data = folder + "/data"
        key = re.search(r"ak_\w+", ask(program, data, "key", "create", "--source", "clients"))[0]
        server = Server(program, data)
        for script, words in (("servers.mjs", []), ("browser.mjs", [folder + "/profile"])):
            done = node(script, server.url, key, *words)
            check(f"{script} is content", done.returncode == 0, done.stdout + done.stderr)
        check("the server stops well", server.stop() == 0)
        events = [json.loads(line) for line in ask(program, data, "events", "--json", "--limit", "100000").splitlines()]
    count = collections.Counter(e.get("activity") for e in events)
    for name, n in {"segment track": 50, "rudder track": 50, "posthog capture": 50, "browser track": 1, "beacon": 1,
                    "Page Viewed: Mail": 1, "Page Viewed: Accueil": 1, "Page Viewed: Offers": 1,
                    "Screen Viewed: Cart": 1, "Group": 1, "Identify": 4, "Alias": 2}.items():
        check(f"{n} of {name}", count[name] == n, count[name])
    for name, least in {"Page Viewed: Boutique": 2, "Clicked": 5, "Form Submitted": 1, "Form Abandoned": 1, "Error Shown": 1,
                        "Rage Clicked": 1}.items():
        check(f"at least {least} of {name}", count[name] >= least, count[name])
    check("nothing that was typed, and no message of an error", not re.search("hush|secret", json.dumps(events)))
    check("no key in any event", key not in json.dumps(events))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
