"""What comes in while the server runs, from outside: sources and their counters."""
import json

from doors import Server, token
from tools import equal, holds, keeps_schema, lacks


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
