"""What people may ask of whoever keeps their data: to have it, and to be forgotten; and files looked at before they are kept."""
import hashlib
import json

from doors import EVENTS, Server, filled, token, true
from tools import equal, keeps_schema, lines_of


def check_access_gives_what_an_erasure_removes(place):
    folder = filled(place)
    folder("correct", "import", "m1", "--set", "channel=phone")
    folder("retract", "import", "m2")
    folder("identity", "link", "user_id:u1", "user_id:u2", "--because", "a test")
    with Server(folder) as server:
        privacy, agent = token(folder, "privacy-officer"), token(folder, "agent")
        server.json("/api/v1/customers/email:a@b.fr", agent)
        path = "/api/v1/customers/email:a@b.fr/access"
        equal(server.ask("GET", path, agent).status, 403, "not an agent's to give")
        answer = server.ask("GET", path, privacy)
        equal(answer.status, 200, answer.body)
        lines = [json.loads(line) for line in answer.body.splitlines()]
        for line in lines:
            keeps_schema("access", line)
        equal({"email:a@b.fr", "user_id:u1", "user_id:u2"} <= set(lines[0]["identifiers"]), True, "his names")
        records = [line for line in lines if line["is"] == "record"]
        equal(sorted(r["state"] for r in records), ["decision", "former", "former", "present", "present"], "all versions")
        equal([line["who"] for line in lines if line["is"] == "reading"][-1], "token:2", "who read him")
        whole = b"".join(answer.body.splitlines(keepends=True)[:-1])
        equal(hashlib.blake2b(whole, digest_size=32).hexdigest(), lines[-1]["blake2b_256"], "its digest")
        equal(lines[-1]["records"], len(records), "its count")
        erased = json.loads(server.ask("DELETE", "/api/v1/customers/user_id:u1", privacy).body)
        equal(erased["records"], len(records), "an erasure removes as many records")
        equal(erased["verified"], True, "and nothing of him is found afterwards")
        equal(server.ask("GET", path, privacy).status, 404, "nothing is left to give")
        noted = [(r["action"], r["outcome"]) for r in folder("audit", "--who", "token:1", "--json").lines()]
        true(("GET /api/v1/customers/{identifier}/access", "read") in noted, noted)
        true(("DELETE /api/v1/customers/{identifier}", "done") in noted, noted)


def check_access_and_erasure_by_hand_are_noted(place):
    folder = filled(place)
    given = folder("access", "user_id:u2", "--json").lines()
    equal([g["is"] for g in given], ["subject", "record", "reading", "end"], "he is told who had it, this time too")
    folder("erase", "user_id:u2")
    rows = folder("audit", "--subject", "user_id:u2", "--json").lines()
    equal([(r["action"], r["subject"]) for r in rows], [("erase", ""), ("access", "")], "what was done, not to whom")
    equal(folder("access", "user_id:u2", status=1).out, "", "nothing of him")


def check_files_are_looked_at_before_they_are_imported(place):
    folder = filled(place)
    before = folder.digest()
    calls = "when;who;what\n2026-03-01 10:00;+33612345678;call\nnonsense;+33612345679;call\n"
    options = "time=when&customer=phone%3Dwho&activity=what&channel=%3Dphone"
    with Server(folder) as server:
        secret = token(folder, "analyst")
        answer = server.ask("POST", "/api/v1/imports?preview=true&" + options, secret, calls.encode())
        equal(answer.status, 200, answer.body)
        told = json.loads(answer.body)
        keeps_schema("import", told)
        equal((told["read"], told["imported"], told["rejected"]), (2, 0, 1), "nothing is imported")
        equal(told["preview"]["records"][0]["identifiers"][0]["value"], "+33612345678", "as it would be kept")
        equal(told["preview"]["rejects"][0]["line"], 3, "and what would not")
        equal((told["preview"]["whole"], told["preview"]["mapping"]), (True, ""), "all of it")
        answer = server.ask("POST", "/api/v1/imports?preview=true&format=jsonl", secret,
                            lines_of([{**EVENTS[0], "messageId": f"p{i}"} for i in range(3000)]).encode())
        told = json.loads(answer.body)
        equal((told["read"], len(told["preview"]["records"]), told["preview"]["whole"]), (1000, 20, False), "the first rows")
        equal(server.ask("POST", "/api/v1/imports?preview=true&time=nothing", secret, calls.encode()).status, 404, "no such column")
        equal(server.json("/api/v1/status", secret)["events"], 3, "nothing came in")
        answer = server.ask("POST", "/api/v1/imports?" + options, secret, calls.encode())
        equal(json.loads(answer.body)["imported"], 1, "then it is imported as it was shown")
    shown = folder("import", "--preview", place.file("calls.csv", calls), "--time", "when", "--customer", "phone=who",
                   "--activity", "what", "--channel", "=phone").out
    true("+33612345678" in shown and "call" in shown, shown)
    true(before != folder.digest(), "the one import")


def check_what_an_import_refuses_comes_back_to_be_mended(place):
    """With line and reason; by the name of the file that was sent, never by a path of the server."""
    folder = filled(place)
    calls = "when,who,what\n2026-03-01 10:00,u1,call\nnonsense,u2,call\n"
    options = "time=when&customer=user_id%3Dwho&activity=what&called=calls.csv"
    with Server(folder) as server:
        secret = token(folder, "analyst")
        answer = server.ask("POST", "/api/v1/imports?" + options, secret, calls.encode())
        told = json.loads(answer.body)
        keeps_schema("import", told)
        equal([(r["line"], r["row"]) for r in told["refused"]], [(3, "nonsense,u2,call")], "which row, and where")
        name = told["rejects_file"]
        true(name.startswith("calls.csv-") and "/" not in name, name)
        rows = server.ask("GET", f"/api/v1/imports/rejects/{name}", secret)
        equal((rows.status, rows.body), (200, b"when,who,what\nnonsense,u2,call\n"), "the rows")
        reasons = server.ask("GET", f"/api/v1/imports/rejects/{name.replace('.rows', '.reasons')}", secret)
        true(reasons.body.startswith(b"3\t"), reasons.body)
        equal(told["rejects"], [{"input": "calls.csv", "rows": name, "rejected": 1, "command": ""}], "no command, no path")
        read_as = server.ask("GET", f"/api/v1/imports/rejects/{name}.mapping.json", secret)
        equal((read_as.status, json.loads(read_as.body)["time"]["format"]), (200, "iso"), "how they are read")
        mended = server.ask("POST", f"/api/v1/imports?called={name}", secret, rows.body.replace(b"nonsense", b"2026-03-02 10:00"))
        equal(json.loads(mended.body)["imported"], 1, "sent by its name, read as before")
        for odd in ("none.rows", "..%2Fsecret", ".rows", f"{name}x"):
            equal(server.ask("GET", f"/api/v1/imports/rejects/{odd}", secret).status, 404, odd)
        equal(server.ask("GET", f"/api/v1/imports/rejects/{name}", token(folder, "agent")).status, 403, "not an agent's")
        refused = server.ask("POST", "/api/v1/imports?called=photo.png", secret, bytes(range(256)))
        equal(refused.status, 400, refused.body)
        true(b"photo.png" in refused.body and str(folder.path).encode() not in refused.body, refused.body)
        for told in ("", "preview=true"):
            nameless = server.ask("POST", f"/api/v1/imports?{told}", secret, bytes(range(256)))
            true(str(folder.path).encode() not in nameless.body and b"/proc" not in nameless.body, nameless.body)
    file = place.file("calls.csv", calls)
    told = folder("import", "-", "--called", "calls.csv", "--time", "when", "--customer", "user_id=who", "--activity", "what", "--json",
                  stdin=file.read_bytes()).json()
    equal(told["duplicates"], 1, "the same event by the same name")


def check_sources_and_attributes_are_counted(place):
    folder = filled(place)
    folder("retract", "import", EVENTS[0]["messageId"])
    rows = folder("source", "events", "--json").lines()
    for row in rows:
        keeps_schema("source-events", row)
    equal([(r["source"], r["events"], r["hidden"]) for r in rows], [("import", len(EVENTS) - 1, 1)], "by source")
    days = folder("source", "events", "--by", "day", "--source", "import", "--json").lines()
    equal(sum(r["events"] for r in days), len(EVENTS) - 1, "by day")
    equal(folder("source", "events", "--source", "nobody", "--json").lines(), [], "none of that name")
    folder("source", "events", "--by", "moon", status=2)
    for row in folder("attributes", "--like", "A", "--json").lines():
        keeps_schema("attributes", row)


def check_events_go_when_their_time_is_over(place):
    """Rules say how long; a server applies them by itself, and nothing of them comes back."""
    folder = place.folder()
    old, new = "2020-01-01T10:00:00Z", "2999-01-01T10:00:00Z"
    rows = [{"type": "track", "event": event, "userId": f"u{n}", "messageId": f"{event}-{n}", "timestamp": when}
            for n, when in enumerate((old, old, new)) for event in ("Page Viewed", "Order Completed")]
    file = place.file("rows.jsonl", lines_of(rows))
    folder("import", file, "--source", "web")
    folder("correct", "web", "Page Viewed-0", "--set", "channel=phone")
    folder("retract", "web", "Page Viewed-1")
    folder("retention", "add", "--keep", "90d", status=2)  # of everything only if it is meant
    folder("retention", "add", "--activity", "Page*", "--keep", "1h", status=2)
    seen = folder("retention", "preview", "--activity", "Page*", "--keep", "90d", "--json").lines()
    equal([(s["id"], s["events"], s["oldest"][:10]) for s in seen], [(0, 1, old[:10])], "what such a rule would remove")
    rule = folder("retention", "add", "--activity", "Page*", "--source", "web", "--keep", "90d", "--json").json()
    equal((rule["id"], rule["keep"], rule["run"]), (1, "90d", None), "made")
    folder("retention", "add", "--source", "other", "--all", "--keep", "1d")
    with Server(folder) as server:
        secret = token(folder, "privacy-officer")
        while server.json("/api/v1/status", secret)["events"] > 4:  # it does it by itself
            pass
        answer = server.ask("POST", "/api/v1/imports?source=web", token(folder, "analyst"), file.read_bytes())
        equal((json.loads(answer.body)["imported"], json.loads(answer.body)["erased"]), (0, 2), "nothing comes back")
        rules = [json.loads(line) for line in server.ask("GET", "/api/v1/retention", secret).body.splitlines()]
        equal([(r["id"], r["gone"], r["run"] is not None) for r in rules], [(1, 1, True), (2, 0, True)], "what each removed")
        equal(server.ask("POST", "/api/v1/retention/run", token(folder, "analyst"), {}).status, 403, "not an analyst's")
        again = server.ask("POST", "/api/v1/retention/run", secret, {})
        equal([json.loads(line)["events"] for line in again.body.splitlines()], [0, 0], "nothing is left to remove")
        whos = [r["who"] for r in folder("audit", "--action", "retention", "--json").lines()]
        equal(whos, ["retention:1"], "noted, once")
    folder("erase", "--now")
    kept = b"".join(p.read_bytes() for p in folder.path.rglob("*") if p.is_file())
    equal((b"Page Viewed-0" in kept, b"Page Viewed-1" in kept), (False, False), "not a byte of it")
    folder("verify")
    folder("retention", "remove", "1")
    equal(len(folder("retention", "list", "--json").lines()), 1, "removed")
