"""Corrections, retractions, erasure, decisions on identity, back-up."""
import gzip

from tools import equal, holds, keeps_schema, lacks, lines_of


def call(n, user="u1", **more):
    return {"type": "track", "event": f"Step {n}", "userId": user, "messageId": f"m{n}",
            "timestamp": f"2026-03-14T10:{n:02}:00Z", **more}


JEANNE = {"traits": {"email": "jeanne.secret@exemple.fr"}, "properties": {"note": "SecretNote"}}
CALLS = [call(1), call(2), call(3, "u2", context=JEANNE), call(4, "u2", properties={"note": "SecretNote four"}),
         call(5, "u3")]


def filled(place, calls=None, name="calls.jsonl"):
    folder = place.folder()
    folder.import_(place.file(name, lines_of(CALLS if calls is None else calls)), "--source", "web")
    return folder


def steps(folder, identifier):
    answer = folder("thread", identifier, "--json", status=None)
    return [e["activity"] for e in answer.lines()] if answer.status == 0 else None


def check_correction(place):
    folder = filled(place)
    before = folder.digest()
    folder("correct", "web", "m1", "--set", "activity=Step one", "--set", "attribute:why=typo",
           "--set", "time=2026-03-14T10:30:00Z")
    equal(steps(folder, "user_id:u1"), ["Step 2", "Step one"], "in its new place")
    equal(folder.thread("user_id:u1")[1]["attributes"]["why"], "typo")
    equal(folder.status()["events"], 5)
    equal(folder.digest() != before, True)
    again = folder.import_(place.path / "calls.jsonl", "--source", "web")
    equal((again["imported"], steps(folder, "user_id:u1")), (0, ["Step 2", "Step one"]), "a redelivery does not undo it")
    folder("correct", "web", "m1", "--set", "time=2026-03-14 12:00", "--set", "attribute:due=2026-03-15 12:00:00", "--zone", "Asia/Tokyo")
    told = folder("thread", "user_id:u1", "--zone", "UTC").out
    holds(told, "03:00:00")
    folder("correct", "web", "m1", "--set", "time=2026-03-14")  # a day begins at midnight in the company's zone
    holds(folder("thread", "user_id:u1", "--zone", "UTC").out, "23:00:00")
    equal(len(folder("events", "--where", "due<2026-03-15T03:00:01Z", "--where", "due>2026-03-15T02:59:59Z", "--json").lines()), 1)
    answer = folder("correct", "web", "m99", "--set", "activity=x", status=1)
    holds(answer.error, "m99")
    folder("correct", "web", "m1", "--set", "nonsense", status=1)


def check_retraction(place):
    folder = filled(place)
    folder("retract", "web", "m1")
    equal(steps(folder, "user_id:u1"), ["Step 2"])
    equal(folder.status()["events"], 4)
    equal(folder.import_(place.path / "calls.jsonl", "--source", "web")["imported"], 0, "a redelivery")
    equal(steps(folder, "user_id:u1"), ["Step 2"])
    folder("retract", "web", "m1", status=1)


def holding(folder, *words):
    """Files of the data folder that hold one of the words, also in what is compressed whole."""
    found = []
    for path in folder.path.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content += gzip.decompress(content)
        found += [(path.relative_to(folder.path).as_posix(), word) for word in words if word.encode() in content]
    return found


def check_erasing_a_customer(place):
    folder = filled(place)
    equal(bool(holding(folder, "jeanne.secret")), True, "the search itself finds what is there")
    folder("erase", "user_id:u2")
    equal(steps(folder, "user_id:u2"), None)
    equal(steps(folder, "email:jeanne.secret@exemple.fr"), None)
    equal(folder.status()["events"], 3)
    folder("erase", "--now")
    equal(holding(folder, "jeanne.secret", "SecretNote", "u2"), [])
    folder.digest()


def check_erasing_now(place):
    folder = filled(place)
    folder("erase", "email:jeanne.secret@exemple.fr", "--now")
    equal(holding(folder, "jeanne.secret", "SecretNote"), [])
    equal(folder.status()["events"], 3)
    holds(folder("erase", "email:jeanne.secret@exemple.fr", status=1).error, "jeanne.secret")
    equal(holding(folder, "jeanne.secret"), [], "nor by asking again")


def check_redelivery_is_answered_erased(place):
    folder = filled(place)
    folder("erase", "user_id:u2", "--now")
    again = folder.import_(place.path / "calls.jsonl", "--source", "web")
    equal((again["imported"], again["duplicates"], again["erased"]), (0, 3, 2))
    equal(holding(folder, "jeanne.secret", "SecretNote"), [])
    new = place.file("new.jsonl", lines_of([call(9, "u2")]))
    equal(folder.import_(new, "--source", "web")["imported"], 1, "new activity")
    equal(steps(folder, "user_id:u2"), ["Step 9"])


def check_erasing_one_event(place):
    folder = filled(place)
    folder("correct", "web", "m4", "--set", "attribute:note=SecretNote five")
    folder("erase", "--source", "web", "--message-id", "m4", "--now")
    equal(steps(folder, "user_id:u2"), ["Step 3"])
    equal(holding(folder, "SecretNote four", "SecretNote five"), [], "all versions")
    equal(folder.import_(place.path / "calls.jsonl", "--source", "web")["erased"], 1)


def check_erased_bytes_go_by_themselves(place):
    """Not before the setting says so; then with the next command that writes; status says which wait."""
    folder = filled(place)
    folder("erase", "user_id:u2")
    status = folder("status", "--json").json()
    keeps_schema("status", status)
    equal(status["erasures_waiting"], 1)
    equal(status["erase_by"] is not None, True)
    again = place.file("again.jsonl", lines_of([call(9, "u1")]))
    folder.import_(again, "--source", "web")
    equal(bool(holding(folder, "jeanne.secret")), True, "an hour is not over")
    folder("status", "--erase-within", "1s")
    equal(bool(holding(folder, "jeanne.secret")), True, "status changes nothing")
    while not folder("import", again, "--source", "web", "--erase-within", "1s") or holding(folder, "jeanne.secret"):
        pass
    status = folder("status", "--json").json()
    equal((status["erasures_waiting"], status["erase_by"]), (0, None))
    equal(folder("verify", "--json").json()["faults"], 0)


def check_erasing_cleans_rejects(place):
    """Rows kept as rejects may be about anyone: they go with the next erasure of bytes, and the answer says so."""
    bad = [call(7, "u2", properties={"note": "SecretNote seven"}), call(8, "u1")]
    for one in bad:
        one["timestamp"] = "noon"
    folder = filled(place, CALLS + bad)
    equal(bool(holding(folder, "SecretNote seven")), True)
    answer = folder("erase", "user_id:u2", "--now", "--json").json()
    keeps_schema("erase", answer)
    equal(holding(folder, "SecretNote", "jeanne.secret"), [])
    equal(answer["rejects_removed"], 3, "rows, reasons, and how they were read")


def check_erased_is_not_exported(place):
    folder = filled(place)
    folder("erase", "user_id:u2")
    for form in ("csv", "jsonl", "xes", "ocel"):
        lacks(folder.export(form).decode(), "jeanne.secret", "SecretNote")


def check_decisions(place):
    """Link, unlink, forget: each is seen by the very next query."""
    folder = filled(place)
    both = ["Step 1", "Step 2", "Step 5"]
    folder("identity", "link", "user_id:u1", "user_id:u3", "--because", "she said so")
    equal((steps(folder, "user_id:u1"), steps(folder, "user_id:u3")), (both, both))
    folder("identity", "unlink", "user_id:u1", "user_id:u3")
    equal((steps(folder, "user_id:u1"), steps(folder, "user_id:u3")), (["Step 1", "Step 2"], ["Step 5"]))
    folder("identity", "forget", "user_id:u1", "user_id:u3")
    equal(steps(folder, "user_id:u3"), ["Step 5"], "nothing links them now")
    folder("identity", "unlink", "user_id:u2", "email:jeanne.secret@exemple.fr")
    equal(steps(folder, "email:jeanne.secret@exemple.fr") != steps(folder, "user_id:u2"), True)
    folder("identity", "forget", "user_id:u2", "email:jeanne.secret@exemple.fr")
    equal(steps(folder, "email:jeanne.secret@exemple.fr"), ["Step 3", "Step 4"])


def check_back_up(place):
    folder = filled(place)
    folder("retract", "web", "m5")
    backup, restored = place.path / "backup", place.folder("restored")
    keeps_schema("backup", folder("backup", backup, "--json").json())
    restored("restore", "--check", backup)
    restored("restore", backup)
    equal(restored.digest(), folder.digest(), "digest")
    equal(restored.export("jsonl"), folder.export("jsonl"))
    equal(restored.import_(place.path / "calls.jsonl", "--source", "web")["imported"], 0, "nothing twice")
    holds(folder("backup", backup, status=1).error, str(backup))
    restored("restore", backup, status=1)


def check_every_flipped_byte_of_a_back_up(place):
    """In each file of the back-up: refused, with the name of the file."""
    folder = filled(place)
    backup = place.path / "backup"
    folder("backup", backup)
    files = [p for p in backup.rglob("*") if p.is_file() and p.stat().st_size > 0]
    equal(len(files) > 1, True)
    for path in files:
        content = path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
            target = place.folder("damaged")
            answer = target("restore", backup, status=1)
            holds(answer.error, path.name)
            equal(target.path.exists(), False, f"nothing is restored of a damaged {path.name}")
        path.write_bytes(content)
    place.folder("whole")("restore", backup)


def check_a_missing_file_of_a_back_up(place):
    folder = filled(place)
    backup = place.path / "backup"
    folder("backup", backup)
    path = max(backup.rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    path.unlink()
    holds(place.folder("restored")("restore", backup, status=1).error, path.name)
