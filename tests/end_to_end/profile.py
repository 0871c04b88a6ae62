"""Profiles and segments: which telling holds, what is computed, who is in; before and after a merge, undone or not."""
import json
import random

from tools import equal, holds, keeps_schema, lines_of


def call(kind, n, day, user, **more):
    event = {"type": kind, "messageId": f"m{n}", "timestamp": f"2026-03-{day:02}T10:00:00Z", "userId": user, **more}
    if kind == "track":
        event.setdefault("event", "Seen")
    return event


def customer(folder, who, *more):
    answer = folder("customer", who, "--json", *more).json()
    keeps_schema("customer", answer)
    return answer


def traits(folder, who):
    return {t["key"]: t["value"] for t in customer(folder, who)["traits"]}


def computed(folder, who):
    return {t["key"]: t["value"] for t in customer(folder, who)["computed"]}


def profile_of(folder, who):
    """Without what changes with every record written."""
    return {k: v for k, v in customer(folder, who, "--history").items() if k not in ("epoch", "as_of", "volatile_id")}


def check_rules_choose_among_tellings(place):
    """Of an address told by two systems: the newest, or the more trusted one's; with its history, for the past too."""
    folder = place.folder()
    crm = [call("identify", 1, 1, "ann", traits={"city": "Nantes", "tier": "gold", "likes": ["tea"]})]
    web = [call("identify", 2, 2, "ann", traits={"city": "Paris", "tier": None, "likes": ["jam", "tea"]})]
    folder.import_(place.file("web.jsonl", lines_of(web)), "--source", "web")
    folder.import_(place.file("crm.jsonl", lines_of(crm)), "--source", "crm")
    equal(traits(folder, "user_id:ann"), {"city": "Paris", "tier": None, "likes": ["jam", "tea"]}, "the newest")
    before = folder.digest()
    rules = place.file("profile.json", json.dumps({"version": 1, "name": "ours", "traits": [
        {"trait": "c*", "rule": "most_trusted"}, {"trait": "likes", "rule": "set"}, {"trait": "tier", "rule": "earliest"}]}))
    trust = place.file("rules.json", json.dumps({"version": 1, "sources": [{"source": "crm", "trust": 90}]}))
    for words in (("identity", "profile", "check", rules), ("identity", "profile", "show")):
        keeps_schema("identity-profile", folder(*words, "--json").json())
    folder("identity", "rules", "apply", trust)
    made = folder("identity", "profile", "apply", rules, "--json").json()["sequence"]
    equal(traits(folder, "user_id:ann"), {"city": "Nantes", "tier": "gold", "likes": ["tea", "jam"]}, "by the rules")
    told = {t["key"]: t for t in customer(folder, "user_id:ann", "--history")["traits"]}
    city = told["city"]
    equal((city["source"], city["trust"], city["rule"], city["told"], city["different"]),
          ("crm", 90, "most_trusted", 2, 2), "where it came from")
    equal([(h["value"], h["source"]) for h in city["history"]], [("Paris", "web"), ("Nantes", "crm")], "history")
    holds(folder("customer", "user_id:ann", "--history").out, "Nantes", "most trusted", "tea, jam")
    holds(folder("customer", "user_id:ann", "--history", "--lang", "fr").out, "le plus sûr")
    folder.digest()  # a replay knows the documents
    folder("identity", "undo", made)
    equal(traits(folder, "user_id:ann")["city"], "Paris", "undone")
    folder("identity", "undo", made - 1)
    equal(folder.digest(), before, "as it was")
    bad = place.file("bad.json", '{"version": 1, "otherwise": "newest"}')
    holds(folder("identity", "profile", "check", bad, "--json", status=1).error, "field-value", "bad.json")
    holds(folder("identity", "profile", "frobnicate", "--json", status=2).error, "usage-profile-action")
    for action in ("check", "apply"):
        holds(folder("identity", "profile", action, "--json", status=2).error, "usage-profile-file")
    equal(folder("identity", "profile", "check", "--document", rules.read_text(), "--json").json()["name"], "ours", "told")


def check_what_is_computed(place):
    """Channels, contacts, counts, value, consent: without anybody telling them."""
    folder = place.folder()
    ordered = [{"revenue": 20}, {"revenue": 22.5}]
    rows = [call("track", i, i + 1, "ann", event="Order Completed", properties=p) for i, p in enumerate(ordered)]
    rows += [call("page", 7, 9, "ann")]
    rows += [call("track", 10 + i, 10 + i, "ann", event="Consent Given", properties={"consent": yes, "purpose": why})
             for i, (yes, why) in enumerate([(True, "mail"), (True, "phone"), (False, "mail")])]
    folder.import_(place.file("a.jsonl", lines_of(rows)), "--source", "shop")
    seen = computed(folder, "user_id:ann")
    equal((seen["orders"], seen["value"], seen["channels"]), (2, 42.5, ["backoffice", "web"]), "counts, value, channels")
    equal(seen["consent"], {"mail": False, "phone": True}, "the last word on each purpose")
    equal((seen["first_contact"], seen["last_contact"]),
          ({"$time": "2026-03-01T10:00:00Z"}, {"$time": "2026-03-12T10:00:00Z"}), "contacts")
    holds(folder("customer", "user_id:ann").out, "preferred_channel", "mail: ")


def check_an_undone_merge_splits_the_profile(place):
    """What two people were before they were taken for one, they are again."""
    folder = place.folder()
    rows = [call("identify", n, 1 + n % 9, who, traits={"city": f"C{n}", "n": n}) for n, who in
            enumerate(["ann", "ben"] * 6)] + [call("track", 50 + n, 9, "ben", properties={"revenue": n}) for n in range(3)]
    folder.import_(place.file("a.jsonl", lines_of(rows)), "--source", "shop")
    before = [profile_of(folder, f"user_id:{who}") for who in ("ann", "ben")]
    made = folder("identity", "link", "user_id:ann", "user_id:ben", "--json").json()["sequence"]
    merged = profile_of(folder, "user_id:ann")
    equal(merged, profile_of(folder, "user_id:ben"), "one")
    equal(merged["events"], sum(p["events"] for p in before), "all events")
    equal({t["key"]: t["told"] for t in merged["traits"]}, {"city": 12, "n": 12}, "all tellings")
    folder("identity", "undo", made)
    equal([profile_of(folder, f"user_id:{who}") for who in ("ann", "ben")], before, "two again, exactly")


BRIEFLY = ("type", "kind", "source", "channel", "activity", "interaction", "case", "actor")


def check_a_brief_thread_is_the_thread_in_short(place):
    """From columns what the whole records say: the same events, in the same order, by the same pages."""
    folder = place.folder()
    rows = [{"type": "ariane.record", "kind": "event", "time": f"2026-03-{1 + n:02}T10:00:00.25+01:00", "source": "crm",
             "channel": ("web", "phone")[n % 2], "activity": f"Step {n % 3}", "message_id": f"m{n}",
             "identifiers": [{"type": "user_id", "value": "ann"}], "attributes": {"n": n},
             **{k: f"{k}{n // 2}" for k in ("interaction", "case", "actor")[:n % 4]}} for n in range(12)]
    folder.import_(place.file("a.jsonl", lines_of(rows)))
    folder("correct", "crm", "m3", "--set", "case=another")
    folder("retract", "crm", "m4")
    whole = [json.loads(line) for line in folder("thread", "user_id:ann", "--json").out.splitlines()]
    brief = [json.loads(line) for line in folder("thread", "user_id:ann", "--brief", "--json").out.splitlines()]
    equal([{k: r[k] for k in BRIEFLY if k in r} for r in whole], [{k: v for k, v in r.items() if k != "time"} for r in brief])
    equal((len(brief), brief[2]["time"], brief[3]["case"]), (11, "2026-03-03T09:00:00.250Z", "another"))
    last = folder("thread", "user_id:ann", "--brief", "--json", "--last", "2").out
    equal([json.loads(line) for line in last.splitlines()], brief[-2:], "the last")
    holds(folder("thread", "user_id:ann", "--brief").out, "Step 2", "another")
    equal(customer(folder, "user_id:ann", "--last", "3")["last"], brief[-3:], "with the profile, in one question")
    equal(customer(folder, "user_id:ann", "--last", "1000")["last"], brief, "all there are")
    equal("last" in customer(folder, "user_id:ann"), False, "not asked for")
    holds(folder("customer", "user_id:ann", "--last", "11").out, "Last events", "Step 2", "another")
    folder("customer", "user_id:ann", "--last", "-1", status=2)


# ---- segments

def naive(events, merged, now, conditions):
    """Who is in, from the events alone."""
    people = {}
    for who, day, channel, activity, tone in events:
        people.setdefault(merged.get(who, who), []).append((day, channel, activity, tone))
    inside = set()
    for who, told in people.items():
        ok = True
        for wanted, channel, activity, tone, within, at_least in conditions:
            count = sum(1 for d, c, a, t in told
                        if (channel is None or c == channel) and (activity is None or a == activity)
                        and (tone is None or t == tone) and (within is None or d > now - within))
            ok &= (count >= (at_least or 1)) == wanted
        if ok:
            inside.add(who)
    return inside


def document(conditions):
    rows = []
    for wanted, channel, activity, tone, within, at_least in conditions:
        selector = {k: v for k, v in (("channel", channel), ("activity", activity),
                                      ("where", f"tone={tone}" if tone else None)) if v}
        row = {"with" if wanted else "without": selector}
        row.update({k: v for k, v in (("within", f"{within}d" if within else None), ("at_least", at_least)) if v})
        rows.append(row)
    return json.dumps({"version": 1, "description": "drawn", "conditions": rows})


def draw(chance):
    while True:
        condition = (chance.random() < 0.7, chance.choice([None, "web", "phone"]), chance.choice([None, "a", "b", "c"]),
                     chance.choice([None, None, "low"]), chance.choice([None, None, 3, 7]), chance.choice([None, 2, 3]))
        if any(condition[1:4]):
            return condition


def members(folder, name):
    answer = folder("segment", "members", name, "--limit", "1000", "--json").json()
    keeps_schema("segment-members", answer)
    equal(answer["customers"], len(answer["list"]), "all are listed")
    return {m["customer"].removeprefix("user_id:") for m in answer["list"]}


def journeys_of(folder, *filters):
    answer = folder("journey", "list", *filters, "--limit", "1000", "--json").json()
    return {j["customer"].removeprefix("user_id:") for j in answer["list"]}


def add(place, folder, chance, events, n, day):
    rows = []
    for i in range(12):
        event = (f"u{chance.randrange(8)}", day, chance.choice(["web", "phone"]), chance.choice("abc"),
                 chance.choice(["low", "high"]))
        events.append(event)
        rows.append(",".join(str(v) for v in (f"2026-03-{day:02}T00:00:00Z", *(event[k] for k in (0, 2, 3, 4)), f"{n}-{i}")))
    text = "time,user_id,channel,activity,tone,id\n" + "\n".join(rows) + "\n"
    folder.import_(place.file(f"rows{n}.csv", text), "--time", "time", "--activity", "activity", "--channel", "channel",
                   "--customer", "user_id=user_id")


def check_members_are_the_filters_answer_at_any_epoch(place):
    """Drawn segments against counting by hand, while events come, people are merged, and merges undone."""
    for seed in range(2):
        chance, events, merged = random.Random(seed), [], {}
        folder = place.folder(f"data{seed}")
        day, link = 1, None
        add(place, folder, chance, events, 0, day)
        segments = {f"s{i}": [draw(chance) for _ in range(1 + i % 2)] for i in range(3)}
        for name, conditions in segments.items():
            folder("segment", "create", name, "--file", place.file(f"{name}.json", document(conditions)))
        for n in range(1, 5):
            if n == 2:
                link = folder("identity", "link", "user_id:u0", "user_id:u1", "--json").json()["sequence"]
                merged["u1"] = "u0"
            elif n == 3:
                folder("identity", "undo", link)
                merged.clear()
            else:
                day += chance.randrange(1, 4)
                add(place, folder, chance, events, n, day)
            for name, conditions in segments.items():
                wanted = naive(events, merged, day, conditions)
                equal(members(folder, name), wanted, f"{seed} {n} {name} {conditions}")
                equal(journeys_of(folder, "--segment", name), wanted, "as a filter of journeys")
        folder.digest()


def check_segments_are_kept_replaced_removed_and_undone(place):
    folder = place.folder()
    add(place, folder, random.Random(9), [], 0, 1)
    before = folder.digest()
    made = folder("segment", "create", "callers", "--with", "phone:", "--at-least", "2", "--within", "30d",
                  "--description", "call often", "--json").json()
    keeps_schema("segment", made)
    keeps_schema("segment-document", made["document"])
    equal(made["document"]["conditions"], [{"with": {"channel": "phone"}, "within": "30d", "at_least": 2}], "as asked")
    equal(journeys_of(folder, "--segment", "callers") <= journeys_of(folder, "--with", "phone:"), True, "those who call")
    folder("segment", "create", "both", "--segment", "callers", "--with", "web:", "--customer", "tone=low")
    equal(members(folder, "both"), members(folder, "callers") & journeys_of(folder, "--with", "web:", "--customer", "tone=low"),
          "one within another")
    holds(folder("segment", "create", "callers", "--with", "web:", "--json", status=1).error, "segment-there")
    second = folder("segment", "create", "callers", "--with", "web:", "--replace", "--json").json()["sequence"]
    equal(members(folder, "callers"), journeys_of(folder, "--with", "web:"), "replaced")
    folder("identity", "undo", second)
    equal(folder("segment", "show", "callers", "--json").json()["document"], made["document"], "the former one")
    gone = folder("segment", "remove", "callers", "--json").json()["sequence"]
    holds(folder("journey", "map", "--segment", "callers", "--json", status=1).error, "segment-unknown")
    equal([s["segment"] for s in folder("segment", "list", "--json").json()["segments"]], ["both"], "removed")
    folder("identity", "undo", gone)
    holds(folder("segment", "list").out, "callers", "call often", "both")
    holds(folder("segment", "members", "callers", "--lang", "fr").out, "client")
    for words, code in ((("create", "a b", "--with", "web:"), "segment-name"), (("create", "empty"), "segment-empty"),
                        (("create", "x", "--segment", "nobody"), "segment-unknown"), (("show", "nobody"), "segment-unknown"),
                        (("create", "callers", "--segment", "both", "--replace"), None)):
        answer = folder("segment", *words, "--json", status=1 if code else 0)
        holds(answer.error, code or "")
    holds(folder("segment", "members", "callers", "--json", status=1).error, "segment-nested")
    for made in (folder("segment", "remove", name, "--json").json()["sequence"] for name in ("callers", "both")):
        equal(made > 0, True, "removed")
    equal(folder.digest(), before, "as if there had never been any")
