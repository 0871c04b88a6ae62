"""The server from outside: TLS and another certificate, what it refuses to open, figures, stopping."""
import base64
import http.client
import json
import re
import shutil
import signal
import ssl
import subprocess
import threading
import urllib.parse

from tools import ARIANE, Skipped, ariane, environment, equal, holds


class Server:
    """ariane serve on a free port; its first line tells where."""

    def __init__(self, data, *words):
        self.process = subprocess.Popen(
            [ARIANE, "--data", str(data), "--lang", "en", "serve", "--listen", "127.0.0.1:0", *map(str, words)],
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        told = re.search(r"(https?)://127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        self.port = int(told[2])

    def get(self, path, certificate=None):
        if certificate is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        else:
            trust = ssl.create_default_context(cafile=certificate)
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=trust)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=120)
        return self.process.returncode, log


def make_certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    folder / f"{name}.key", "-out", folder / f"{name}.pem", "-days", "2", "-subj", f"/CN={name}", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)


def use(folder, name):
    for kind in ("pem", "key"):
        shutil.copy(folder / f"{name}.{kind}", folder / f"now.{kind}")


def check_certificates_are_read_again(place):
    """SIGHUP: another certificate for new connections; one that cannot be read changes nothing."""
    if not shutil.which("openssl"):
        raise Skipped("no openssl")
    folder = place.path
    for name in ("one", "two"):
        make_certificate(folder, name)
    use(folder, "one")
    server = Server(folder / "data", "--certificate", folder / "now.pem", "--key", folder / "now.key")
    holds(server.process.stderr.readline(), "/setup#")  # nobody may sign in yet: where the first user is made
    equal(server.get("/healthz", folder / "one.pem")[0], 200)
    shutil.copy(folder / "two.pem", folder / "now.pem")  # without its key: the old one stays, and the log tells
    server.process.send_signal(signal.SIGHUP)
    line = json.loads(server.process.stderr.readline())
    equal((line["what"], line["code"]), ("reload", "http-certificate"))
    equal(server.get("/healthz", folder / "one.pem")[0], 200)
    use(folder, "two")
    server.process.send_signal(signal.SIGHUP)
    for _ in range(1000):  # until the signal was taken
        try:
            equal(server.get("/healthz", folder / "two.pem")[0], 200, "served")
            break
        except ssl.SSLError:
            pass
    else:
        raise AssertionError("the new certificate is not used")
    equal(server.stop()[0], 0)


def check_nothing_is_open_to_others_without_tls(place):
    """What is asked wrongly is refused before anything listens."""
    for words, code in ((["--listen", "0.0.0.0:0"], "usage-serve-plain"), (["--certificate", "x"], "usage-serve-pair"),
                        (["--without-tls", "--listen", "nonsense"], "http-address")):
        answer = ariane("--data", place.path / "data", "--json", "serve", *words, status=None)
        equal(answer.problem()["code"], code, words)


def check_nothing_is_open_to_others_before_somebody_has_a_password(place):
    """Also with TLS: a first start finds no administrator yet."""
    if not shutil.which("openssl"):
        raise Skipped("no openssl")
    make_certificate(place.path, "one")
    folder, words = place.folder(), ["--certificate", str(place.path / "one.pem"), "--key", str(place.path / "one.key")]
    for more in ([], ["--listen", "127.0.0.1:0"]):
        answer = folder("--json", "serve", "--listen", "0.0.0.0:0", *more, *words, status=2)
        equal(answer.problem()["code"], "usage-serve-nobody", more)
    folder("user", "create", "jeanne", "--role", "administrator")
    server = Server(folder.path, "--listen", "0.0.0.0:0", *words)
    equal(server.get("/healthz", place.path / "one.pem")[0], 200)
    equal(server.stop()[0], 0)


def check_figures_are_openmetrics(place):
    """Each line of /metrics has the form of OpenMetrics text."""
    server = Server(place.path / "data")
    status, text = server.get("/metrics")
    equal(status, 200)
    holds(text, "# TYPE ariane_http_requests counter")
    equal(text.endswith("# EOF\n"), True)
    for line in text.splitlines():
        equal(bool(re.fullmatch(r"# (TYPE|HELP|EOF).*|ariane_[a-z0-9_]+(\{[^}]*\})? [0-9.]+", line)), True, line)
    equal(server.stop()[0], 0)


def check_verify_beside_what_comes(place):
    """Verified again and again while events come and are corrected: each time all that had come by then, without a fault."""
    folder = place.folder()
    folder.import_(place.file("calls.jsonl", "".join(
        json.dumps({"type": "identify", "userId": f"u{n % 40}", "messageId": f"m{n}", "timestamp": "2026-03-01T10:00:00Z",
                    "traits": {"n": n}}) + "\n" for n in range(3000))), "--source", "crm")
    key = folder("key", "create", "--source", "web", "--quiet").out.strip()
    server, done, sent, faults = Server(folder.path), threading.Event(), [0], []

    def send():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not done.is_set():
            calls = [{"type": "track", "event": "Seen", "userId": f"u{n % 60}", "messageId": f"live{sent[0] + n}"} for n in range(20)]
            connection.request("POST", "/v1/batch", json.dumps({"batch": calls}), {
                "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "Content-Type": "application/json"})
            answer = connection.getresponse()
            faults.extend([answer.status] if answer.status != 200 else [])
            answer.read()
            sent[0] += 20
        connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    seen = []
    try:
        for n in range(4):
            folder("correct", "crm", f"m{n}", "--set", "channel=phone")
            seen.append(folder("verify", "--json").json())
    finally:
        done.set()
        sender.join()
    equal(([s["faults"] for s in seen], faults), ([0] * 4, []))
    equal(sorted(s["records"] for s in seen), [s["records"] for s in seen])
    last = folder("verify", "--json").json()
    equal((last["events"], last["faults"]), (3000 + sent[0], 0))
    equal(server.stop()[0], 0)
    equal(folder("verify", "--json").json()["digest"], last["digest"], "the same without the server")


def check_what_a_stranger_tells_instead_of_files(place):
    """Rules and mappings as their JSON; what a path does not name, as arguments; no file of this machine."""
    folder = place.folder()
    folder("user", "create", "jeanne", "--role", "agent", "--quiet")
    tokens = {role: folder("token", "create", "--role", role, "--quiet").out.strip() for role in ("administrator", "analyst")}
    secret = place.file("secret.json", '{"version": 1, "name": "secret"}')
    server = Server(folder.path)

    def ask(role, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        is_file = isinstance(body, bytes)
        connection.request("POST", "/api/v1/" + path, body if is_file else json.dumps(body), {
            "Authorization": f"Bearer {tokens[role]}", "Content-Type": "text/csv" if is_file else "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        return answer.status, told

    try:
        status, told = ask("administrator", "users/jeanne/role", {"arguments": ["supervisor"]})
        equal((status, told["role"]), (200, "supervisor"))
        mapping = {"version": 1, "time": "when", "activity": "what", "customer": [{"type": "account", "column": "who"}]}
        path = "imports?source=shop&mapping=" + urllib.parse.quote(json.dumps(mapping))
        status, told = ask("administrator", path, b"who;when;what\nz;2026-01-02 10:00:00;Bought\n")
        equal((status, told.get("imported")), (200, 1), told)
        equal(ask("administrator", path.replace("%7B", "%7B%7B", 1), b"a;b\n")[0], 400, "no JSON")
        status, told = ask("analyst", "identity/profile", {"arguments": ["check"], "document": '{"version": 1, "name": "ours"}'})
        equal((status, told["name"]), (200, "ours"))
        status, told = ask("analyst", "identity/profile", {"arguments": ["check", str(secret)]})
        equal((status, told["code"]), (400, "usage-argument-missing"))
        equal(ask("analyst", "identity/profile", {"arguments": ["check"]})[0], 400)
        equal(ask("analyst", "identity/explain", {"arguments": ["account:z"]})[0], 400, "it takes two")
    finally:
        stopped = server.stop()
    equal(stopped[0], 0, stopped[1])
    equal(folder.thread("account:z")[0]["activity"], "Bought")
