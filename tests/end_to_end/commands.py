"""Every command: help, JSON by its schema, errors, exit codes, both languages, odd surroundings."""
import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree

from tools import ARIANE, ROOT, ariane, environment, equal, holds, keeps_schema, lacks, lines_of
from watch import Watch

CALLS = [{"type": "track", "event": f"Step {i}", "userId": f"u{i % 2}", "messageId": f"m{i}",
          "timestamp": f"2026-03-14T10:{i:02}:00Z", "properties": {"n": i, "place": {"a": [1, 2.5]}}} for i in range(6)]


def filled(place, name="data"):
    folder = place.folder(name)
    folder.import_(place.file("calls.jsonl", lines_of(CALLS)), "--source", "web")
    return folder


def commands():
    answer = ariane("help", "--json").json()
    keeps_schema("help", answer)
    return [c["name"] for c in answer["commands"]]


def check_help_of_every_command(place):
    """In both languages, with a usage line and an example that names the command."""
    for name in commands():
        for language, usage in (("en", "Usage:"), ("fr", "Usage :")):
            shown = ariane(*name.split(), "--help", "--lang", language).out
            holds(shown, usage, f"ariane {name}")
            equal(shown, ariane("help", *name.split(), "--lang", language).out)
            lacks(shown, "{1}", "{2}")
        french, english = (ariane(*name.split(), "-h", "--lang", l).out for l in ("fr", "en"))
        equal(french != english, True, f"{name} is translated")


RUNS = {  # a command: words that succeed, and the schema of each line ("*") or of the whole
    "help": ["help"], "version": [], "config": [], "status": [], "verify": [], "journey map": ["--top", "3"],
    "journey variants": ["--top", "2"], "journey funnel": ["--step", "Step 0", "--step", "Step 2"],
    "journey metrics": ["--every", "day", "--by", "channel"],
    "journey flow": ["--depth", "3", "--top", "2"],
    "journey list": ["--begins", "Step 0", "--outcome", "open", "--order", "longest", "--no-steps", "--names"],
    "journey drivers": ["--edge-from", "Step 0", "--edge-to", "Step 1", "--all", "--support", "1"],
    "journey frictions": ["--support", "1"], "journey compare": ["--group-with", "web:", "--all", "--support", "1"],
    "journey whatif": ["--route", "Step 0", "--to", "Step 1"],
    "customer": ["user_id:u1"], "find": ["u1"], "identity decisions": ["user_id:u1"], "thread": ["user_id:u1"], "events": ["--limit", "2"],
    "correct": ["web", "m1", "--set", "channel=phone"], "retract": ["web", "m2"],
    "identity link": ["user_id:u1", "user_id:u0"], "identity unlink": ["user_id:u1", "user_id:u0"],
    "identity forget": ["user_id:u1", "user_id:u0"], "identity confirm": ["user_id:u1", "user_id:u0"],
    "identity split": ["user_id:u1"], "identity forbid": ["user_id:u1", "user_id:u0"], "identity explain": ["user_id:u1", "user_id:u0"],
    "identity profile": ["show"], "segment create": ["many", "--with", "web:", "--at-least", "2", "--replace"],
    "segment list": [], "segment show": ["many"], "segment members": ["many"], "segment remove": ["many"],
    "identity health": [], "identity rules": ["show"], "access": ["user_id:u1"], "erase": ["user_id:u0"], "seal": ["--all"],
    "identity match": ["--dry-run"], "identity review": [], "identity clusters": [],
    "journey predict": ["user_id:u1"], "api": [], "audit": [],
    "source list": [], "source events": ["--by", "activity", "--source", "web"], "attributes": ["--like", "n"],
    "retention add": ["--source", "web", "--keep", "36500d"], "retention list": [], "retention preview": ["--all", "--keep", "1d"],
    "retention run": [], "retention remove": ["1"],
    "key create": ["--source", "web"], "key list": [], "key rotate": ["1"], "key revoke": ["1"],
    "token create": ["--role", "analyst"], "token list": [], "token revoke": ["1"],
    "view save": ["monday", "--document", "{}"], "view list": [], "view comment": ["monday", "--text", "look"], "view comments": ["monday"],
    "view remove": ["monday"],
    "user create": ["jeanne", "--role", "supervisor"], "user list": [], "user role": ["jeanne", "analyst"],
    "user password": ["jeanne"], "user totp": ["jeanne"], "user oidc": ["jeanne", "subject-1"], "user disable": ["jeanne"],
}
LINES = {"retention", "retention-run", "event", "access", "identity-match", "identity-clusters", "key", "token", "user", "audit",
         "source", "source-events", "attributes", "view", "view-comment"}  # a document a line


def check_json_of_every_command(place):
    """Each answer of --json keeps to its published schema."""
    folder = filled(place)
    backup = place.path / "backup"
    runs = dict(RUNS)
    runs["import"] = [place.path / "calls.jsonl"]
    runs["export"] = ["--out", place.path / "out.jsonl"]
    runs["backup"] = [backup]
    runs["restore"] = ["--check", backup]
    decision = folder("identity", "link", "user_id:u1", "user_id:u0", "--json").json()["sequence"]
    runs["identity undo"] = [str(decision)]
    runs["demo"] = ["--events", "5", "--out", place.path / "demo.jsonl"]
    folder("import", "--records", place.file("people.csv", "id,name\n1,Ann Lee\n2,Anne Lee\n"), "--id", "id",
           "--field", "full_name=name")
    schemas = {c["name"]: c for c in ariane("help", "--json").json()["commands"]}
    order = [n for n in runs if n not in ("erase", "restore")] + ["restore", "erase"]
    equal(sorted(order), sorted(set(schemas) - {"serve", "source show"}),
          "a command without a run here")  # serve.py and capture.py have those
    for name in order:
        answer = folder(*name.split(), *runs[name], "--json")
        equal(answer.error, "", f"standard error of {name}")
        schema = {"identity link": "decision", "identity unlink": "decision", "identity forget": "decision",
                  "identity confirm": "decision", "identity forbid": "decision",
                  "identity split": "decision", "identity undo": "decision",
                  "identity rules": "identity-rules-answer",
                  "segment create": "segment", "segment show": "segment", "segment remove": "segment",
                  "view save": "view", "view list": "view", "view remove": "view",
                  "view comment": "view-comment", "view comments": "view-comment",
                  "correct": "decision", "retract": "decision", "thread": "event", "events": "event",
                  "retention add": "retention", "retention list": "retention", "retention remove": "retention",
                  "retention preview": "retention-run",
                  "restore": "backup", "identity review": "identity-match"}.get(name, name.replace(" ", "-"))
        if name.split()[0] in ("key", "token", "user", "source") and name != "source events":
            schema = name.split()[0]
        for value in answer.lines() if schema in LINES else [answer.json()]:
            keeps_schema(schema, value)


def check_exported_lines_keep_their_schema(place):
    for line in filled(place)("export").lines():
        keeps_schema("record", line)


def check_exit_codes(place):
    """0 done, 1 failed, 2 asked wrongly."""
    folder = filled(place)
    for status, words in ((0, ["status"]), (1, ["thread", "user_id:nobody"]), (1, ["import", "no-such-file"]),
                          (2, ["frobnicate"]), (2, ["status", "--frobnicate"]), (2, ["thread"]), (2, ["identity"]),
                          (2, ["status", "one-too-many"]), (2, ["events", "--limit", "many"]),
                          (2, ["events", "--since", "whenever"]), (2, ["status", "--lang", "xx"]),
                          (2, ["customer", "nonsense"]), (2, ["thread", "email:nonsense"]), (2, ["erase", "phone:x"]),
                          (2, ["identity", "explain", "a:"]), (2, ["identity", "link", "x", "y"]), (2, ["access", "E:1"]),
                          (2, ["events", "--where", "=a"]), (2, ["journey", "list", "--where", "=a"]), (1, ["customer", "email:a@b.fr"])):
        answer = folder(*words, status=status)
        equal(bool(answer.error), status != 0, words)
        equal(bool(answer.out), status == 0, words)


PROBLEM = {"type", "title", "status", "detail", "code"}


def check_errors_are_rfc9457(place):
    """On standard error, one object, with a stable code; the texts in the language asked."""
    folder = filled(place)
    for words, code in ((["thread", "user_id:nobody"], None), (["statos"], "usage-command-near"),
                        (["import", "no-such-file"], None), (["status", "--jsn"], "usage-option-near")):
        problems = [folder(*words, "--json", "--lang", l, status=None) for l in ("en", "fr")]
        english, french = (p.problem() for p in problems)
        equal(problems[0].out, "")
        equal(PROBLEM <= set(english), True, english)
        equal(english["type"], f"/problems/{english['code']}")
        equal((english["code"], english["status"]), (french["code"], french["status"]))
        equal(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", english["code"]) is not None, True)
        equal(code in (None, english["code"]), True, english)
        equal(english["title"] != french["title"] and english["detail"] != french["detail"], True, french)


def check_suggestions(place):
    for words, hint in ((["statsu"], "ariane status"), (["import", "x", "--custmer", "a=b"], "--customer"),
                        (["journey", "mpa"], "journey map")):
        holds(ariane(*words, status=2).error, hint)


def check_languages(place):
    folder = filled(place)
    holds(folder("status", "--lang", "fr").out, "événements", "identifiants")
    holds(folder("status", env={"ARIANE_LANG": "", "LANG": "fr_FR.UTF-8", "LC_ALL": ""}).out, "événements")
    holds(folder("status", "--lang", "en").out, "events")
    holds(folder("thread", "user_id:nobody", "--lang", "fr", status=1).error, "user_id:nobody")


def check_french_typography(place):
    """No sentence has a straight double quote or a space missing before a colon; accents are there."""
    for name in commands():
        shown = ariane(*name.split(), "--help", "--lang", "fr").out
        for line in shown.splitlines():
            if line.startswith("  ") and "ariane " in line:
                continue  # a command to type
            equal(re.findall(r"[a-zéèà](?:[;!?](?=\s)|:(?=\s))", line), [], f"{name}: {line}")


def check_zone(place):
    """Times are shown, and read, in the zone asked."""
    folder = filled(place)
    holds(folder("thread", "user_id:u1").out, "11:01:00")
    holds(folder("thread", "user_id:u1", "--zone", "America/New_York").out, "06:01:00")
    holds(folder("thread", "user_id:u1", "--zone", "UTC").out, "10:01:00")
    equal(len(folder("events", "--since", "2026-03-14T11:03:00", "--json").lines()), 3)
    equal(len(folder("events", "--since", "2026-03-14T10:03:00", "--zone", "UTC", "--json").lines()), 3)
    holds(folder("status", "--zone", "Europe/Parsi", status=None).error, "Europe/Parsi")
    path = place.file("local.csv", "who,time,what\nc1,2026-07-01 12:00:00,Called\n")
    other = place.folder("other")
    other.import_(path, "--customer", "account=who", "--time", "time", "--activity", "what", "--zone", "Asia/Tokyo")
    equal(other.status()["first_time"], "2026-07-01T03:00:00.000Z")


def check_the_zone_of_the_company(place):
    """Set once, it is that of every time without a zone, of files too; the summary says which was taken."""
    flags = ["--customer", "account=who", "--time", "time", "--activity", "what"]
    path = place.file("local.csv", "who,time,what\nc1,2026-07-01 12:00:00,Called\n")
    conf = place.file("ariane.conf", "[display]\nzone = America/New_York\n")
    for n, (words, env) in enumerate(([["--config", conf], {}], [[], {"ARIANE_ZONE": "America/New_York"}])):
        folder = place.folder(f"data{n}")
        holds(folder("import", path, *flags, *words, env=env).out, "1 time without zone, read in America/New_York")
        equal(folder.status()["first_time"], "2026-07-01T16:00:00.000Z")
    other = place.folder("other")
    place.file("mapped.csv.mapping.json", json.dumps({"version": 1, "zone": "Asia/Tokyo", "customer": [
        {"type": "account", "column": "who"}], "time": "time", "activity": "what"}))
    mapped = place.file("mapped.csv", "who,time,what\nc1,2026-07-01 12:00:00,Called\nc2,2026-07-01 12:00:00,Called\n")
    plain = place.file("plain.csv", "client,date,event\nc1,2026-07-01 12:00:00,Called\n")
    calls = place.file("calls.jsonl", '{"type":"track","event":"Seen","userId":"u1","timestamp":"2026-07-01T12:00:00"}\n')
    said = other("import", mapped, plain, calls).out
    for line in ("2 times without zone, read in Asia/Tokyo", "1 time without zone, read in Europe/Paris",
                 "1 time without zone, read in UTC"):
        holds(said, line)
    shown = other("events", "--zone", "UTC").out
    equal(sorted(re.findall(r"2026-07-01 (\d\d):00:00", shown)), ["03", "03", "10", "12"], shown)


def check_columns_by_flags(place):
    """Every flag that docs/formats/mapping.md names."""
    folder = place.folder()
    path = place.file("calls.csv", "who,time,what,call,file,agent,said\nc1,2026-07-01T12:00:00Z,Called,i7,d9,a3,Hello\n")
    folder.import_(path, "--customer", "account=who", "--time", "time", "--activity", "what", "--interaction", "call",
                   "--case", "file", "--actor", "agent", "--text", "said", "--channel", "=phone")
    event = folder.events()[0]
    equal([event[k] for k in ("interaction", "case", "actor", "text", "channel")], ["i7", "d9", "a3", "Hello", "phone"])
    equal(event.get("attributes", {}), {})


def check_user_id_is_one_in_all_formats(place):
    """A column called so, and the member of a Segment call."""
    folder = place.folder()
    folder.import_(place.file("app.csv", "user_id,date,event\nu1,2026-07-01T12:00:00Z,Called\n"))
    folder.import_(place.file("app.jsonl", '{"type":"track","event":"Seen","userId":"u1","timestamp":"2026-07-01T12:00:00Z"}\n'))
    equal(folder.status()["customers"], 1)


def check_records_are_not_taken_for_rows_of_a_known_system(place):
    """--records says what the rows are, whatever system their header looks like."""
    folder = place.folder()
    folder.import_(ROOT / "tests/fixtures/mappings/crm-customers.csv", "--records", "--id", "crm=Client",
                   "--field", "surname=Nom", "--source", "list")
    record = folder("export").lines()[0]
    equal((record["source"], [i["type"] for i in record["identifiers"]], record["traits"]),
          ("list", ["crm"], {"surname": "Barthélemy"}))


def check_odd_paths(place):
    folder = filled(place, "données de l'été \U0001f600/ici même")
    path = place.file("appels d'août (1).csv", "who,time,what\nc1,2026-07-01T12:00:00Z,Called\n")
    equal(folder.import_(path, "--customer", "account=who", "--time", "time", "--activity", "what")["imported"], 1)
    equal(folder.status()["events"], 7)
    folder("backup", place.path / "sauvegarde à garder")
    answer = ariane("--data", "data with space", "status", cwd=place.path, status=None)
    equal(answer.status, 1)
    dashed = place.file("-dash.csv", "who,time,what\nc2,2026-07-01T12:00:00Z,Called\n")
    folder("import", "--customer", "account=who", "--time", "time", "--activity", "what", "--", dashed.name,
           cwd=place.path)
    equal(folder.status()["events"], 8)


def check_quiet(place):
    """--quiet leaves answers and errors only."""
    folder = filled(place)
    equal(folder("erase", "user_id:u0", "--quiet").error, "")
    equal(bool(folder("erase", "user_id:u1").error), True, "the remark that --quiet takes away")


def check_closed_output(place):
    """`ariane export | head -1` ends cleanly."""
    folder = place.folder()
    many = [{**CALLS[0], "messageId": f"n{i}", "properties": {"long": "x" * 200}} for i in range(3000)]
    folder.import_(place.file("many.jsonl", lines_of(many)))
    for words in (["export"], ["thread", "user_id:u0"], ["events", "--limit", "3000"], ["export", "--format", "xes"],
                  ["export", "--format", "csv"], ["export", "--format", "ocel"], ["help"]):
        process = subprocess.Popen([ARIANE, "--data", folder.path, *words], env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        process.stderr.close()
        equal((process.wait(), error), (0, b""), words)


def check_interrupted_import(place):
    """Ctrl-C: a message, exit 1, a sound folder; the second import adds the rest."""
    path = place.path / "many.jsonl"
    with open(path, "w", encoding="utf-8") as out:
        for i in range(60000):
            out.write(json.dumps({**CALLS[0], "messageId": f"n{i}"}) + "\n")
    for attempt in range(5):
        folder = place.folder(f"data{attempt}")
        with Watch(place.path) as watch:
            process = subprocess.Popen([ARIANE, "--data", folder.path, "import", path], env=environment(),
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            watch.until(lambda: any((folder.path / "journal").glob("*")), process)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
        if process.returncode == 0:
            continue  # it was faster
        equal(process.returncode, 1)
        holds(error.decode(), "stopped")
        folder.digest()
        again = folder.import_(path)
        equal(again["imported"] + again["duplicates"], 60000)
        equal(folder.status()["events"], 60000)
        return
    raise AssertionError("no import was caught in the middle")


def check_empty_folder_and_missing_one(place):
    answer = ariane("--data", place.path / "none", "status", status=1)
    holds(answer.error, "none", "import something first")
    equal((place.path / "none").exists(), False, "asking makes no folder")
    (place.path / "file").write_text("x")
    ariane("--data", place.path / "file", "status", status=1)
    equal((place.path / "file").read_text(), "x")


def check_formats_said_wrongly(place):
    folder = filled(place)
    before = folder.digest()
    holds(folder("import", place.path / "calls.jsonl", "--format", "xml", status=1).error, "xml", "jsonl")
    holds(folder("export", "--format", "pdf", status=1).error, "pdf", "ocel")
    folder("import", place.path / "calls.jsonl", "--format", "xes", status=None)
    equal(folder.digest(), before)


def check_tsv(place):
    folder = place.folder()
    path = place.file("calls.txt", "who\twhen, exactly\twhat\nc1\t2026-07-01T12:00:00Z\tCalled, twice\n")
    summary = folder.import_(path, "--format", "tsv", "--customer", "account=who", "--time", "when, exactly",
                             "--activity", "what")
    equal((summary["imported"], summary["rejected"]), (1, 0))
    equal(folder.events()[0]["activity"], "Called, twice")


def check_manual_pages(place):
    """One page for each command and language, and it is what the program says."""
    for name in commands():
        page = f"ariane-{name.replace(' ', '-')}.1"
        for path in (ROOT / "docs/man" / page, ROOT / "docs/man/fr" / page):
            equal(path.exists(), True, str(path))


def check_configuration_file(place):
    place.file("ariane.conf", "[store]\n")
    answer = ariane("config", cwd=place.path, status=None)
    equal(answer.status in (0, 1), True)
    place.file("ariane.conf", "[storre]\ndataa = x\n")
    answer = ariane("config", cwd=place.path, status=1)
    holds(answer.error, "ariane.conf:", "storre", "[store]")
    equal(os.listdir(place.path), ["ariane.conf"])


def check_pictures(place):
    """Maps by Graphviz, flows by ourselves: whole SVG documents that name the steps."""
    folder = filled(place)
    for words in (["journey", "map"], ["journey", "flow", "--depth", "3"]):
        picture = place.path / f"{words[1]}.svg"
        folder(*words, "--svg", picture, "--lang", "fr")
        text = picture.read_text(encoding="utf-8")
        equal(xml.etree.ElementTree.fromstring(text).tag, "{http://www.w3.org/2000/svg}svg")
        holds(text, "Step 0")
    answer = folder("journey", "map", "--svg", place.path / "none.svg", env={"PATH": str(place.path)}, status=1)
    holds(answer.error, "graphviz")
