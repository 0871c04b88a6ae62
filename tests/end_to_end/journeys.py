"""Questions about journeys, as they are asked: their limits, the lists behind funnels, predictions that follow."""
import csv
import datetime
import io
import json
import xml.etree.ElementTree

from doors import Server
from tools import ariane, equal, holds, keeps_schema, lacks, lines_of

QUESTIONS = {
    "map": [], "flow": [], "variants": [], "list": [], "metrics": [], "frictions": ["--support", "1"],
    "funnel": ["--step", "View", "--step", "Pay", "--by", "channel"],
    "drivers": ["--edge-from", "View", "--edge-to", "Call", "--support", "1"],
    "compare": ["--group-with", "web:", "--support", "1"], "whatif": ["--route", "View", "--to", "Pay"],
    "predict": ["--evaluate"],
}


def event(number, who, name, minute, channel="web"):
    return {"type": "track", "event": name, "userId": who, "messageId": f"m{number}", "channel": channel,
            "timestamp": f"2026-03-14T{10 + minute // 60:02}:{minute % 60:02}:00Z"}


def visits(people, first=0):
    """Each looks; one in three pays, one in three calls, one in three goes."""
    told = []
    for i in range(people):
        told.append(event(first + 2 * i, f"u{first + i}", "View", 2 * i))
        if i % 3 < 2:
            told.append(event(first + 2 * i + 1, f"u{first + i}", ("Pay", "Call")[i % 3], 2 * i + 1, ("web", "phone")[i % 3]))
    return told


def filled(place, calls, name="data"):
    folder = place.folder(name)
    folder("import", place.file(f"{name}.jsonl", lines_of(calls)), "--source", "web", "--quiet")
    return folder


def check_every_question_keeps_its_limit_of_bytes(place):
    """Past it there is no part of an answer, but the name of a filter that would narrow it."""
    folder = filled(place, visits(30))
    for name, words in QUESTIONS.items():
        folder("journey", name, *words, "--json")
        refused = folder("journey", name, *words, "--json", "--memory", "0", status=1)
        equal(refused.out, "", name)
        equal(refused.problem()["code"], "journey-room", name)
        holds(json.dumps(refused.problem()), "--")


def check_every_question_tells_when_it_stands(place):
    """The epoch and the moment are in each answer, and --as-of chooses the moment."""
    folder = filled(place, visits(30))
    for name, words in QUESTIONS.items():
        answer = folder("journey", name, *words, "--as-of", "2026-03-14T10:30:00Z", "--json").json()
        equal(answer["as_of"], "2026-03-14T10:30:00.000Z", name)
        equal(answer["epoch"] > 0, True, name)


def check_behind_a_number_of_a_part_are_those_it_counts(place):
    """Both go from a call to the bill, but one only before the first bill: of what comes after it he is not."""
    ways = {"u1": ["Call", "Bill", "Call", "Bill"], "u2": ["Call", "Bill"]}
    folder = filled(place, [event(f"{who}{i}", who, name, i) for who, names in ways.items() for i, name in enumerate(names)])
    part = ("--from-step", "Bill", "--json")
    edge, = (e for e in folder("journey", "map", *part).json()["edges"] if (e["from"], e["to"]) == ("Call", "Bill"))
    equal((edge["count"], edge["customers"]), (1, 1))

    def customers(*words):
        return folder("journey", "list", *part, *words).json()["customers"]

    counted = ("--part-edge-from", "Call", "--part-edge-to", "Bill")
    equal(customers(*counted), 1, "of the part")
    equal(customers("--edge-from", "Call", "--edge-to", "Bill"), 2, "of the whole")
    equal(customers(*counted, "--part-edge-from", "Bill", "--part-edge-to", "Call"), 1, "the second with the second")
    equal(customers(*counted, "--part-edge-from", "Bill", "--part-edge-to", "Bill"), 0, "not crosswise")
    equal((customers("--part-passed", "Call"), customers("--passed", "Call")), (1, 2), "a step")
    refused = folder("journey", "list", *part, *["--part-passed", "Call"] * 65, status=1)
    equal((refused.problem()["code"], "part-passed" in json.dumps(refused.problem())), ("journey-steps", True))


def check_funnels_are_drawn_listed_and_tabled(place):
    folder = filled(place, visits(9))
    words = ("journey", "funnel", "--step", "View", "--step", "Pay")
    answer = folder(*words, "--by", "channel", "--json").json()
    keeps_schema("journey-funnel", answer)
    equal([s["journeys"] for s in answer["steps"]], [9, 3])
    for cell in [*answer["steps"], *(s for v in answer["values"] for s in v["steps"])]:
        listed = folder(*words, *cell["list"], "--json").json()
        keeps_schema("journey-funnel", listed)
        equal(listed["journeys"], cell["journeys"])
        equal(len(listed["list"]), cell["journeys"])
    lost = folder(*words, "--list", "1", "--stopped", "--json").json()
    equal(sorted({tuple(j["steps"]) for j in lost["list"]}), [("View",), ("View", "Call")])
    folder(*words, "--list", "3", status=2)
    folder(*words, "--list", "1", "--value", "web", status=2)
    folder(*words, "--list", "1", "--by", "channel", "--value", "fax", status=1)
    rows = folder(*words, "--csv").out.splitlines()
    equal([r.split(",")[:3] for r in rows], [["position", "step", "journeys"], ["1", "View", "9"], ["2", "Pay", "3"]])
    for language in ("en", "fr"):
        picture = place.path / f"funnel-{language}.svg"
        folder(*words, "--svg", picture, "--lang", language)
        equal(xml.etree.ElementTree.parse(picture).getroot().tag, "{http://www.w3.org/2000/svg}svg")


def shares(folder):
    answer = folder("journey", "predict", "--after", "View", "--json").json()
    return {k: v for k, v in answer.items() if k != "epoch"}


def check_what_if_lists_the_customers_behind_its_numbers(place):
    folder = filled(place, visits(30))
    words = ("journey", "whatif", "--route", "Call", "--to", "Pay", "--horizon", "5m")
    for route, number in (("route", "episodes_from"), ("to", "episodes_to")):
        answer = folder(*words, "--list", route, "--top", "100", "--json")
        keeps_schema("journey-whatif", answer.json())
        told = answer.json()
        equal(told["listed"], told[number], route)
        equal(len(told["list"]), told[number], route)
        equal(len({item["customer"] for item in told["list"]}), told[number.replace("episodes", "customers")], route)
        holds(folder(*words, "--list", route).out, "2026")
    equal(folder(*words, "--list", "both", "--json", status=2).problem()["code"], "usage-whatif-list")


def check_compare_lists_the_journeys_behind_its_numbers(place):
    folder = filled(place, visits(30))
    words = ("journey", "compare", "--split", "2026-03-14T10:30:00Z", "--support", "1")
    told = folder(*words, "--all", "--json").json()
    for i in range(len(told["differences"]) + 1):
        for side in ("first", "second"):
            listed = folder(*words, "--list", i, "--side", side, "--json").json()
            keeps_schema("journey-compare", listed)
            equal(listed["times"], told["differences"][i - 1][side] if i else told[side]["journeys"], (i, side))
            equal(len(listed["list"]), min(20, listed["journeys"]))
    whole = folder(*words, "--list", "1", "--whole", "--json").json()
    equal(whole["times"], told["differences"][0]["second_of"])
    rows = folder(*words, "--list", "0", "--csv").out.splitlines()
    equal(len(rows), 1 + min(20, told["second"]["journeys"]))
    equal(folder(*words, "--list", "1", "--side", "both", "--json", status=2).problem()["code"], "usage-compare-side")
    folder(*words, "--list", "1000", status=1)


def check_customers_without_an_attribute_are_all_others(place):
    """--customer and --not-customer are two halves, also of what is known without an event."""
    folder = filled(place, [dict(one, properties={"tier": "gold"}) if i % 4 == 0 else one for i, one in enumerate(visits(30))])
    counted = {option: folder("journey", "map", *words, "--json").json()["customers"]
               for option, words in (("all", []), ("has", ["--customer", "tier=gold"]), ("lacks", ["--not-customer", "tier=gold"]))}
    equal(counted["has"] + counted["lacks"], counted["all"], counted)
    equal(0 < counted["has"] < counted["all"], True, counted)
    equal(folder("journey", "map", "--customer", "tier=gold", "--not-customer", "tier=gold", "--json").json()["customers"], 0)


def check_a_list_without_its_breakdown_is_no_empty_list(place):
    """What is asked of a part that the question does not have is refused, and not answered by nobody."""
    folder = filled(place, visits(30))
    for words, code in ((["metrics", "--list", "repeat_contacts", "--value", "web"], "usage-funnel-value"),
                        (["metrics", "--list", "repeat_contacts", "--period", "2026-03-14"], "usage-metrics-period"),
                        (["drivers", "--from-step", "View", "--to-step", "Call", "--slower", "1m"], "usage-options-exclude"),
                        (["drivers", "--loop", "View", "--slower", "1m"], "usage-options-exclude"),
                        (["whatif", "--route", "View", "--route", "Pay", "--to", "Pay"], "usage-whatif-same")):
        equal(folder("journey", *words, "--json", status=2).problem()["code"], code)
    told = folder("journey", "metrics", "--list", "repeat_contacts", "--period", "2026-03-14", "--every", "day", "--json").json()
    equal((told["total"], told["total"] > 0), (folder("journey", "metrics", "--list", "repeat_contacts", "--json").json()["total"], True))


def check_what_nobody_did_has_no_mean(place):
    """Whole episodes of a week, the day after: there are none, and 0.00 would be a figure."""
    folder = filled(place, visits(30))
    answer = folder("journey", "whatif", "--route", "Call", "--to", "Pay", "--horizon", "7d", "--json").json()
    keeps_schema("journey-whatif", answer)
    equal((answer["episodes_from"], answer["episodes_to"]), (0, 0))
    nothing = {"mean_from": None, "mean_to": None, "before": None, "after": None, "change": {"value": None, "low": None, "high": None}}
    equal([answer[m] for m in ("cost", "contacts", "value")], [nothing] * 3)
    words = ("journey", "whatif", "--route", "Call", "--to", "Pay", "--horizon", "7d")
    said = folder(*words).out
    holds(said, "no whole episode of the first route", "no whole episode of the second")
    lacks(said, "0.00", "nan")
    lacks(folder(*words, "--csv").out, "0", "nan")
    given = folder(*words, "--volume", "1000", "--cost-from", "5", "--cost-to", "1", "--share", "10", "--json").json()
    equal((given["cost"]["before"], given["cost"]["after"], given["contacts"]["after"]), (5000, 4600, None), "figures of one's own")
    there = folder("journey", "whatif", "--route", "Call", "--to", "Pay", "--horizon", "5m", "--json").json()
    equal(there["contacts"]["mean_from"] is not None and there["episodes_to"] > 0, True)


READY_MADE = {  # (channel, activity, minute, more) of each customer; what his journeys come to
    "ivr-self-service": [
        ([("ivr", "ivr.begun", 0), ("ivr", "ivr.contained", 1)], ["success"]), ([("ivr", "ivr.begun", 0), ("phone", "queue.enter", 1)], ["failure"]),
        ([("ivr", "ivr.begun", 0), ("ivr", "ivr.left", 1)], ["ended"]), ([("ivr", "ivr.begun", 0), ("phone", "call", 1441)], ["ended"])],
    "web-self-service": [
        ([("web", "Page", 0), ("web", "Order Completed", 5)], ["success"]), ([("app", "Screen", 0), ("chat", "chat", 60)], ["failure"]),
        ([("web", "Page", 0), ("web", "Payment Failed", 1), ("web", "Payment Completed", 2)], ["success"]), ([("web", "Page", 0)], ["ended"])],
    "web-to-contact-centre": [([("web", "Page", 0), ("phone", "call", 1440)], ["failure"]), ([("web", "Page", 0), ("phone", "call", 1441)], ["ended"])],
    "repeat-contacts": [([("phone", "call", 0), ("email", "mail", 7 * 1440)], ["ended"]), ([("phone", "call", 0), ("phone", "call", 7 * 1440 + 1)], ["ended", "ended"])],
    "repeat-contacts-by-reason": [
        ([("phone", "call", 0, {"reason": "bill"}), ("phone", "call", 60, {"reason": "line"}), ("phone", "call", 90, {"reason": "bill"})], ["ended", "ended"])],
    "order-to-activation": [([("web", "Order Completed", 0), ("field", "visit", 60), ("backoffice", "order.activated", 90)], ["success"]),
                            ([("web", "order.placed", 0), ("web", "order.cancelled", 9)], ["failure"])],
    "incident-to-resolution": [
        ([("phone", "ticket.created", 0, {"case": "d1"}), ("phone", "call", 5, {"case": "d1"}), ("phone", "call.unresolved", 6, {"case": "d1"}),
          ("phone", "call.resolved", 9, {"case": "d1"})], ["success"]),
        ([("phone", "incident.opened", 0, {"case": "d2"}), ("phone", "case.closed", 9, {"case": "d3"})], ["ended"])],
    "complaint-to-answer": [
        ([("letter", "complaint.opened", 0, {"case": "p1"}), ("letter", "reply.sent", 99, {"case": "p1"})], ["success"]),
        ([("letter", "complaint.opened", 0, {"case": "p2"}), ("letter", "mediation.requested", 99, {"case": "p2"})], ["failure"])],
}


def check_ready_made_definitions_say_what_they_promise(place):
    """Each on customers made for it; and each tells something of the demonstration company, whose events they know."""
    for name, people in READY_MADE.items():
        rows = ["watch,2026-07-01T00:00:00Z,iot,watch,,"]  # so late that every window has passed
        for who, (steps, _) in enumerate(people):
            for channel, activity, minute, *more in steps:
                time = datetime.datetime(2026, 3, 14) + datetime.timedelta(minutes=minute)
                more = dict(*more)
                rows.append(f"u{who},{time.isoformat()}Z,{channel},{activity},{more.get('case', '')},{more.get('reason', '')}")
        folder = place.folder(name)
        folder.import_(place.file(f"{name}.csv", "\n".join(["who,time,channel,what,case,reason", *rows]) + "\n"),
                       "--customer", "user_id=who", "--time", "time", "--activity", "what", "--channel", "channel", "--case", "case")
        for who, (steps, outcomes) in enumerate(people):
            found = folder("journey", "list", f"user_id:u{who}", "--definition", name, "--order", "earliest", "--json").json()
            equal([j["outcome"] for j in found["list"]], outcomes, f"{name}: {steps}")
    company = place.folder("company")
    ariane("demo", "--customers", "400", "--days", "120", "--out", place.path / "files")
    company("import", *sorted((place.path / "files").iterdir()), "--quiet")
    for name in ("ivr-self-service", "web-self-service", "order-to-activation", "incident-to-resolution", "complaint-to-answer"):
        found = company("journey", "list", "--definition", name, "--outcome", "success", "--json").json()
        equal(found["journeys"] > 0, True, name)


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.out)))


def check_lists_and_causes_are_tables_for_programs_too(place):
    """Each row of --csv is an item of --json, and the figures are the same."""
    folder = filled(place, visits(60))
    drivers = ["--edge-from", "View", "--edge-to", "Call", "--support", "1", "--all"]
    whatif = ["--route", "View", "--to", "Pay", "--horizon", "1m"]
    for name, words, items, column in (
            ("list", [], "list", ("length", "length")), ("drivers", drivers, "drivers", ("with", "with")),
            ("frictions", ["--support", "1"], "frictions", ("suffered", "suffered")),
            ("compare", ["--group-with", "phone:", "--support", "1", "--all"], "differences", ("first", "first")),
            ("drivers", [*drivers, "--list", "0"], "list", ("customer", "customer")),
            ("funnel", ["--step", "View", "--step", "Pay", "--list", "1"], "list", ("first", "first")),
            ("metrics", ["--list", "repeat_contacts"], "list", ("time", "time")),
            ("whatif", [*whatif, "--list", "route"], "list", ("time", "time")),
            ("predict", ["--after", "View", "--list"], "list", ("customer", "customer"))):
        told = folder("journey", name, *words, "--json").json()[items]
        rows = rows_of(folder("journey", name, *words, "--csv"))
        equal([row[column[0]] for row in rows], [str(item[column[1]]) for item in told], name)
        equal(any(None in row or None in row.values() for row in rows), False, name)
        equal(len(rows) > 0 or name == "frictions", True, name)  # sixty visits are too few for one
    for horizon, has_means in (("1m", False), ("1s", True)):  # who pays looked a minute before: no episode of its own, no mean
        words = ["--route", "View", "--to", "Pay", "--horizon", horizon]
        told = folder("journey", "whatif", *words, "--json").json()
        rows = rows_of(folder("journey", "whatif", *words, "--csv"))
        equal([(r["measure"], *(float(r[cell]) if r[cell] else None for cell in ("before", "change"))) for r in rows],
              [(m, told[m]["before"], told[m]["change"]["value"]) for m in ("cost", "contacts", "value")])
        equal(told["cost"]["change"]["value"] is not None, has_means, horizon)
    told = folder("journey", "predict", "--after", "View", "--json").json()["prediction"]["next"]
    rows = rows_of(folder("journey", "predict", "--after", "View", "--csv"))
    equal([(r["step"] or None, float(r["probability"]), int(r["count"])) for r in rows],
          [(n["step"], n["probability"], n["count"]) for n in told])
    told = folder("journey", "predict", "--evaluate", "--json").json()["evaluation"]
    rows = {r["predicted"]: r for r in rows_of(folder("journey", "predict", "--evaluate", "--csv"))}
    equal([float(rows[k]["log_loss"]) for k in ("next", "next_by_last_step", "success")],
          [told[k]["log_loss"] for k in ("next", "next_by_last_step", "success")])


def check_predictions_follow_what_comes_and_what_is_erased(place):
    """With a server running: after each change, as if nothing else had ever been."""
    first, more = visits(12), visits(9, 100)
    folder = filled(place, first, "server")
    only_first, both = filled(place, first, "first"), filled(place, first + more, "both")
    with Server(folder):
        equal(shares(folder), shares(only_first))
        folder("import", place.file("more.jsonl", lines_of(more)), "--source", "web", "--quiet")
        equal(shares(folder), shares(both))
        equal(shares(folder), shares(both))  # the model that stayed
        folder("import", place.file("one.jsonl", lines_of(visits(1, 500))), "--source", "web", "--quiet")
        before = shares(both)["events"]
        assert shares(folder)["events"] > before  # it followed
        folder("erase", "user_id:u500", "--quiet")
        for i in range(9):
            folder("erase", f"user_id:u{100 + i}", "--quiet")
        equal({**shares(folder), "as_of": ""}, {**shares(only_first), "as_of": ""})


def check_predictions_list_the_journeys_behind_their_numbers(place):
    folder = filled(place, visits(30))
    told = folder("journey", "predict", "--after", "View", "--json").json()["prediction"]
    listed = folder("journey", "predict", "--after", "View", "--list", "--json").json()
    equal(listed["times"], told["context"]["count"])
    equal(len(listed["list"]), listed["journeys"])
    for step in told["next"]:
        listed = folder("journey", "predict", "--after", "View", "--list", "--next", step["step"] or "", "--json").json()
        equal(listed["times"], step["count"])
