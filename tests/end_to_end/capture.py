"""What comes in while the server runs, from outside: sources and their counters."""
import base64
import hashlib
import hmac
import json
import queue
import random
import re
import signal
import subprocess
import threading
import time

import doors
from doors import token
from tools import ARIANE, environment, equal, holds, keeps_schema, lacks
from watch import EVERYTHING, Watch


class Server(doors.Server):
    """With words of its own, a log that can be read while it runs, and SIGHUP."""

    def __init__(self, folder, words=("--listen", "127.0.0.1:0")):
        super().__init__(folder)
        self.words, self.log = words, queue.Queue()

    def start(self):
        words = [ARIANE, "--data", str(self.folder.path), "serve", *map(str, self.words)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.port = int(re.search(rb"http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())[1])
        self.reader = threading.Thread(target=lambda: [self.log.put(line.decode()) for line in self.process.stderr])
        self.reader.start()
        holds(self.log_line(), "/setup#")

    def __enter__(self):
        self.start()
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=120)
        self.reader.join()
        self.error = "".join(self.log.queue)
        lacks(self.error, "Sanitizer")
        equal(code, 0, self.error)

    def log_line(self):
        return self.log.get(timeout=60)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)


def write_key(folder, source):
    return folder("key", "create", "--source", source, "--quiet").out.strip()


def post(server, key, calls):
    return server.ask("POST", f"/v1/batch?writeKey={key}", body={"batch": calls})


def calls(prefix, count):
    return [{"type": "track", "event": "Seen", "userId": "u1", "messageId": f"{prefix}{i}"} for i in range(count)]


def check_sources_are_counted(place):
    """By the API and by the command line the same; refused events only in form."""
    folder = place.folder()
    key = write_key(folder, "shop")
    write_key(folder, "app")
    holds(folder("source", "list", "--lang", "en").error, "No server runs")
    equal(folder("source", "show", "shop", "--json", status=1).problem()["code"], "server-none")
    with Server(folder) as server:
        analyst, planner = token(folder, "analyst"), token(folder, "planner")
        equal([s["source"] for s in server.json("/api/v1/sources", analyst, Accept="application/json")], ["app", "shop"],
              "who has a key is there before he sends")
        equal(post(server, key, calls("a", 5)).status, 200)
        equal(post(server, key, calls("a", 7)).status, 200)
        secret = {"type": "track", "event": "", "userId": "u1", "properties": {"iban": "FR7630006000011234567890189"}}
        equal(post(server, key, [secret, *calls("b", 1)]).status, 200)
        shop = server.json("/api/v1/sources/shop", analyst)
        keeps_schema("source", shop)
        equal({n: shop[n] for n in ("requests", "accepted", "duplicates", "rejected", "limited", "last_minute", "rate_limit")},
              {"requests": 3, "accepted": 8, "duplicates": 5, "rejected": 1, "limited": 0, "last_minute": 8, "rate_limit": None})
        equal(len(shop["reasons"]), 1)
        equal(shop["reasons"][0]["count"], 1)
        equal(shop["rejects"][0]["code"], shop["reasons"][0]["code"])
        holds(shop["rejects"][0]["payload"], '"iban":"xx0000')
        lacks(json.dumps(shop), "FR7630006")
        equal(folder("source", "show", "shop", "--json").json(), shop, "the command line")
        listed = folder("source", "list", "--json").lines()
        equal(listed, server.json("/api/v1/sources", analyst, Accept="application/json"), "lists")
        for row in listed:
            keeps_schema("source", row)
        holds(folder("source", "show", "shop", "--lang", "fr").out, "acceptés", "iban")
        equal(server.ask("GET", "/api/v1/sources/nobody", analyst).status, 404)
        equal(server.ask("GET", "/api/v1/sources/shop", planner).status, 403, "what was refused is for few")


def check_the_configuration_is_read_again(place):
    """[serve] and limits stand in ariane.conf; SIGHUP takes what can be changed, and tells what cannot."""
    folder = place.folder()
    key = write_key(folder, "shop")
    file = place.file("ariane.conf", b"[serve]\nlisten = 127.0.0.1:0\nrate = 5\n")
    listen = ["--config", str(file)]
    with Server(folder, listen) as server:
        secret = token(folder, "analyst")
        rate = lambda: server.json("/api/v1/sources/shop", secret)["rate_limit"]  # noqa: E731
        equal((rate(), post(server, key, calls("a", 5)).status, post(server, key, calls("b", 5)).status), (5, 200, 429))
        file.write_text("[serve]\nlisten = 127.0.0.1:1\nrate = 7\n[source shop]\nrate = 1000\n")
        server.reload()
        holds(server.log_line(), "config-restart", "[serve] listen")
        equal((rate(), post(server, key, calls("b", 5)).status), (1000, 200))
        file.write_text("[serve]\nrat = 7\n")
        server.reload()
        holds(server.log_line(), '"reload"', "config-key-near")
        equal(rate(), 1000, "what was stays")


ORDERS = {"version": 1, "activity": {"template": "Order {financial_status}"}, "time": "created_at",
          "channel": {"constant": "web"}, "message_id": "id",
          "customer": [{"type": "email", "column": "customer.email"}, {"type": "phone", "column": "customer.phone"}]}
ORDER = {"id": 820982911946154508, "created_at": "2026-03-14T10:00:00+01:00", "financial_status": "paid", "total_price": "403.00",
         "customer": {"email": "jon@example.com", "phone": "+33612345678"}, "line_items": [{"sku": "IPOD", "quantity": 1}]}


def signed(secret, body, now=None):
    """As Shopify and Stripe sign, by Python's hmac."""
    mac = lambda text: hmac.new(secret.encode(), text, hashlib.sha256)  # noqa: E731
    return {"X_Shopify_Hmac_Sha256": base64.b64encode(mac(body).digest()).decode(),
            "Stripe_Signature": f"t={now},v1={mac(f'{now}.'.encode() + body).hexdigest()}"}


def check_webhooks_are_signed(place):
    """Declared in ariane.conf, read by a mapping; who is not the sender is refused, a secret changes without loss."""
    folder, secret = place.folder(), place.file("secret", b"hush\n")
    mapping = place.file("orders.json", json.dumps(ORDERS).encode())
    file = place.file("ariane.conf", (
        f"[serve]\nlisten = 127.0.0.1:0\n[hook orders]\nsignature = shopify\nsecret_file = {secret}\nmapping = {mapping}\n"
        f"[hook pay]\nsource = bank\nsignature = stripe\nsecret_file = {secret}\nevents = data\n").encode())
    body = json.dumps(ORDER).encode()
    pay = json.dumps({"data": [{"event": "Paid", "email": "jon@example.com", "timestamp": "2026-03-14T09:00:00Z", "amount": "007"},
                               {"event": "", "email": "jon@example.com", "timestamp": "2026-03-14T09:00:00Z"}]}).encode()
    with Server(folder, ["--config", file]) as server:
        send = lambda path, body, **headers: server.ask("POST", path, body=body, **headers)  # noqa: E731
        good, now = signed("hush", body), int(time.time())
        for path, text, headers, status in [
                ("/v1/hook/orders", body, {"X_Shopify_Hmac_Sha256": good["X_Shopify_Hmac_Sha256"]}, 200),
                ("/v1/hook/orders", body, {"X_Shopify_Hmac_Sha256": good["X_Shopify_Hmac_Sha256"]}, 200),  # again: known
                ("/v1/hook/orders", body, {}, 401),
                ("/v1/hook/orders", body + b" ", {"X_Shopify_Hmac_Sha256": good["X_Shopify_Hmac_Sha256"]}, 401),
                ("/v1/hook/orders", body, {"X_Shopify_Hmac_Sha256": signed("hash", body)["X_Shopify_Hmac_Sha256"]}, 401),
                ("/v1/hook/nothing", body, {}, 404),
                ("/v1/hook/pay", pay, {"Stripe_Signature": signed("hush", pay, now)["Stripe_Signature"]}, 200),
                ("/v1/hook/pay", pay, {"Stripe_Signature": signed("hush", pay, now - 400)["Stripe_Signature"]}, 401),
                ("/v1/hook/pay", b"{", {"Stripe_Signature": signed("hush", b"{", now)["Stripe_Signature"]}, 400),
        ]:
            answer = send(path, text, **headers)
            equal(answer.status, status, f"{path} {headers}: {answer.body!r}")
        secret.write_text("next\nhush\n")  # the sender has still the old one
        server.reload()
        other = {**ORDER, "id": 2}
        for key in ("hush", "next"):
            text = json.dumps(other).encode()
            for _ in range(200):  # until the signal was taken
                status = send("/v1/hook/orders", text, X_Shopify_Hmac_Sha256=signed(key, text)["X_Shopify_Hmac_Sha256"]).status
                if status != 401:
                    break
            equal(status, 200, key)
        secret_token = token(folder, "analyst")
        shown = server.json("/api/v1/sources/bank", secret_token)
        equal((shown["accepted"], shown["rejected"]), (1, 3), shown["reasons"])
        equal({r["code"] for r in shown["reasons"]} >= {"hook-time"}, True, shown["reasons"])
    events = folder("events", "--json").lines()
    equal(sorted((e["source"], e["activity"]) for e in events), [("bank", "Paid"), ("orders", "Order paid"), ("orders", "Order paid")])
    order = next(e for e in events if e.get("message_id") == "820982911946154508")
    equal((order["time"], order["attributes"]["total_price"], order["attributes"]["line_items.0.quantity"]),
          ("2026-03-14T10:00:00+01:00", "403.00", 1))
    equal([e["attributes"].get("amount") for e in events if e["source"] == "bank"], ["007"])


def check_webhooks_have_the_zone_of_the_company(place):
    """A time without one, in a document whose mapping names none."""
    folder, secret = place.folder(), place.file("secret", b"hush\n")
    file = place.file("ariane.conf", (
        "[display]\nzone = America/New_York\n[serve]\nlisten = 127.0.0.1:0\n"
        f"[hook pay]\nsource = bank\nsignature = stripe\nsecret_file = {secret}\n").encode())
    body = json.dumps({"event": "Paid", "email": "jon@example.com", "timestamp": "2026-07-01 12:00:00"}).encode()
    with Server(folder, ["--config", file]) as server:
        answer = server.ask("POST", "/v1/hook/pay", body=body, Stripe_Signature=signed("hush", body, int(time.time()))["Stripe_Signature"])
        equal(answer.status, 200, answer.body)
    holds(folder("events", "--zone", "UTC").out, "2026-07-01 16:00:00")


def check_wrong_declarations_are_told(place):
    """At the start, with the section or the file; nothing is served then."""
    folder, secret = place.folder(), place.file("secret", b"\n")
    for text, code in [(f"[hook a]\nsignature = github\nsecret_file = {secret}\n", "usage-input-secret"),
                       ("[hook a]\nsignature = github\nsecret_file = /nowhere\n", "file-not-found"),
                       (f"[hook a]\nsignature = custom\nsecret_file = {secret}\nsigned = x\n", "usage-input-value"),
                       ("[hook a]\nsignature = github\n", "usage-input-wants")]:
        file = place.file("ariane.conf", text.encode())
        told = folder("serve", "--listen", "127.0.0.1:0", "--config", file, "--json", status=None)
        equal(told.problem()["code"], code, text)


CALLS = b"time,activity,phone\n2026-03-14T10:00:00Z,Called,+33612345678\n2026-03-14T10:05:00Z,Hung up,+33612345678\n"
BANK = {"version": 1, "source": "branch", "csv": {"delimiter": ";"}, "time": "Quand", "activity": "Quoi", "channel": {"constant": "store"},
        "customer": [{"type": "customer", "column": "Client"}]}


def watching(place, folder, drop, *more):
    file = place.file("ariane.conf", "\n".join(["[serve]", "listen = 127.0.0.1:0", "[folder pbx]", f"path = {drop}", *more, ""]).encode())
    return Server(folder, ["--config", file])


def seen(folder, what):
    return [e["activity"] for e in folder("events", "--json", "--limit", "100000").lines() if e["source"] == what]


def check_dropped_files_are_imported(place):
    """Each folder by its own mapping, once; halves are left alone, what cannot be read is put aside with the reason."""
    folder, drop = place.folder(), place.path / "drop"
    (drop / "branch").mkdir(parents=True)
    (drop / "branch/mapping.json").write_text(json.dumps(BANK))
    (drop / "before.csv").write_bytes(CALLS)
    with Watch(drop) as watch, watching(place, folder, drop) as server:
        watch.until(lambda: (drop / "done/before.csv").exists(), server.process)
        equal(seen(folder, "pbx"), ["Called", "Hung up"], "what lay there before")
        half = open(drop / "half.csv", "wb")
        half.write(CALLS.replace(b"2026-03-14", b"2026-03-15"))
        half.flush()
        (drop / "branch/b.csv").write_bytes("Quand;Quoi;Client\n2026-03-14T09:00:00Z;Visite;7\nhier;Visite;7\n".encode())
        watch.until(lambda: (drop / "branch/done/b.csv").exists(), server.process)
        equal(seen(folder, "branch"), ["Visite"])
        rejects = sorted(p.name for p in (drop / "branch/rejects").iterdir())
        equal([r.split("-1.", 1)[1] for r in rejects], ["reasons", "rows", "rows.mapping.json"], rejects)
        holds((drop / "branch/rejects" / rejects[1]).read_text(), "Quand;Quoi;Client\n", "hier;Visite;7")
        (drop / "odd.csv").write_bytes(b"a,b\n1,2\n")
        watch.until(lambda: (drop / "rejects/odd.csv.reason.txt").exists(), server.process)
        holds((drop / "rejects/odd.csv.reason.txt").read_text(), "a, b")
        (drop / "branch/none.csv").write_bytes(b"Quand;Quoi;Client\n2026-03-14T09:00:00Z;Visite;7;8\n")
        watch.until(lambda: (drop / "branch/rejects/none.csv.reason.txt").exists(), server.process)
        equal({p.name.split("-")[0] for p in (drop / "branch/rejects").glob("none.csv*")}, {"none.csv", "none.csv.reason.txt"})
        equal(len(list((drop / "branch/rejects").glob("none.csv-*"))), 3, "its rows, too")
        equal((drop / "rejects/odd.csv").exists() and (drop / "half.csv").exists(), True, "half is being written")
        equal(seen(folder, "pbx"), ["Called", "Hung up"], "nothing of it was read")
        half.close()
        watch.until(lambda: (drop / "done/half.csv").exists(), server.process)
        (drop / "again.csv.tmp").write_bytes(CALLS)
        (drop / "again.csv.tmp").rename(drop / "again.csv")  # as careful programs do
        watch.until(lambda: (drop / "done/again.csv").exists(), server.process)
        equal(len(seen(folder, "pbx")), 4, "the same again adds nothing")
        (drop / "new").mkdir()  # a folder that was not there before
        (drop / "new/n.csv").write_bytes(CALLS.replace(b"2026-03-14", b"2026-03-16"))
        watch.until(lambda: (drop / "new/done/n.csv").exists(), server.process)
        equal(len(seen(folder, "pbx")), 6)
        shown = server.json("/api/v1/sources/pbx", token(folder, "analyst"))
        equal((shown["accepted"], shown["duplicates"], shown["requests"]), (6, 2, 4), shown)
        holds(server.log_line(), '"folder"')


def check_dropped_files_survive_kills(place):
    """Killed again and again while it imports: in the end each row is there once."""
    folder, drop, count = place.folder(), place.path / "drop", 30000
    drop.mkdir()
    rows = (f"2026-03-14T10:{i // 60 % 60:02}:{i % 60:02}Z,Step {i},+336{i % 500:08}" for i in range(count))
    (drop / "large.csv").write_text("time,activity,phone\n" + "\n".join(rows) + "\n")
    chance, kills = random.Random(7), 0
    while not (drop / "done/large.csv").exists():
        server = watching(place, folder, drop)
        with Watch(place.path, EVERYTHING) as watch:
            server.start()
            goal = chance.randrange(1, 60) if kills < 4 else 10**9
            watch.until(lambda: watch.events >= goal or (drop / "done/large.csv").exists(), server.process)
            server.kill()
            kills += 1
    equal(kills > 2, True, f"{kills} kills")
    events = folder("events", "--json", "--limit", "1000000").lines()
    equal((len(events), len({e["activity"] for e in events})), (count, count))
