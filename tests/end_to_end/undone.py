"""Every question gives the answer of a replay from nothing, whatever was decided, undone, retracted and erased before."""
import json
import random
import shutil

from doors import Server
from tools import Folder, equal, lines_of

ACTIVITIES = ["View", "Cart", "Pay", "Call"]
CHANNELS = {"View": "web", "Cart": "web", "Pay": "web", "Call": "phone"}
KINDS = {"user_id": 4, "email": 5, "cookie": 6, "phone": 4}
EVENTS, DECISIONS, ROUNDS = 160, 20, 2
RULES = [
    {"version": 1},
    {"version": 1, "types": [{"type": "user_id", "unique": True}, {"type": "email", "owners": 1, "limit": 2},
                             {"type": "phone", "use": "shared"}]},
    {"version": 1, "types": [{"type": "user_id", "limit": 2}, {"type": "cookie", "limit": 1, "within": "10d", "priority": 1}],
     "sources": [{"source": "site", "trust": 10, "asserts": ["cookie", "email"]}]},
]
QUESTIONS = [
    ("journey", "map"), ("journey", "map", "--begins", "View", "--where", "plan=gold"), ("journey", "flow", "--depth", "4"),
    ("journey", "variants"), ("journey", "funnel", "--step", "View", "--step", "Pay", "--within", "3d"), ("journey", "metrics"),
    ("journey", "compare", "--split", "2026-01-08", "--support", "1"),
    ("journey", "drivers", "--from-step", "View", "--to-step", "Call", "--within", "10d"), ("journey", "frictions"),
    ("journey", "predict", "--after", "View"), ("journey", "predict", "--evaluate"), ("journey", "list", "--limit", "1000"),
    ("journey", "list", "--segment", "callers", "--limit", "1000"), ("segment", "members", "callers"),
    ("journey", "whatif", "--route", "Call", "--to", "View", "--share", "20"), ("find", "user"), ("identity", "health"),
    ("identity", "clusters", "--identifiers"), ("customer", "user_id:0"),
]


def events(chance):
    for i in range(EVENTS):
        kinds = chance.sample(sorted(KINDS), chance.choice([1, 2, 2, 3]))
        activity = chance.choice(ACTIVITIES)
        day, minute = chance.randrange(14), chance.randrange(1440)
        yield {"type": "ariane.record", "kind": "event", "source": chance.choice(["crm", "site"]), "message_id": f"m-{i}",
               "time": f"2026-01-{day + 1:02}T{minute // 60:02}:{minute % 60:02}:00Z", "activity": activity,
               "channel": CHANNELS[activity], "attributes": {"plan": chance.choice(["gold", "silver"])},
               "identifiers": [{"type": kind, "value": f"{chance.randrange(KINDS[kind])}@x.fr" if kind == "email"
                                else f"+3361234567{chance.randrange(KINDS[kind])}" if kind == "phone"
                                else str(chance.randrange(KINDS[kind]))} for kind in kinds]}


def answers(folder):
    """What does not name the moment of asking; of a question refused, why."""
    told = {}
    for words in QUESTIONS:
        answer = folder(*words, "--json", status=None)
        text = answer.out if answer.status == 0 else answer.problem()["code"]
        told[words] = [line for line in text.splitlines() if '"epoch"' not in line and '"volatile_id"' not in line]
    return told


def decide(folder, chance, names, made, rules, gone):
    """One of all that can be decided, or taken back; undoing is undone as well."""
    what = chance.choice(["link", "confirm", "unlink", "forbid", "forget", "split", "rules", "undo", "undo", "undo", "retract", "erase"])
    a, b = chance.sample(names, 2)
    words = {"split": (a,), "undo": (chance.choice(made or [0]),), "rules": ("apply", chance.choice(rules))}.get(what, (a, b))
    if what in ("retract", "erase"):
        at = chance.randrange(len(gone))
        source, message = gone[at]
        folder(what, *((source, message) if what == "retract" else ("--source", source, "--message-id", message)), status=None)
        return
    answer = folder("identity", what, *words, "--json", status=None)
    if answer.status == 0 and "sequence" in answer.json():
        made.append(answer.json()["sequence"])


def replayed(folder, place, name):
    """The journal alone, with nothing that was derived from it."""
    copy = place.path / name
    shutil.copytree(folder.path, copy, ignore=shutil.ignore_patterns("checkpoint", "dedup", "*.sock", "ariane.lock"))
    return Folder(copy)


def check_every_question_equals_a_replay(place):
    chance = random.Random(20)
    rows = list(events(chance))
    folder = place.folder()
    folder.import_(place.file("events.jsonl", lines_of(rows)))
    folder("segment", "create", "callers", "--with", "phone:")
    rules = [place.file(f"rules{i}.json", json.dumps(document)) for i, document in enumerate(RULES)]
    names = sorted({f"{one['type']}:{one['value']}" for row in rows for one in row["identifiers"]})
    gone = [(row["source"], row["message_id"]) for row in rows]
    made, seen = [], set()
    with Server(folder):
        first = answers(folder)
        for number in range(ROUNDS):
            for _ in range(DECISIONS):
                decide(folder, chance, names, made, rules, gone)
            now, again = answers(folder), answers(replayed(folder, place, f"again{number}"))
            for words in QUESTIONS:
                parted = [pair for pair in zip(now[words], again[words]) if pair[0] != pair[1]]
                equal((len(now[words]), parted), (len(again[words]), []), f"round {number}: {' '.join(words)}")
            seen |= {words for words in QUESTIONS if now[words] != first[words]}
    equal(len(made) > DECISIONS, True, "much was decided")
    equal(len(seen) >= len(QUESTIONS) - 4, True, f"decisions are seen: {len(seen)} answers changed")
    answered = [words for words in QUESTIONS if len(first[words]) > 1]
    equal([words for words in QUESTIONS if words not in answered], [], "questions are answered")
