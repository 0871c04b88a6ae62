"""What cannot be read is kept, with its place and the reason; the rest is imported."""
import gzip
import json
import shlex

from tools import equal, holds, keeps_schema, lacks, lines_of

HEAD = "customer,time,activity,channel,note\n"
GOOD = [f"c{i % 3},2026-03-14T10:{i:02}:00Z,Called,phone,n{i}\n" for i in range(20)]
FLAGS = ("--customer", "account=customer", "--time", "time", "--activity", "activity", "--channel", "channel")


def reasons_of(folder):
    """(line, column, code, words) of the newest reasons file, and its rows."""
    path = max((folder.path / "rejects").glob("*.reasons"), key=lambda p: p.stat().st_mtime_ns)
    told = [line.split("\t") for line in path.read_text().splitlines()]
    places = [(int(t[0]) if t[0] else None, int(t[1]) if t[1] else None, t[3], t[4]) for t in told]
    return places, path.with_suffix(".rows")


def codes(places):
    return [(line, code) for line, _, code, _ in places]


def check_csv(place):
    """Bad time, missing fields, no customer: line, column, reason, and the row itself."""
    bad = ["c1,yesterday,Called,phone,n\n", "c1,2026-03-14T10:00:00Z\n", ",2026-03-14T10:00:00Z,Called,phone,n\n",
           "c1,2026-03-14T10:00:00Z,,phone,n\n"]
    folder = place.folder()
    path = place.file("calls.csv", HEAD + "".join(GOOD[:5] + bad + GOOD[5:]))
    summary = folder.import_(path, *FLAGS)
    equal((summary["read"], summary["imported"], summary["rejected"]), (24, 20, 4))
    places, rows = reasons_of(folder)
    equal([line for line, *_ in places], [7, 8, 9, 10], "lines")
    equal(places[0][1:3], (2, "csv-time"), "column and code of the bad time")
    holds(places[0][3], "yesterday")
    equal(rows.read_text(), HEAD + "".join(bad), "rows")
    equal(summary["rejects_file"], str(rows))


def mend_and_compare(place, path, mended, flags, fix=lambda text: text):
    """Rejects mended and imported again: as if they had been right at once."""
    folder, clean = place.folder(), place.folder("clean")
    summary = folder.import_(path, *flags)
    _, rows = reasons_of(folder)
    mended_file = place.file("mended" + path.suffix, fix(rows.read_bytes()))
    again = folder.import_(mended_file, *flags)
    equal(again["imported"], summary["rejected"], "what the mended file adds")
    clean.import_(mended, *flags)
    equal(sorted(map(json.dumps, folder.events())), sorted(map(json.dumps, clean.events())))
    equal(folder.digest(), clean.digest(), "digest")


def check_csv_mended(place):
    good = GOOD[:]
    bad = good[:]
    bad[3], bad[11] = bad[3].replace("2026-03-14", "2026-13-44"), bad[11].replace("Called", "")
    fixed = "".join(good)

    def fix(text):
        return text.replace(b"2026-13-44", b"2026-03-14").replace(b"Z,,", b"Z,Called,")
    mend_and_compare(place, place.file("a.csv", HEAD + "".join(bad)), place.file("b.csv", HEAD + fixed), FLAGS, fix)


def check_jsonl_mended(place):
    calls = [{"type": "track", "event": f"Step {i}", "userId": f"u{i % 2}", "messageId": f"m{i}",
              "timestamp": f"2026-03-14T10:{i:02}:00Z"} for i in range(10)]
    bad = [dict(c) for c in calls]
    bad[4]["type"], bad[7]["timestamp"] = "trak", "noon"

    def fix(text):
        return text.replace(b'"trak"', b'"track"').replace(b'"noon"', b'"2026-03-14T10:07:00Z"')
    mend_and_compare(place, place.file("a.jsonl", lines_of(bad)), place.file("b.jsonl", lines_of(calls)), (), fix)


AMERICAN = "who|when|what|vip|how much\n"
DATED = ["0612345678|3/4/2026|Bill|1|7,50\n", "0612345679|3/25/2026|Call|0|8.50\n", "0612345680|{time}|Café|1|9\n"]
ODD = ("--customer", "phone=who", "--activity", "what", "--time", "when", "--zone", "America/New_York", "--source", "shop")


def rejected(place, name, flags):
    """A folder with a file of which one row was rejected, the mended rows, and the digest of a clean import."""
    folder, clean = place.folder(name), place.folder(f"{name}-clean")
    text = AMERICAN + "".join(DATED)
    summary = folder.import_(place.file(f"{name}.csv", text.format(time="3/4/2O26").encode("latin-1")), *flags)
    keeps_schema("import", summary)
    equal((summary["imported"], summary["rejected"], len(summary["rejects"])), (2, 1, 1))
    clean.import_(place.file(f"{name}-good.csv", text.format(time="3/4/2026").encode("latin-1")), *flags)
    told = summary["rejects"][0]
    return folder, told, reasons_of(folder)[1].read_bytes().replace(b"2O26", b"2026"), clean.digest()


def check_what_was_told_from_the_file_stays(place):
    """The fourth of March, not the third of April: mended rows are read as the file was, zone, source and delimiter too,
    in their place, where they were copied, sent by their name, by the same flags and by none."""
    ways = {"told": lambda folder, told, mended: shlex.split(told["command"])[1:-2],
            "alone": lambda folder, told, mended: ["import", told["rows"]],
            "again": lambda folder, told, mended: ["import", told["rows"], *ODD, "--encoding", "latin1"],
            "copied": lambda folder, told, mended: ["import", mended],
            "renamed": lambda folder, told, mended: ["import", place.file("odd name.csv", mended.read_bytes()), "--mapping",
                                                     told["rows"] + ".mapping.json"]}
    for name, way in ways.items():
        folder, told, content, digest = rejected(place, name, ODD)
        open(told["rows"], "wb").write(content)
        mended = place.file(f"else/{told['rows'].rsplit('/', 1)[1]}", content)
        equal(folder(*way(folder, told, mended), "--json").json()["imported"], 1, name)
        equal(folder.digest(), digest, name)
    command = shlex.split(told["command"])
    equal((command[:3], command[-1]), (["ariane", "import", told["rows"]], str(folder.path)))
    people = place.folder("it's said")
    out = people("import", place.path / "told.csv", *ODD).out
    line = next(line for line in out.splitlines() if "once mended" in line)
    equal(shlex.split(line.split(" by: ")[1])[-2:], ["--data", str(people.path)])


def check_a_file_of_mended_rows_may_be_of_any_kind(place):
    """People's records, a mapping of one's own, JSON lines of a named source, an access log."""
    rows = "nr;nom;ne\n17;Durand;1970\n18;Martin;19;80\n"
    mapping = place.file("m.json", json.dumps({"version": 1, "source": "till", "zone": "UTC", "time": ["d", "h"], "csv": {"header": False,
                         "columns": ["d", "h", "who", "what"]}, "activity": {"template": "till.{what}"}, "attributes": {"exclude": ["who"]},
                         "customer": [{"type": "card", "column": "who", "ignore": ["0"]}]}))
    log = '10.0.0.1 - u1 [14/Mar/2026:10:00:00 +0000] "GET /{} HTTP/1.1" 200 5\n'
    lines = '{"type":"track","event":"A","userId":"u1","messageId":"1","timestamp":"2026-03-14T10:00:00Z"}\n'
    cases = (("p.csv", rows, "19;80", "1980", ("--records", "--id", "nr", "--field", "full_name=nom", "--field", "birth_year=ne")),
             ("t.csv", "3/4/26;10:00;1;A\n3/25/26;10:00;1;B\n3/4/26;1O:00;1;C\n", "1O:00", "10:00", ("--mapping", mapping)),
             ("j.jsonl", lines + lines.replace('"1"', '"2"').replace("track", "trak"), "trak", "track", ("--source", "web")),
             ("a.log", log.format("a") + log.format("b").replace("14/Mar", "14/Mra"), "Mra", "Mar", ("--source", "site")))
    for name, content, wrong, right, flags in cases:
        folder, clean = place.folder(f"data-{name}"), place.folder(f"clean-{name}")
        summary = folder.import_(place.file(name, content), *flags)
        equal((summary["rejected"], len(summary["rejects"])), (1, 1), name)
        told = summary["rejects"][0]
        mended = open(told["rows"]).read()
        holds(mended, wrong)
        open(told["rows"], "w").write(mended.replace(wrong, right))
        equal(folder(*shlex.split(told["command"])[1:-2], "--json").json()["imported"], 1, name)
        clean.import_(place.file(f"good-{name}", content.replace(wrong, right)), *flags)
        equal(folder.digest(), clean.digest(), name)


def check_what_cannot_stand_alone_is_mended_in_its_file(place):
    folder = place.folder()
    path = place.file("log.xes", XES.format(time="noon"))
    out = folder("import", path).out
    holds(out, f"mend {path} itself")
    lacks(out, "--mapping")
    told = folder.import_(path)["rejects"]
    equal([(t["input"], t["command"]) for t in told], [(str(path), "")])


def check_jsonl(place):
    lines = ['{"type":"track","event":"A","userId":"u1","timestamp":"2026-03-14T10:00:00Z"}',
             '{"type":"track","event":"B"', '{"type":"track","event":"C","userId":"u1","timestamp":"soon"}', "[1,2]",
             '{"type":"track","event":"D","userId":"u1","timestamp":"2026-03-14T10:00:00Z"}']
    folder = place.folder()
    summary = folder.import_(place.file("calls.jsonl", "\n".join(lines) + "\n"))
    equal((summary["imported"], summary["rejected"]), (2, 3))
    places, rows = reasons_of(folder)
    equal([line for line, *_ in places], [2, 3, 4])
    equal(rows.read_text().splitlines(), lines[1:4])


def check_unterminated_quote(place):
    """A quote that never closes loses no row before it, and names its line."""
    folder = place.folder()
    path = place.file("calls.csv", HEAD + "".join(GOOD) + 'c1,2026-03-14T10:00:00Z,Called,phone,"never closed\n')
    summary = folder.import_(path, *FLAGS)
    equal((summary["imported"], summary["rejected"]), (20, 1))
    equal(codes(reasons_of(folder)[0]), [(22, "csv-open-quote")])


def check_bad_encoding(place):
    """Said to be UTF-8 and is not: those rows alone are rejected."""
    folder = place.folder()
    rows = HEAD.encode() + "".join(GOOD).encode() + b"c1,2026-03-14T10:00:00Z,Called,phone,caf\xe9\n"
    summary = folder.import_(place.file("calls.csv", rows), "--encoding", "utf-8", *FLAGS)
    equal((summary["imported"], summary["rejected"]), (20, 1))
    equal(reasons_of(folder)[0][0][0], 22, "line")


def check_latin1_is_told(place):
    folder = place.folder()
    rows = HEAD.encode() + b"c1,2026-03-14T10:00:00Z,R\xe9clamation,phone,caf\xe9\n"
    summary = folder.import_(place.file("calls.csv", rows), *FLAGS)
    equal(summary["imported"], 1)
    holds(summary["encoding"].lower(), "1252" if "1252" in summary["encoding"] else "8859-1")
    equal(folder.events()[0]["activity"], "Réclamation")


def check_mended_in_other_encodings(place):
    """The header of the rejects is in the encoding of their rows, and what is said of the encoding does not spoil it."""
    head, bad = "numéro;date;activité;été\n", "c1;hier;Réservé;café\n"
    good = "c1;2026-03-14T10:00:00Z;Réservé;café\nc2;2026-03-14T10:00:00Z;Réservé;thé\n"
    flags = ("--customer", "account=numéro", "--time", "date", "--activity", "activité")
    for n, (encoding, more) in enumerate((("latin-1", ()), ("latin-1", ("--encoding", "latin1")), ("utf-16", ()), ("utf-8-sig", ()))):
        folder, clean = place.folder(f"data{n}"), place.folder(f"clean{n}")
        summary = folder.import_(place.file("calls.csv", (head + good + bad).encode(encoding)), *flags, *more)
        equal((summary["imported"], summary["rejected"]), (2, 1))
        mended = reasons_of(folder)[1].read_bytes().replace(b"hier", b"2026-03-15T10:00:00Z")
        equal(folder.import_(place.file("mended.csv", mended), *flags, *more)["imported"], 1)
        clean.import_(place.file("clean.csv", (head + good + bad.replace("hier", "2026-03-15T10:00:00Z")).encode(encoding)),
                      *flags, *more)
        equal(folder.digest(), clean.digest(), encoding)


def check_rejects_of_nobody_are_kept(place):
    """What names no customer in the end, or has no time, is there to be mended, in CSV and in JSON lines."""
    folder = place.folder()
    folder.import_(place.file("calls.csv", "phone,date,event\nabc,2026-03-14T10:00:00Z,Called\n0612345678,2026-03-14T10:00:00Z,Called\n"))
    equal(reasons_of(folder)[1].read_text(), "phone,date,event\nabc,2026-03-14T10:00:00Z,Called\n")
    calls = [{"type": "track", "event": "x", "timestamp": "2026-03-14T10:00:00Z"}, {"type": "track", "event": "x", "userId": "u1"},
             {"type": "track", "event": "x", "context": {"traits": {"email": "nobody"}}, "timestamp": "2026-03-14T10:00:00Z"}]
    folder.import_(place.file("calls.jsonl", lines_of(calls)), status=1)
    equal([json.loads(line) for line in reasons_of(folder)[1].read_text().splitlines()], calls)
    folder.import_(place.file("batch.jsonl", json.dumps({"batch": calls}) + "\n"), status=1)
    equal([json.loads(line) for line in reasons_of(folder)[1].read_text().splitlines()], calls)


def check_what_broke_off_is_read_to_there(place):
    """A compressed file without its end: the whole rows before are in, half a row is not; the whole file adds the rest."""
    rows = [f"c{i},2026-03-14T10:00:00Z,Called,phone,{i * 7919 % 10007}\n" for i in range(20000)]
    whole = gzip.compress((HEAD + "".join(rows)).encode(), mtime=0)
    folder, clean = place.folder(), place.folder("clean")
    answer = folder("import", place.file("calls.csv.gz", whole[:len(whole) // 2]), *FLAGS, status=1)
    holds(answer.error, "ends too early")
    there = folder.status()["events"]
    equal(5000 < there < 15000, True, there)
    summary = folder.import_(place.file("calls.csv.gz", whole), *FLAGS)
    equal((summary["imported"], summary["duplicates"]), (20000 - there, there))
    clean.import_(place.path / "calls.csv.gz", *FLAGS)
    equal(folder.digest(), clean.digest())


def check_what_no_reader_is_for(place):
    """Told as what it is, with what to do."""
    folder = place.folder()
    for name, content, code in (("calls.json", '[\n  {"type": "track"}\n]', "import-array"), ("calls.csv", '[{"type":"track"}]', "import-array"),
                                ("calls.xlsx", b"PK\x03\x04\x14\0\x06\0", "import-zip"), ("calls.csv", b"PK\x03\x04\x14\0", "import-zip")):
        problem = folder("import", place.file(name, content), "--json", status=1).problem()
        equal((problem["code"], bool(problem["hint"])), (code, True), name)
    log = '<?xml version="1.0"?>\n<log>\n<object-types><object-type name="customer"/></object-types><events/></log>'
    for name in ("log.xml", "log.xmlocel", "log.xes"):
        problem = folder("import", place.file(name, log), "--json", status=1).problem()
        equal((problem["code"], problem["where"]["line"], "pm4py" in problem["hint"]), ("xes-ocel", 3, True), name)
    text = "user_id\tdate\tevent\nu1\t2026-03-14T10:00:00Z\tÉté\n"
    equal(folder.import_(place.file("unicode.txt", text.encode("utf-16")))["imported"], 1)


def check_rejects_are_whole(place):
    """However long a row is, and behind whatever stands before the header; the answer has room for the first of them."""
    folder, clean = place.folder(), place.folder("clean")
    long = "say \"\"yes\"\" " * 20000
    rows = [f'c{i},{{time}},Called,phone,"{long}{i}"\n' for i in range(20)]
    text = "sep=,\n\n" + HEAD + GOOD[0] + "".join(rows)
    summary = folder.import_(place.file("calls.csv", text.format(time="soon")), *FLAGS)
    equal((summary["imported"], summary["rejected"], len(summary["refused"])), (1, 20, 20))
    mended = reasons_of(folder)[1].read_text().replace(",soon,", ",2026-03-14T10:00:00Z,")
    equal(folder.import_(place.file("mended.csv", mended), *FLAGS)["imported"], 20)
    path = place.file("clean.csv", text.format(time="2026-03-14T10:00:00Z"))
    equal(len(clean("import", path, *FLAGS, "--preview", "--json").json()["preview"]["records"]) > 5, True)
    clean.import_(path, *FLAGS)
    equal(folder.digest(), clean.digest())


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
<trace><string key="concept:name" value="c1"/>
<event><string key="concept:name" value="Called"/><date key="time:timestamp" value="2026-03-14T10:00:00Z"/></event>
<event><string key="concept:name" value="Called"/><date key="time:timestamp" value="{time}"/></event>
<event><date key="time:timestamp" value="2026-03-14T10:02:00Z"/></event>
</trace></log>
"""


def check_xes(place):
    folder = place.folder()
    summary = folder.import_(place.file("log.xes", XES.format(time="noon")))
    equal(summary["rejected"] >= 1, True, summary)
    places, _ = reasons_of(folder)
    equal(places[0][0], 5, "line of the bad time")
    equal(folder.events()[0]["activity"], "Called")


def ocel(time):
    return {"eventTypes": [{"name": "Order", "attributes": []}],
            "objectTypes": [{"name": "customer", "attributes": []}],
            "objects": [{"id": "c1", "type": "customer", "attributes": []}],
            "events": [{"id": f"e{i}", "type": "Order", "time": t, "attributes": [],
                        "relationships": [{"objectId": "c1", "qualifier": "by"}]}
                       for i, t in enumerate(["2026-03-14T10:00:00Z", time, "2026-03-14T12:00:00Z"])]}


def check_ocel(place):
    folder = place.folder()
    path = place.file("log.json", json.dumps(ocel("noon"), indent=1))
    summary = folder.import_(path, "--format", "ocel", "--customer", "account=customer")
    equal(summary["rejected"], 1)
    places, _ = reasons_of(folder)
    equal(places[0][0] is not None and places[0][0] > 1, True, "a line")
    equal(folder.status()["events"], 2)
    mended = place.file("mended.json", json.dumps(ocel("2026-03-14T11:00:00Z")))
    folder.import_(mended, "--format", "ocel", "--customer", "account=customer")
    clean = place.folder("clean")
    clean.import_(mended, "--format", "ocel", "--customer", "account=customer")
    equal(folder.digest(), clean.digest(), "digest")


def check_ocel_events_of_nobody(place):
    """Whose an event is may be told one object further; where that is nobody, or several, it is rejected."""
    def related(*ids):
        return [{"objectId": i, "qualifier": "of"} for i in ids]
    objects = [("c1", "customer", ("o4",)), ("c2", "customer", ()), ("o1", "order", ("c1",)), ("o2", "order", ()),
               ("p1", "product", ("c1", "c2")), ("o4", "order", ())]
    events = [("e1", ("o1",)), ("e2", ("o2",)), ("e3", ("p1",)), ("e4", ("o4",)), ("e5", ("p1", "c2"))]
    log = {"eventTypes": [], "objectTypes": [],
           "objects": [{"id": i, "type": t, "attributes": [], "relationships": related(*r)} for i, t, r in objects],
           "events": [{"id": i, "type": "Seen", "time": "2026-03-14T10:00:00Z", "attributes": [],
                       "relationships": related(*r)} for i, r in events]}
    folder = place.folder()
    summary = folder.import_(place.file("log.json", json.dumps(log)), "--customer", "account=customer")
    equal(summary["rejected"], 2)
    equal({code for _, _, code, _ in reasons_of(folder)[0]}, {"record-no-identifier"})
    equal([e["message_id"] for e in folder.thread("account:c1")], ["e1", "e4"])
    equal([e["message_id"] for e in folder.thread("account:c2")], ["e5"])


def check_a_folder_holds_other_files_too(place):
    """What is no file of events is skipped and told; the rest is imported; what looks like events and fails ends in 1."""
    log = place.path / "log"
    for name, content in (("README.txt", "What lies here\n\nCalls, of March.\n"), ("Thumbs.db", b"\xd0\xcf\x11\xe0\0\0"), (".DS_Store", b"\0\0"),
                          ("empty.csv", ""), ("map.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"), ("a.csv", HEAD + GOOD[0]),
                          ("below/z.csv", HEAD + GOOD[1])):
        place.file(f"log/{name}", content)
    for words in ((), ("--strict",), FLAGS):
        folder = place.folder(f"data{len(words)}")
        summary = folder.import_(log, *words)
        keeps_schema("import", summary)
        equal((summary["files"], summary["imported"], summary["rejected"]), (2, 2, 0), words)
        equal({f["file"].rsplit("/", 1)[1] for f in summary["skipped"]}, {"README.txt", "Thumbs.db", "empty.csv", "map.svg"}, words)
        equal((summary["files_skipped"], summary["files_failed"], summary["failed"]), (4, 0, []))
    said = place.folder("said")("import", log).out
    holds(said, "4 files skipped", f"{log}/README.txt: no column", f"{log}/empty.csv", "is empty")
    place.file("log/b.csv", "a,b\n1,2\n")
    for words, imported in (((), 2), (("--strict",), 0)):
        folder = place.folder(f"failed{imported}")
        answer = folder("import", log, *words, "--json", status=1)
        equal((answer.problem()["code"], answer.problem()["where"]["file"]), ("csv-no-time", f"{log}/b.csv"), words)
        equal(folder.status()["events"], imported, words)
    place.file("log/c.xlsx", b"PK\x03\x04")
    answer = place.folder("two")("import", log, "--json", status=1)
    keeps_schema("import", answer.json())
    equal([f["code"] for f in answer.json()["failed"]], ["csv-no-time", "import-zip"])
    equal((answer.problem()["code"], answer.json()["imported"]), ("import-files", 2))
    folder = place.folder("named")
    folder("import", log / "README.txt", status=1)  # asked for by name: it should have been one
    folder("import", log / "b.csv", log / "a.csv", status=1)
    equal(folder.status()["events"], 1, "the others are read")


def check_nothing_but_rejects_is_a_failure(place):
    """A file of which no row could be read: exit 1, and where the rows are; one that was read before is fine."""
    folder = place.folder()
    path = place.file("calls.csv", HEAD + "c1,soon,Called,phone,n\nc2,later,Called,phone,n\n")
    answer = folder("import", path, *FLAGS, "--time-format", "iso", "--json", status=1)
    keeps_schema("import", answer.json())
    equal((answer.json()["rejected"], answer.problem()["code"]), (2, "import-rejected"))
    holds(answer.problem()["hint"], answer.json()["rejects_file"])
    holds(folder("import", path, *FLAGS, "--time-format", "iso", status=1, env={"ARIANE_LANG": "fr"}).error, "2 lignes a été rejetée", ".rows")
    good = place.file("good.csv", HEAD + GOOD[0])
    folder("import", path, good, *FLAGS, "--time-format", "iso")
    folder("import", path, good, *FLAGS, "--time-format", "iso")
    folder("import", path, *FLAGS, "--time-format", "iso", "--preview")
    folder("import", place.file("none.csv", HEAD), *FLAGS)


def check_strict(place):
    """Nothing at all is imported, and the first place is named."""
    folder = place.folder()
    bad = place.file("calls.csv", HEAD + "".join(GOOD) + "c1,yesterday,Called,phone,n\n")
    answer = folder("import", bad, "--strict", *FLAGS, status=1)
    holds(answer.error, "calls.csv:22", "yesterday")
    equal(folder.status()["events"], 0)
    problem = folder("import", bad, "--strict", "--json", *FLAGS, status=1).problem()
    equal((problem["code"], problem["where"]["line"], problem["where"]["column"]), ("csv-time", 22, 2))
    equal(list((folder.path / "rejects").glob("*")) if (folder.path / "rejects").exists() else [], [])
    good = place.file("good.csv", HEAD + "".join(GOOD))
    equal(folder.import_(good, "--strict", *FLAGS)["imported"], 20)


def check_strict_over_several_files(place):
    """One bad row in the second file: nothing of the first either."""
    folder = place.folder()
    good = place.file("in/a.csv", HEAD + "".join(GOOD))
    place.file("in/b.csv", HEAD + "c1,yesterday,Called,phone,n\n")
    folder("import", good.parent, "--strict", *FLAGS, status=1)
    equal(folder.status()["events"], 0)


def check_strict_from_standard_input(place):
    folder = place.folder()
    content = (HEAD + "".join(GOOD) + "c1,yesterday,Called,phone,n\n").encode()
    answer = folder("import", "-", "--strict", *FLAGS, stdin=content, status=1)
    lacks(answer.error, str(folder.path))  # the place is that of what the user gave
    equal(folder.status()["events"], 0)
    equal([p.name for p in folder.path.glob("standard-input*")], [], "no copy stays")
