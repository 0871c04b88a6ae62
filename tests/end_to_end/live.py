"""ariane demo --live: a year told to a server as it happens; the server here is a few lines of Python."""
import base64
import collections
import datetime
import http.server
import json
import signal
import subprocess
import threading

import tools
from tools import ariane, equal, holds, keeps_schema

SIZE = ("--customers", "60", "--days", "25")
SHORT = ("--customers", "60", "--days", "20")
FAST = ("--rate", "1000000")


class Server:
    """Takes batches; `answers(n)` gives status and headers of the n-th request, from 0; None drops the connection."""

    def __init__(self, answers=lambda n: (200, {})):
        self.batches, self.requests, self.problems = [], 0, []
        self.came = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
                if self.path != "/v1/batch" or key != "wk_test:":
                    outer.problems.append((self.path, key))
                answer = answers(outer.requests)
                with outer.came:
                    outer.requests += 1
                    if answer is not None and answer[0] == 200:
                        outer.batches.append(body["batch"])
                    outer.came.notify_all()
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                for name, value in answer[1].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        equal(self.problems, [])

    def calls(self):
        return [call for batch in self.batches for call in batch]

    def words(self, *more, size=SIZE):
        return ("demo", "--live", self.url, "--key", "wk_test", *size, *more)


def by_id(calls):
    """Calls by messageId; the same id always tells the same."""
    found = {}
    for call in calls:
        equal(found.setdefault(call["messageId"], call), call, "a message told twice is the same")
    return found


def counted(rows):
    """How often each activity came on each channel; sessions' calls are known by their messageId alone."""
    return collections.Counter((r["channel"], r["activity"]) for r in rows if r["source"] != "segment")


def check_live_tells_what_an_import_reads(place):
    """Channel, activity, time and identifiers of every event are those of the files; each is told once."""
    out = place.path / "company"
    ariane("demo", *SIZE, "--out", out)
    folder = place.folder()
    folder.import_(*sorted(str(p) for p in out.iterdir()))
    with Server() as server:
        answer = ariane(*server.words(*FAST, "--json")).json()
        calls = server.calls()
    keeps_schema("demo", answer)
    equal((answer["told"], answer["repeated"]), (len(calls), 0))
    equal(len(by_id(calls)), len(calls))
    events = folder.events()
    live = collections.Counter((c["channel"], c["event"]) for c in calls if c["messageId"].startswith("demo-"))
    equal(live, counted(events))
    sessions = {c["messageId"] for c in calls if not c["messageId"].startswith("demo-")}
    equal(sessions, {e["message_id"] for e in events if e["source"] == "segment"})
    told = collections.Counter((c["event"], c["timestamp"]) for c in calls if c["messageId"].startswith("demo-"))
    equal(told, collections.Counter((e["activity"], moment(e["time"])) for e in events if e["source"] != "segment"))
    kinds = {i["type"] for c in calls for i in c["context"].get("externalIds", ())}
    equal({"customer", "phone", "email"} <= kinds, True, kinds)


def moment(text):
    """In UTC, with milliseconds."""
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def check_live_waits_for_a_busy_server(place):
    """429, 503 and a lost connection are tried again; nothing is lost, nothing comes in another order."""
    refusals = {1: (429, {"Retry-After": "0"}), 3: (503, {}), 4: None}
    with Server() as calm:
        ariane(*calm.words(*FAST, size=SHORT))
    with Server(lambda n: refusals.get(n, (200, {}))) as busy:
        answer = ariane(*busy.words(*FAST, "--json", size=SHORT)).json()
        equal(busy.requests - len(busy.batches), 3)
        equal(answer["repeated"] in (2, 3), True, "libcurl itself repeats on a connection that it finds closed")
        equal([c["messageId"] for c in busy.calls()], [c["messageId"] for c in calm.calls()])


def check_live_stops_and_goes_on(place):
    """SIGINT ends it with 0; with --state it goes on where it was, and what comes twice is the same message."""
    state = place.path / "state.json"
    with Server() as whole:
        ariane(*whole.words(*FAST))
    with Server() as server:
        words = [tools.ARIANE, *server.words("--rate", "2000", "--state", str(state))]
        with subprocess.Popen(words, env=tools.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            with server.came:
                server.came.wait_for(lambda: server.requests >= 3 or process.poll() is not None, tools.TIMEOUT_S)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=tools.TIMEOUT_S)
            equal((process.returncode, error), (0, b""))
        holds(out.decode(), "events told to")
        first = len(server.calls())
        equal(json.loads(state.read_text())["serial"] > 0, True)
        ariane(*server.words(*FAST, "--state", str(state)))
        calls = server.calls()
        equal(set(by_id(calls)), set(by_id(whole.calls())))
        # What was under way when it stopped may come twice: at most one happening's calls.
        equal(0 <= len(calls) - len(whole.calls()) <= 30, True, (first, len(calls), len(whole.calls())))
        answer = ariane(*server.words("--state", str(state), "--seed", "2", "--json"), status=1).problem()
        equal(answer["code"], "live-other")


def check_live_says_what_is_wrong(place):
    """A key that is refused, a key that is missing, a pace that cannot be, an address that is none."""
    with Server(lambda n: (401, {})) as server:
        equal(ariane(*server.words(*FAST, "--json"), status=1).problem()["code"], "live-denied")
        server.problems.clear()
    with Server(lambda n: (400, {})) as server:
        equal(ariane(*server.words(*FAST, "--json"), status=1).problem()["code"], "live-refused")
    for words, code in ((("--live", "http://127.0.0.1:9"), "usage-live-key"),
                        (("--live", "http://127.0.0.1:9", "--key", "k", "--rate", "0"), "usage-live-pace"),
                        (("--live", "http://127.0.0.1:9", "--key", "k", "--rate", "5", "--speed", "5"), "usage-live-pace"),
                        (("--live", "ftp://127.0.0.1", "--key", "k", *FAST), "usage-live-url")):
        equal(ariane("demo", *SIZE, *words, "--json", status=None).problem()["code"], code, words)


