"""Real logs: what comes out of them equals what others counted."""
import json

from tools import ROOT, data, equal

LOGS = {  # file: what is expected of it
    "receipt.csv": "receipt", "receipt.xes.gz": "receipt_xes", "running-example.csv": "running-example",
    "roadtraffic100traces.xes": "roadtraffic100traces", "bpic2013_incidents.xes.gz": "bpic2013_incidents",
    "bpic2012.xes.gz": "bpic2012",
}


def as_counts(rows, *keys):
    return {tuple(row[k] for k in keys): row["count"] for row in rows}


def expect(name, place):
    log = data(f"events/{name}")
    wanted = json.loads(data(f"events/expected/{LOGS[name]}.json").read_text())
    folder = place.folder()
    summary = folder.import_(log)
    equal(summary["rejected"], 0, "rejected")
    status = folder.status()
    for ours, theirs in (("events", "events"), ("customers", "cases"), ("first_time", "first_time"),
                         ("last_time", "last_time")):
        equal(status[ours], wanted[theirs], ours)
    found = folder("journey", "map", "--json").json()
    edges = {(a, b): n for a, b, n in wanted["edges"]}
    equal(as_counts(found["edges"], "from", "to"), edges, "edges")
    for end in ("start", "end"):
        equal(as_counts(found[end], "step"), {(a,): n for a, n in pairs(wanted[end])}, end)
    equal(found["journeys"], wanted["cases"], "journeys")
    expect_variants(folder, wanted)


def expect_variants(folder, wanted):
    top = len(wanted["top_variant_counts"])
    found = folder("journey", "variants", "--top", str(top), "--json").json()
    equal((found["journeys"], found["distinct"]), (wanted["cases"], wanted["distinct_variants"]), "variants")
    equal([v["count"] for v in found["variants"]], wanted["top_variant_counts"], "top counts")
    counts = [v["count"] for v in found["variants"]]
    if counts.count(counts[0]) == 1:  # else chance decides which of the equal ones they name
        equal(found["variants"][0]["steps"], wanted["top_variant"], "top variant")
    equal(sum(counts) + found["rest"]["count"], wanted["cases"], "the rest")


def pairs(counts):
    return counts.items() if isinstance(counts, dict) else counts


def check_receipt_csv(place):
    expect("receipt.csv", place)


def check_receipt_xes(place):
    expect("receipt.xes.gz", place)


def check_running_example(place):
    expect("running-example.csv", place)


def check_road_traffic(place):
    expect("roadtraffic100traces.xes", place)


def check_bpic2013(place):
    expect("bpic2013_incidents.xes.gz", place)


def check_bpic2012(place):
    expect("bpic2012.xes.gz", place)


def threads_by_case(folder):
    threads = {}
    for event in folder.events():
        threads.setdefault(event["identifiers"][0]["value"], []).append(event)
    return {case: sorted(events, key=lambda e: instant(e["time"])) for case, events in threads.items()}


def instant(text):
    from datetime import datetime
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def plain(value):
    """A value as both formats can tell it: the CSV has columns of times where the XES has dates."""
    if isinstance(value, dict) and "$time" in value:
        return instant(value["$time"])
    return value


def told(event):
    """Time, activity and attributes; the XES keeps the name of its trace also as an attribute, where the
    CSV has the column that names the customer."""
    attributes = {k: plain(v) for k, v in event["attributes"].items() if k != "case:concept:name"}
    return instant(event["time"]), event["activity"], attributes


def check_two_formats_one_truth(place):
    """receipt.csv and receipt.xes.gz give the same threads: times, activities, attributes."""
    left, right = place.folder("csv"), place.folder("xes")
    left.import_(data("events/receipt.csv"))
    right.import_(data("events/receipt.xes.gz"))
    ours, theirs = threads_by_case(left), threads_by_case(right)
    equal(set(ours), set(theirs), "cases")
    for case, events in ours.items():
        equal([told(e) for e in events], [told(e) for e in theirs[case]], case)


def check_thread_in_both_formats(place):
    """The same, asked as people ask: `thread --json`."""
    left, right = place.folder("csv"), place.folder("xes")
    left.import_(data("events/receipt.csv"))
    right.import_(data("events/receipt.xes.gz"))
    for case in ("case-10011", "case-10017", "case-1207", "case-7915", "case-9876"):
        if left("thread", f"case:{case}", status=None).status == 1:
            equal(right("thread", f"case:{case}", status=None).status, 1, case)
            continue
        ours, theirs = (f.thread(f"case:{case}") for f in (left, right))
        equal([told(e) for e in ours], [told(e) for e in theirs], case)


def check_bpi2016_complaints(place):
    folder = place.folder()
    folder.import_("--mapping", ROOT / "examples/mappings/bpi2016-complaints.json",
                   data("events/BPI2016_Complaints.csv"))
    status = folder.status()
    equal((status["events"], status["customers"]), (289, 226))


def check_bpi2016_clicks(place):
    folder = place.folder()
    folder.import_("--mapping", ROOT / "examples/mappings/bpi2016-clicks.json",
                   data("events/BPI2016_Clicks_NOT_Logged_In_sample1000.csv"))
    status = folder.status()
    equal((status["events"], status["customers"]), (1000, 603))
