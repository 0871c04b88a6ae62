"""What comes in while the server runs, from outside: sources and their counters."""
import json
import queue
import re
import signal
import subprocess
import threading

import doors
from doors import token
from tools import ARIANE, environment, equal, holds, keeps_schema, lacks


class Server(doors.Server):
    """With words of its own, a log that can be read while it runs, and SIGHUP."""

    def __init__(self, folder, words=("--listen", "127.0.0.1:0")):
        super().__init__(folder)
        self.words, self.log = words, queue.Queue()

    def __enter__(self):
        words = [ARIANE, "--data", str(self.folder.path), "serve", *map(str, self.words)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.port = int(re.search(rb"http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())[1])
        self.reader = threading.Thread(target=lambda: [self.log.put(line.decode()) for line in self.process.stderr])
        self.reader.start()
        holds(self.log_line(), "/setup#")
        return self

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
