"""Export, import into a fresh folder, export again: the same bytes, the same digest."""
import json

from tools import ariane, equal, lines_of

FORMATS = ("csv", "jsonl", "xes", "ocel")
ENDINGS = {"csv": ".csv", "jsonl": ".jsonl", "xes": ".xes", "ocel": ".json"}


def same_again(place, folder, formats=FORMATS):
    digest = folder.digest()
    for form in formats:
        exported = folder.export(form)
        path = place.file(f"export-{form}{ENDINGS[form]}", exported)
        fresh = place.folder(f"fresh-{form}")
        summary = fresh.import_(path)
        equal((summary["rejected"], summary["duplicates"], summary["conflicts"]), (0, 0, 0), form)
        again = fresh.export(form)
        if again != exported:
            ours, theirs = exported.split(b"\n"), again.split(b"\n")
            first = next((a, b) for a, b in zip(ours + [b""], theirs + [b""]) if a != b)
            raise AssertionError(f"{form}: other bytes: {first[0][:600]!r} became {first[1][:600]!r}")
        equal(fresh.digest(), digest, f"digest after {form}")
        equal(fresh.import_(path)["imported"], 0, f"{form} imported twice")


def check_demo(place):
    ariane("demo", "--events", 3000, "--customers", 200, "--out", place.path / "demo.jsonl")
    folder = place.folder()
    equal(folder.import_(place.path / "demo.jsonl")["imported"], 3000)
    same_again(place, folder)


def record(kind="event", **fields):
    return {"type": "ariane.record", "kind": kind, "source": "crm", **fields}


def event(n, **fields):
    return record(**{"time": f"2026-03-14T16:{n % 60:02}:26.535+01:00", "message_id": f"m{n}", "channel": "phone",
                     "activity": "call.answered", "identifiers": [{"type": "email", "value": "jeanne@exemple.fr"}],
                     **fields})


def ids(*pairs):
    return [{"type": t, "value": v} for t, v in pairs]


RICH = [
    record("entity", message_id="log", activity="", attributes={"concept:name": "calls", "extension": {"$map": [
        ["a", 1], ["a", 2]]}, "empty": "", "nothing": None}),
    record("entity", message_id="c-7", identifiers=ids(("email", "jeanne@exemple.fr"), ("account", "A7")),
           traits={"city": "Nantes", "scores": [1, 2.0, "3", None, True, {"a": {}}]}),
    event(1, attributes={"wait_s": 42, "score": 0.5, "whole": 1.0, "big": 9007199254740993, "yes": True, "no": False,
                         "nothing": None, "empty": "", "list": [], "map": {}, "asked": {"$time": "2026-03-14T00:00:00"},
                         "nested": {"a": [{"b": {"c": [1, [2, [3]]]}}], "d": {"$time": "2026-03-14T01:02:03.456789012Z"}}}),
    event(2, attributes={"repeated": {"$map": [["k", "v"], ["k", "w"], ["$x", 1]]}, "a key, with \"quotes\"": "=1+1",
                         "case:channel": "Internet", "org:resource": "Paul", "time:timestamp": "not a time",
                         "concept:name": "not the activity", "lifecycle:transition": "complete"}),
    event(3, text="Bonjour,\n« ma box »\tne marche plus\u0007 \U0001f600", language="fr", actor="Paul", case="C-17",
          interaction="i9", objects=[{"type": "order", "id": "o1", "qualifier": "about"},
                                     {"type": "order", "id": "o2"}, {"type": "agent", "id": "o1", "qualifier": "by"}]),
    event(4, identifiers=[{"type": "phone", "value": "+33612345678", "raw": "06 12 34 56 78", "verified": True},
                          {"type": "email", "value": "jeanne@exemple.fr", "raw": "Jeanne@Exemple.FR"}]),
    event(5, traits={"name": "Jeanne", "age": 42, "address": {"street": "rue de l'Église", "numbers": [1, 2]}}),
    event(6, time="1969-12-31T23:59:59.999999Z", activity=" a b "), event(7, time="2026-03-14T16:07:26-11:30"),
    event(8, time="2026-03-14T16:07:26", identifiers=ids(("case", "C 17 / é"), ("x", "@jeanne"))),
    event(9, identifiers=ids(("account", "A9"))), event(10, identifiers=ids(("account", "A9")), activity="-1"),
    event(10, message_id="m10b", identifiers=ids(("account", "A9")), activity="same time, after"),
    event(11, attributes={"true": "true", "number": "12", "float": "1.0", "date": "2026-03-14", "json": "{\"a\":1}",
                          "null": "null", "space": " x ", "emoji \U0001f600": "é", "e\u0301": "decomposed"}),
]


def rich(place):
    folder = place.folder()
    folder.import_(place.file("rich.jsonl", lines_of(RICH)))
    return folder


def check_everything_a_record_can_hold(place):
    same_again(place, rich(place))


def check_after_corrections_and_decisions(place):
    """Corrections, retractions and decisions: the other folder is the state that they led to."""
    folder = rich(place)
    folder("correct", "crm", "m1", "--set", "channel=chat", "--set", "attribute:wait_s=43", "--set", "attribute:score=")
    folder("correct", "crm", "m1", "--set", "activity=chat.answered")
    folder("correct", "crm", "m9", "--set", "time=2026-03-14T18:00:00Z")
    folder("retract", "crm", "m2")
    folder("identity", "link", "account:A9", "case:C 17 / é", "--because", "same voice", "--by", "Zoé")
    folder("identity", "unlink", "email:jeanne@exemple.fr", "account:A7")
    folder("identity", "unlink", "x:@jeanne", "account:A9")
    folder("identity", "forget", "x:@jeanne", "account:A9")
    folder("erase", "--source", "crm", "--message-id", "m3", "--now")
    exported = folder.export("jsonl").decode()
    equal("call.answered" in [json.loads(l).get("activity") for l in exported.splitlines()
                              if '"m1"' in l], False, "the former version")
    threads = [folder.thread(i) for i in ("account:A9", "email:jeanne@exemple.fr", "account:A7")
               if folder("thread", i, status=None).status == 0]
    for form in FORMATS:
        fresh = place.folder(f"fresh-{form}")
        path = place.file(f"e-{form}{ENDINGS[form]}", folder.export(form))
        equal(fresh.import_(path)["rejected"], 0, form)
        equal(fresh.export(form), folder.export(form), f"bytes of {form}")
        equal([fresh.thread(i) for i in ("account:A9", "email:jeanne@exemple.fr", "account:A7")
               if fresh("thread", i, status=None).status == 0], threads, f"threads of {form}")


def check_digest_after_decisions(place):
    """As the digest says it too: for what is visible, history of links included."""
    folder = rich(place)
    folder("identity", "link", "account:A9", "email:jeanne@exemple.fr")
    folder("identity", "unlink", "account:A9", "email:jeanne@exemple.fr")
    same_again(place, folder)


def check_an_ocel_log(place):
    """Objects, relations, values that change in time, declared types."""
    log_ = {"objectTypes": [{"name": "customer", "attributes": [{"name": "city", "type": "string"}]},
                            {"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
            "eventTypes": [{"name": "Order placed", "attributes": [{"name": "net", "type": "float"},
                                                                   {"name": "items", "type": "integer"}]}],
            "objects": [{"id": "c1", "type": "customer", "attributes": [
                {"name": "city", "time": "1970-01-01T00:00:00Z", "value": "Nantes"},
                {"name": "city", "time": "2026-02-01T00:00:00Z", "value": "Rennes"}]},
                {"id": "o1", "type": "order", "attributes": [
                    {"name": "price", "time": "1970-01-01T00:00:00Z", "value": "12.5"}],
                 "relationships": [{"objectId": "c1", "qualifier": "ordered by"}]}],
            "events": [{"id": "e1", "type": "Order placed", "time": "2026-02-01T10:00:00Z",
                        "attributes": [{"name": "net", "value": "10.0"}, {"name": "items", "value": "2"}],
                        "relationships": [{"objectId": "o1", "qualifier": "order"},
                                          {"objectId": "c1", "qualifier": "by"}]},
                       {"id": "e2", "type": "Order placed", "time": "2026-02-02T10:00:00Z", "attributes": [],
                        "relationships": [{"objectId": "o1", "qualifier": "order"}]}]}
    folder = place.folder()
    summary = folder.import_(place.file("log.json", json.dumps(log_)), "--customer", "account=customer")
    equal(summary["rejected"], 0)
    equal([e["message_id"] for e in folder.thread("account:c1")], ["e1", "e2"], "by her order")
    same_again(place, folder)
    back = json.loads(folder.export("ocel"))
    equal({o["id"]: o["type"] for o in back["objects"]}, {"c1": "customer", "o1": "order"})
