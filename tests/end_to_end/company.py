"""The demonstration company: its files by other people's readers, and imported by nothing but their look."""
import csv
import json
import re
from pathlib import Path

from tools import ariane, equal, holds

ENCODINGS = {"billing": lambda month: "cp1252", "stores": lambda month: "cp1252",
             "crm/cases": lambda month: "cp1252" if month % 2 == 0 else "utf-8-sig", "crm": lambda month: "utf-8-sig"}
NO_HEADER = ("telephony/",)


def company(place):
    out = place.path / "company"
    ariane("demo", "--customers", "300", "--days", "70", "--out", str(out))
    return out


def encoding_of(name):
    month = int((re.findall(r"-\d{4}-(\d\d)", name) or ["0"])[0])
    for start, choose in ENCODINGS.items():
        if name.startswith(start):
            return choose(month)
    return "utf-8"


def table(path, name):
    """The rows of a table by Python's csv, each as long as the first."""
    text = path.read_bytes().decode(encoding_of(name))
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    if not name.startswith("telephony/queue_log"):
        equal({len(row) for row in rows}, {len(rows[0])}, name)
    return rows


def check_every_file_is_what_it_says(place):
    """JSON lines by Python's json, tables by its csv, logs by a pattern; no character lost."""
    out, tables, calls, lines = company(place), 0, 0, 0
    log = re.compile(r'^\S+ - \S+ \[\d\d/\w{3}/\d{4}(:\d\d){3} [+-]\d{4}\] "GET \S+ HTTP/2\.0" \d{3} \d+ "[^"]*" "[^"]+" [0-9a-f-]{36}$')
    for path in sorted(p for p in out.rglob("*") if p.is_file() and "truth" not in p.parts):
        name = path.relative_to(out).as_posix()
        if name.endswith(".jsonl"):
            for line in path.read_text().splitlines():
                call = json.loads(line)
                equal({"messageId", "type", "anonymousId", "context", "originalTimestamp", "sentAt", "receivedAt"} <= set(call),
                      True, name)
                calls += 1
        elif name.endswith(".log"):
            for line in path.read_text().splitlines():
                equal(bool(log.match(line)), True, line)
                lines += 1
        else:
            tables += len(table(path, name))
    equal(calls > 1000 and lines > 100 and tables > 1000, True, (calls, lines, tables))


def check_import_of_all_files_needs_no_word(place):
    """ariane import DIR/*: nothing rejected, the truth not read; the same again adds nothing."""
    out = company(place)
    folder = place.folder("data")
    arguments = sorted(str(p) for p in out.iterdir())
    holds(" ".join(arguments), "truth")
    counts = folder.import_(*arguments)
    equal((counts["rejected"], counts["conflicts"], counts["identifiers_dropped"]), (0, 0, 0))
    equal(folder.import_(*arguments)["imported"], 0)
    rows = sum(len(table(p, p.relative_to(out).as_posix())) - 1 for p in (out / "orders").glob("*.csv"))
    kept = [r for r in folder.events() if r["source"] in ("orders", "technicians")]
    equal(len(kept), rows, "orders and visits")
