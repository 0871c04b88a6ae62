"""Identity by rules, from outside: stitching as vendors tell it, takeovers, households, undo, explain."""
import base64
import hashlib
import json

from doors import Server
from tools import equal, holds, keeps_schema


def call(kind, n, minute, **ids):
    event = {"type": kind, "messageId": f"m{n}", "timestamp": f"2023-05-12T12:{minute:02d}:00Z"}
    event.update(ids)
    if kind == "track":
        event["event"] = "Seen"
    return json.dumps(event)


def checked(answer, name):
    keeps_schema(name, answer.json())
    return answer.json()


def customers(folder):
    return folder("status", "--json").json()["customers"]


def together(folder, a, b):
    return checked(folder("identity", "explain", a, b, "--json"), "identity-explain")["together"]


def check_the_company_has_a_country(place):
    """Numbers without a country are of the company's, unless the mapping names another."""
    told = place.file("told.csv", "time,activity,phone\n2026-01-01T00:00:00Z,call,02 511 11 11\n")
    belgium, mapped = place.folder("belgium"), place.folder("mapped")
    env = {"ARIANE_PHONE_COUNTRY": "BE"}
    belgium("import", told, "--customer", "phone=phone", env=env)
    holds(belgium("customer", "phone:025111111", env=env).out, "+3225111111")
    equal(belgium("customer", "phone:+32 2 511 11 11").status, 0, "told with its country it is the same")
    mapping = place.file("nl.json", json.dumps({"version": 1, "phone_country": "NL"}))
    mapped("import", told, "--customer", "phone=phone", "--mapping", mapping, env=env)
    holds(mapped("customer", "phone:+3125111111").out, "+3125111111")
    equal(belgium("status", env={"ARIANE_PHONE_COUNTRY": "Atlantis"}, status=None).status, 2, "no such country")


def told(folder, place, name, types, rows, *more):
    """Events of one activity, each with identifiers of these types."""
    lines = ["time,activity," + ",".join(types)]
    lines += [f"2026-03-01T10:{i:02d}:00Z,seen," + ",".join(row) for i, row in enumerate(rows)]
    return folder.import_(place.file(f"{name}.csv", "\n".join(lines) + "\n"), "--time", "time", "--activity", "activity",
                          "--source", name, *[w for t in types for w in ("--customer", f"{t}={t}")], *more)


def check_an_address_and_its_hash_are_one(place):
    """Whichever came first; explained as such; gone with the address; no way in for who may not tell the address."""
    hashed = hashlib.sha256(b"ann@example.org").hexdigest()
    folder = place.folder("hash")
    told(folder, place, "ads", ["cookie", "email_sha256"], [("c9", hashed.upper())])
    told(folder, place, "crm", ["customer", "email"], [("a1", "Ann@Example.org"), ("b2", "ben@example.org")])
    chain = checked(folder("identity", "explain", "customer:a1", "cookie:c9", "--json"), "identity-explain")
    equal((chain["together"], [s["by"] for s in chain["steps"]]), (True, ["events", "hash", "events"]), "over the hash")
    holds(folder("identity", "explain", "customer:a1", "cookie:c9", "--lang", "fr").out, "empreinte")
    folder("verify")
    before = folder.digest()
    other = [("cookie", "c8"), ("email_sha256", hashlib.sha256(b"ben@example.org").hexdigest())]
    rules = {"version": 1, "types": [{"type": "customer", "unique": True}, {"type": "email", "owners": 1}],
             "sources": [{"source": "widget", "asserts": ["cookie"]}]}
    applied = folder("identity", "rules", "apply", place.file("r.json", json.dumps(rules)), "--json").json()["sequence"]
    told(folder, place, "widget", [t for t, _ in other], [[v for _, v in other]])
    equal(together(folder, "customer:b2", "cookie:c8"), False, "a widget may not tell addresses")
    folder("identity", "undo", applied)
    equal(together(folder, "customer:b2", "cookie:c8"), True, "by the usual rules it may")
    off = {"version": 1, "types": [{"type": "email", "hashes": []}]}
    told_off = folder("identity", "rules", "apply", place.file("off.json", json.dumps(off)), "--json").json()["sequence"]
    equal(together(folder, "customer:a1", "cookie:c9"), False, "switched off")
    folder("identity", "undo", told_off)
    folder("erase", "cookie:c8", "--now")
    folder("verify")
    folder("erase", "customer:a1", "--now")
    equal(folder("customer", f"email_sha256:{hashed}", status=1).status, 1, "erased with whom it was of")
    folder("verify")
    equal(before == folder.digest(), False, "it did something")


def check_a_provider_s_spellings_are_asked_about(place):
    """They join nobody by themselves; a person says so, or not, and is not asked again."""
    folder = place.folder("boxes")
    told(folder, place, "crm", ["customer", "email"], [
        ("a1", "an.n@googlemail.com"), ("a2", "ann@gmail.com"), ("b1", "ben+shop@free.fr"), ("b2", "ben@free.fr"),
        ("c1", "an.n@free.fr"), ("c2", "ann@free.fr")])
    equal(customers(folder), 6, "nobody is joined")
    asked = folder("identity", "review", "--json")
    for pair in asked.lines():
        keeps_schema("identity-match", pair)
    equal([(p["a"], p["b"], p["reason"]) for p in asked.lines()], [
        ("email:an.n@googlemail.com", "email:ann@gmail.com", "provider-folding"),
        ("email:ben+shop@free.fr", "email:ben@free.fr", "provider-folding")], "both are asked about")
    equal(len(folder("identity", "review", "--limit", "1", "--json").lines()), 1, "so many")
    rest = folder("identity", "review", "--after", "email:an.n@googlemail.com email:ann@gmail.com", "--json").lines()
    equal([p["a"] for p in rest], ["email:ben+shop@free.fr"], "what follows the last one seen")
    equal(folder("identity", "review", "--after", "email:nobody@free.fr", "--json", status=None).problem()["code"],
          "usage-match-after", "no pair")
    refused = folder("identity", "forbid", "email:an.n@googlemail.com", "email:ann@gmail.com", "--json").json()["sequence"]
    folder("identity", "confirm", "email:ben+shop@free.fr", "email:ben@free.fr")
    equal(folder("identity", "review", "--json").lines(), [], "neither again")
    equal(together(folder, "email:ben+shop@free.fr", "email:ben@free.fr"), True, "as was confirmed")
    folder("identity", "undo", refused)
    equal(len(folder("identity", "review", "--json").lines()), 1, "asked again")
    holds(folder("identity", "review", "--lang", "fr").out, "même boîte")


def check_a_company_s_own_types(place):
    """[identifier NAME] says how values are written, and which are none."""
    conf = place.file("own.conf", "[identifier contract]\nform = compact upper\npattern = CT########\n")
    folder = place.folder("own")
    told(folder, place, "crm", ["contract", "cookie"], [("ct 1234-5678", "k1"), ("CT12345678", "k2"), ("CT1234", "k3")],
         "--config", conf)
    equal(together(folder, "cookie:k1", "cookie:k2"), True, "two spellings, one contract")
    equal(folder("customer", "contract:ct 12 34 56 78", "--config", conf).status, 0, "found as people type it")
    equal(folder("customer", "contract:ct 12", "--config", conf, "--json", status=None).problem()["code"],
          "identifier-pattern", "what it should look like")
    equal(folder("customer", "cookie:k3").status, 0, "what is no contract identifies nobody, and the event stays")
    for text, code in (("[identifier email]\nform = lower\n", "identifier-type-known"),
                       ("[identifier a]\nlength = 9-3\n", "usage-input-value"), ("[identifier a]\nforms = lower\n", "config-key-near")):
        equal(folder("status", "--config", place.file("bad.conf", text), "--json", status=None).problem()["code"], code, code)


STITCHING = [  # device, login, minute: twelve events of one vendor's documentation
    ("246", None, 1), ("246", "Bob", 2), ("246", "Bob", 3), ("246", None, 4), ("246", "Bob", 5), ("246", None, 6),
    ("246", "Bob", 7), ("3579", None, 3), ("3579", None, 9), ("81911", None, 2), ("81911", "Bob", 5), ("81911", None, 12)]


def check_twelve_events_are_two_people(place):
    """Two people, in any order of arrival and at once: there is no replay to wait for."""
    for name, order in (("as-told", 1), ("backwards", -1)):
        rows = [call("track", n, minute, anonymousId=device, **({"userId": login} if login else {}))
                for n, (device, login, minute) in enumerate(STITCHING)]
        folder = place.folder(name)
        folder.import_( place.file(f"{name}.jsonl", "\n".join(rows[::order]) + "\n"))
        equal(customers(folder), 2, name)
        equal(together(folder, "anonymous_id:246", "anonymous_id:81911"), True, "one Bob")
        equal(together(folder, "anonymous_id:246", "anonymous_id:3579"), False, "not the third device")
        folder("erase", "user_id:Bob")


def check_limits_owners_and_undo(place):
    """A shared phone joins nobody; a second login on one browser is dropped; each of it is explained and undone."""
    rows = ["time,activity,channel,user_id,email,phone,cookie"]
    rows += [f"2026-03-01T10:0{i}:00Z,seen,web,{u},{e},{p},{c}" for i, (u, e, p, c) in enumerate([
        ("ann", "ann@x.fr", "+33145000001", "c1"), ("ben", "ben@x.fr", "+33145000001", "c2"),
        ("ann", "", "", "c1"), ("null", "cid@x.fr", "", "c3"), ("null", "dan@x.fr", "", "c4")])]
    folder = place.folder("home")
    folder.import_( place.file("home.csv", "\n".join(rows) + "\n"), "--time", "time", "--activity", "activity",
           "--channel", "channel", *[w for t in ("user_id", "email", "phone", "cookie") for w in ("--customer", f"{t}={t}")])
    equal(together(folder, "user_id:ann", "user_id:ben"), False, "a line of two people")
    equal(together(folder, "email:cid@x.fr", "email:dan@x.fr"), False, "null is nobody")
    equal(together(folder, "email:ann@x.fr", "cookie:c1"), True, "one person")
    why = checked(folder("identity", "explain", "user_id:ann", "phone:+33145000001", "--json"), "identity-explain")
    equal(why["b_joins_nobody"], "shared-by-evidence", "the phone")
    chain = checked(folder("identity", "explain", "email:ann@x.fr", "cookie:c1", "--json"), "identity-explain")["steps"]
    equal([s["fate"] for s in chain], ["joins", "joins"], "over her account")
    before = folder.digest()
    made = folder("identity", "unlink", "email:ann@x.fr", "cookie:c1", "--json").json()["sequence"]
    equal(together(folder, "email:ann@x.fr", "cookie:c1"), False, "unlinked")
    undone = folder("identity", "undo", made, "--json").json()["sequence"]
    equal(together(folder, "email:ann@x.fr", "cookie:c1"), True, "undone")
    equal(folder.digest(), before, "as it was")
    again = folder("identity", "undo", undone, "--json").json()["sequence"]
    equal(together(folder, "email:ann@x.fr", "cookie:c1"), False, "the undo is undone")
    folder("identity", "undo", again)
    split = folder("identity", "split", "cookie:c1", "--json").json()["sequence"]
    equal(together(folder, "user_id:ann", "cookie:c1"), False, "split")
    folder("identity", "undo", split)
    holds(folder("identity", "health").out, "shared")
    checked(folder("identity", "health", "--json"), "identity-health")
    holds(folder("identity", "undo", "999", status=1).error, "999")


def check_customers_are_found_by_what_one_remembers(place):
    """By number, telephone, beginning, name; told by the best identifier and the name; the search is in the audit, its words not."""
    people = [("u1", "c-0017", "+33653478651", "Nathalie", "Rôussel"), ("u2", "c-0018", "+33611111111", "nathan", "Petit"),
              ("u3", "c-0019", "", "Anne", "Roussel-Petit")]
    rows = [call("identify", n, n + 1, anonymousId=f"0a56-{n}", userId=user, traits={"firstName": given, "lastName": family},
                 context={"externalIds": [{"id": number, "type": "customer"}] + ([{"id": phone, "type": "phone"}] if phone else [])})
            for n, (user, number, phone, given, family) in enumerate(people)]
    rows += [call("track", 10 + n, 20 + n, userId=user) for n, (user, *_) in enumerate(people)]
    folder = place.folder("people")
    folder.import_(place.file("people.jsonl", "\n".join(rows) + "\n"))

    def found(text, *words):
        return [(one["customer"], one["by"]) for one in checked(folder("find", text, "--json", *words), "find")["list"]]

    first, second, third = ("customer:c-0017", "customer:c-0018", "customer:c-0019")
    for text, wanted in (("c-0017", [(first, "identifier")]), ("customer:c-0017", [(first, "identifier")]), ("u2", [(second, "identifier")]),
                         ("06 53 47 86 51", [(first, "identifier")]), ("0a56-2", [(third, "identifier")]), ("0A56-2", [(third, "identifier")]),
                         ("c-00", [(one, "beginning") for one in (first, second, third)]), ("phone:+3365", [(first, "beginning")]),
                         ("roussel", [(first, "name"), (third, "name")]), ("ROUSSEL nat", [(first, "name")]), ("petit", [(second, "name"), (third, "name")]),
                         ("nath", [(first, "name"), (second, "name")]), ("c-", []), ("ussel", []), ("nobody", [])):
        equal(found(text), wanted, text)
    answer = folder("find", "c-00", "--limit", "2", "--json").json()
    equal((len(answer["list"]), answer["more"], answer["whole"]), (2, True, True), "the limit")
    equal(folder("customer", "user_id:u2", "--json").json()["name"], "nathan Petit", "the profile's name")
    listed = checked(folder("journey", "list", "--names", "--json"), "journey-list")["list"]
    equal({(one["customer"], one["name"]) for one in listed},
          {(first, "Nathalie Rôussel"), (second, "nathan Petit"), (third, "Anne Roussel-Petit")}, "lists tell both")
    equal(folder("journey", "list", "user_id:u2", "--json").json()["list"][0]["customer"], second, "of one customer alone")
    ends = ("journey", "drivers", "--edge-from", "Identify", "--edge-to", "Seen", "--list", "0", "--json")
    behind = {(one["customer"], one.get("name")) for one in checked(folder(*ends, "--names"), "journey-drivers")["list"]}
    equal(behind, {(first, "Nathalie Rôussel"), (second, "nathan Petit"), (third, "Anne Roussel-Petit")}, "those behind a friction too")
    equal({one.get("name") for one in folder(*ends).json()["list"]}, {None}, "not unless asked for")
    for verb in ("map", "metrics"):
        checked(folder("journey", verb, "user_id:u2", "--json"), f"journey-{verb}")
    made = folder("identity", "unlink", "user_id:u2", "phone:+33611111111", "--because", "two people", "--json").json()["sequence"]
    decided = checked(folder("identity", "decisions", "user_id:u2", "--json"), "identity-decisions")["decisions"]
    equal([(one["sequence"], one["activity"], one["because"], one["by_people"]) for one in decided], [(made, "unlink", "two people", True)], "a decision")
    holds(folder("identity", "decisions", "user_id:u2").out, str(made), "two people")
    folder("identity", "undo", made)
    equal(folder("identity", "decisions", "user_id:u2", "--json").json()["decisions"], [], "taken back")
    agent, planner, auditor = (folder("token", "create", "--role", role, "--quiet").out.strip() for role in ("agent", "planner", "privacy-officer"))
    with Server(folder) as server:
        answer = server.ask("POST", "/api/v1/find", agent, {"arguments": ["nathalie"]})
        equal((answer.status, len(json.loads(answer.body)["list"])), (200, 1), "over HTTP")
        equal(server.ask("POST", "/api/v1/find", planner, {"arguments": ["nathalie"]}).status, 403, "not for who sees no customer")
        equal(server.ask("GET", "/api/v1/journey/drivers?edge-from=Identify&edge-to=Seen&list=0&names=true", planner).status, 403, "nor behind a friction")
        equal(server.ask("POST", "/api/v1/find", agent, {"arguments": ["nobody at all"]}).status, 200, "nobody is an answer")
        noted = [row for row in map(json.loads, server.ask("GET", "/api/v1/audit", auditor).body.splitlines()) if row["action"] == "POST /api/v1/find"]
        equal([(row["outcome"], row.get("subject") or "") for row in noted], [("read", ""), ("refused", ""), ("read", "")], "what was looked for is not kept")


def check_rules_are_previewed_applied_and_undone(place):
    """What preview promises, apply does; undo restores the digest; a source that may not assert takes nobody over."""
    rows = [call("identify", 1, 1, anonymousId="hers", userId="victim"),
            call("track", 2, 2, anonymousId="hers"),
            call("identify", 3, 3, anonymousId="attacker", userId="victim")]
    folder = place.folder("takeover")
    folder.import_( place.file("site.jsonl", "\n".join(rows[:2]) + "\n"), "--source", "site")
    folder.import_( place.file("widget.jsonl", rows[2] + "\n"), "--source", "widget")
    equal(together(folder, "user_id:victim", "anonymous_id:attacker"), True, "without rules for sources")
    before = folder.digest()
    rules = place.file("rules.json", json.dumps({"version": 1, "types": [{"type": "user_id", "unique": True}],
                       "sources": [{"source": "widget", "trust": 10, "asserts": ["anonymous_id"]}]}))
    checked(folder("identity", "rules", "check", rules, "--json"), "identity-rules-answer")
    told = checked(folder("identity", "rules", "preview", rules, "--json"), "identity-rules-answer")
    equal((told["customers_before"], told["customers_after"], told["split"]), (1, 2, 1), "preview")
    made = checked(folder("identity", "rules", "apply", rules, "--json"), "identity-rules-answer")["sequence"]
    equal(customers(folder), told["customers_after"], "as previewed")
    equal(together(folder, "user_id:victim", "anonymous_id:attacker"), False, "the past too")
    equal(len(folder("thread", "anonymous_id:attacker", "--json").lines()), 1, "his event is his own")
    folder("verify")
    folder("identity", "undo", made)
    equal(folder.digest(), before, "as it was")
    for text, code in (('{"version":2}', "rules-version"), ('{"version":1,"typos":[]}', "field-near"),
                       ('{"version":1,"types":[{"type":"x"},{"type":"x"}]}', "rules-twice")):
        holds(folder("identity", "rules", "check", place.file("bad.json", text), "--json", status=1).error, code)


def check_takeovers_over_http(place):
    """Who has a site's write key cannot make himself part of a customer: by account, by address, by alias, verified or not."""
    folder = place.folder("http")
    crm = [{"type": "identify", "userId": "victim", "messageId": "c1", "timestamp": "2026-03-01T10:00:00Z",
            "traits": {"email": "victim@x.fr", "iban": "FR76"}}]
    folder.import_(place.file("crm.jsonl", "\n".join(map(json.dumps, crm)) + "\n"), "--source", "crm")
    rules = place.file("rules.json", json.dumps({"version": 1, "types": [
        {"type": "user_id", "unique": True, "priority": 0}, {"type": "email", "priority": 3, "owners": 1}],
        "sources": [{"source": "crm", "trust": 90}, {"source": "site", "trust": 10, "asserts": ["anonymous_id"]}]}))
    folder("identity", "rules", "apply", rules)
    key = folder("key", "create", "--source", "site", "--json").json()["key"]
    attacks = [
        {"type": "identify", "anonymousId": "thief", "userId": "victim", "traits": {"email": "thief@x.fr"}},
        {"type": "track", "event": "Seen", "anonymousId": "thief", "context": {"traits": {"email": "victim@x.fr"}}},
        {"type": "alias", "previousId": "thief", "userId": "victim"},
        {"type": "track", "event": "Seen", "anonymousId": "thief", "context": {"externalIds": [
            {"id": "victim@x.fr", "type": "email", "collection": "users", "encoding": "none"}]}}]
    reader = folder("token", "create", "--role", "agent", "--quiet").out.strip()
    with Server(folder) as server:
        before = server.json("/api/v1/customers/user_id:victim", reader)
        for n, attack in enumerate(attacks):
            body = {**attack, "messageId": f"t{n}", "timestamp": f"2026-03-02T10:0{n}:00Z"}
            basic = base64.b64encode(f"{key}:".encode()).decode()
            equal(server.ask("POST", f"/v1/{attack['type']}", None, body, Authorization=f"Basic {basic}").status, 200, "taken")
        thief = server.json("/api/v1/customers/anonymous_id:thief", reader)
        told = [f"{i['type']}:{i['value']}" for i in thief["identifiers"]]
        equal("user_id:victim" in told or "email:victim@x.fr" in told, False, told)
        equal([t["key"] for t in thief["traits"] if t["value"] == "FR76"], [], "nothing of the victim's")
        after = server.json("/api/v1/customers/user_id:victim", reader)
        equal([i["value"] for i in after["identifiers"]], [i["value"] for i in before["identifiers"]], "the victim is as before")
        equal({t["key"]: t["value"] for t in after["traits"]}, {t["key"]: t["value"] for t in before["traits"]}, "and is told so")
    folder("verify")


def check_a_number_mistyped_once(place):
    """The address joins nobody; a decision, other rules, or the event's going bring it back, each for itself."""
    folder = place.folder("typo")
    told(folder, place, "shop", ["customer", "email"], [("100123", "ann@x.fr"), ("100123", "ann@x.fr"), ("100132", "ann@x.fr")])
    hers, other = ("customer:100123", "email:ann@x.fr"), ("customer:100132", "email:ann@x.fr")

    def is_hers():
        return together(folder, *hers), together(folder, *other)
    equal(is_hers(), (False, False), "shared by evidence")
    made = folder("identity", "confirm", *hers, "--json").json()["sequence"]
    equal(is_hers(), (True, False), "a person says so")
    folder("identity", "undo", made)
    rules = place.file("owners.json", json.dumps({"version": 1, "types": [{"type": "customer", "unique": True}, {
        "type": "email", "priority": 3, "owners": 2}]}))
    made = folder("identity", "rules", "apply", rules, "--json").json()["sequence"]
    equal(is_hers(), (True, False), "by its links")
    folder("identity", "undo", made)
    equal(is_hers(), (False, False), "as it was")
    folder("erase", "customer:100132")
    equal(together(folder, *hers), True, "without that number")


def hostile_calls(people):
    """What one who holds a write key may send to glue everybody together: by one browser, by a chain of browsers, by one
    address, by addresses of others on one browser."""
    for n in range(people):
        after = (n + 1) % people
        yield {"type": "identify", "anonymousId": "glue", "userId": f"u{n}"}
        yield {"type": "identify", "anonymousId": f"chain{n}", "userId": f"u{n}"}
        yield {"type": "identify", "anonymousId": f"chain{n}", "userId": f"u{after}"}
        yield {"type": "identify", "anonymousId": f"own{n}", "userId": f"u{n}", "traits": {"email": "all@widget.example"}}
        yield {"type": "identify", "anonymousId": "theirs", "traits": {"email": f"u{n}@example.org"}}
        yield {"type": "alias", "userId": f"u{n}", "previousId": f"u{after}"}


def check_a_hostile_stream_glues_nobody(place):
    """Over HTTP, with a write key, under the rules that are in force without any: all stay who they are, and health tells."""
    people = 60
    folder = place.folder("stream")
    told(folder, place, "crm", ["user_id", "email", "cookie"], [(f"u{n}", f"u{n}@example.org", f"c{n}") for n in range(people)])
    key = folder("key", "create", "--source", "widget", "--quiet").out.strip()
    calls = [dict(call, messageId=f"h{n}", timestamp="2026-03-02T10:00:00Z") for n, call in enumerate(hostile_calls(people))]
    with Server(folder) as server:
        for at in range(0, len(calls), 100):
            answer = server.ask("POST", "/v1/batch", body={"batch": calls[at:at + 100]}, Authorization="Basic "
                                + base64.b64encode(f"{key}:".encode()).decode())
            equal(answer.status, 200, "taken in as ever")
        health = checked(folder("identity", "health", "--json"), "identity-health")
        for n in range(0, people, 17):
            equal(together(folder, f"user_id:u{n}", f"cookie:c{n}"), True, "still himself")
            equal(together(folder, f"user_id:u{n}", f"user_id:u{(n + 1) % people}"), False, "and nobody else")
    equal(health["customers"] >= people, True, "as many as there are people")
    equal(max(one["identifiers"] for one in health["largest"]) < 10, True, health["largest"])
    equal(health["dropped_links"] > 0 and health["shared_identifiers"] > people, True, "what was stopped is counted")
    shared = {one["identifier"] for one in health["shared"]}
    equal({"anonymous_id:glue", "email:all@widget.example"} <= shared, True, health["shared"])
    folder("verify")
