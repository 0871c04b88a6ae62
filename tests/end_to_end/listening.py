"""Server-sent events: what changes reaches who listens, and nobody else."""
import http.client
import json
import signal
import urllib.parse

from doors import EVENTS, Server, filled, token, true
from tools import equal, lines_of


class Stream:
    """An open GET /api/v1/live; next() waits for its next event."""

    def __init__(self, server, secret, *customers, imports=False, seen=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        query = [("customer", c) for c in customers] + ([("imports", "true")] if imports else [])
        headers = {"Authorization": f"Bearer {secret}"}
        if seen is not None:
            headers["Last-Event-ID"] = str(seen)
        self.connection.request("GET", "/api/v1/live?" + urllib.parse.urlencode(query), headers=headers)
        self.answer = self.connection.getresponse()

    def next(self):
        event = {}
        while True:
            line = self.answer.readline().decode()
            if line in ("\n", ""):
                if "event" in event or line == "":
                    return event
                continue
            name, _, value = line.rstrip("\n").partition(": ")
            if name in ("event", "id"):
                event[name] = value
            elif name == "data":
                event["data"] = json.loads(value)

    def until(self, name):
        while True:
            event = self.next()
            if event.get("event") in (name, None):
                return event

    def close(self):
        self.answer.close()
        self.connection.close()


def rows(user, *ids):
    return lines_of([{**EVENTS[0], "messageId": i, "userId": user, "context": {}} for i in ids])


def check_listeners_are_told_of_what_changes(place):
    folder = filled(place)
    with Server(folder) as server:
        secret = token(folder, "analyst")
        stream = Stream(server, secret, "user_id:u1", "user_id:u2", imports=True)
        equal(stream.answer.headers["Content-Type"], "text/event-stream", "its type")
        first = stream.next()
        equal((first["event"], first["data"]["events"]), ("epoch", 3), "how it stands")
        equal(int(first["id"]), first["data"]["sequence"], "an id to come again with")
        place.file("more.jsonl", rows("u2", "live-1"))
        folder("import", place.path / "more.jsonl")
        told = stream.until("customers")
        equal(told["data"]["customers"], ["user_id:u2"], "him alone")
        equal(stream.until("epoch")["data"]["events"], 4, "and how it stands now")
        event = stream.until("import")
        while event["data"]["state"] == "running":
            event = stream.until("import")
        equal((event["data"]["state"], event["data"]["records"] <= 1), ("done", True), event)
        folder("identity", "link", "user_id:u1", "user_id:u2", "--because", "a test")
        equal(stream.until("customers")["data"]["customers"], ["user_id:u1", "user_id:u2"], "joined")
        stream.close()
        again = Stream(server, secret, "user_id:u1", seen=first["id"])
        equal(again.next()["event"], "customers", "changed since he was last here")
        again.close()
        same = Stream(server, secret, "user_id:u1", seen=server.json("/api/v1/status", secret)["events"] + 1)
        equal(same.next()["event"], "epoch", "nothing changed since")
        same.close()


def check_streams_end_with_a_reason(place):
    folder = filled(place)
    with Server(folder) as server:
        agent, other = token(folder, "agent"), token(folder, "analyst")
        for path, status in (("/api/v1/live?imports=true", 403), ("/api/v1/live?nothing=1", 400), ("/api/v1/live?imports=x", 400),
                             ("/api/v1/live?customer=nonsense", 400),
                             ("/api/v1/live?" + "&".join(f"customer=user_id:{i}" for i in range(65)), 400)):
            equal(server.ask("GET", path, agent).status, status, path)
        equal(server.ask("GET", "/api/v1/live").status, 401, "nobody")
        shut_out, stays = Stream(server, agent, "user_id:u1"), Stream(server, other)
        equal((shut_out.next()["event"], stays.next()["event"]), ("epoch", "epoch"), "both listen")
        folder("token", "revoke", "1")
        equal(shut_out.until("end")["data"], {"reason": "signed-out"}, "the token is revoked")
        rows_read = folder("audit", "--subject", "user_id:u1", "--json").lines()
        equal([r["action"] for r in rows_read], ["GET /api/v1/live"], "listening is noted")
        server.process.send_signal(signal.SIGTERM)
        equal(stays.until("end")["data"], {"reason": "stopping"}, "the server stops")
        true(stays.next() == {}, "and it is over")
