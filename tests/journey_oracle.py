#!/usr/bin/env python3
"""Journeys against plain SQL: random events, definitions, filters and questions; SQLite must say the same.

  tests/journey_oracle.py --ariane PATH [--worlds N] [--questions N] [--seed N] [--kind KIND] [--every-filter]

A world is a set of random events, imported into a fresh data folder and put into a table; each is asked
random questions.  The SQL below was written from docs/formats/journey-definition.md, not from the
program.  Ends with "N passed, N failed"; a failure prints the question, so that it can be asked again.
"""
import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

CHANNELS = ["web", "phone", "shop"]
ACTIVITIES = ["view", "view.page", "cart", "pay", "call", "call.back"]
START = 1767225600  # 2026-01-01
SPANS = {"1m": 60, "2m": 120, "5m": 300, "10m": 600, "30m": 1800, "2h": 7200}


# ---- a world


class World:
    def __init__(self, rnd, place, ariane):
        self.rnd, self.ariane, self.folder = rnd, ariane, place / "data"
        self.place = place
        self.sql = sqlite3.connect(":memory:")
        self.rows = self.make_rows()
        self.load()

    def make_rows(self):
        rnd, rows = self.rnd, []
        people, coarse = rnd.choice([1, 3, 8, 20]), rnd.choice([1, 30, 60])
        span = rnd.choice([600, 3600, 20000])
        names = rnd.sample(ACTIVITIES, rnd.randint(1, len(ACTIVITIES)))
        fine = rnd.choice([0, 0, 0.02, 1])  # how many of the times are no whole seconds
        for _ in range(rnd.choice([1, 10, 60, 200])):
            rows.append({
                "who": f"c{rnd.randrange(people)}", "time": START + rnd.randrange(span) // coarse * coarse,
                "ms": rnd.randrange(1000) if rnd.random() < fine else 0,
                "channel": rnd.choice(CHANNELS), "activity": rnd.choice(names),
                "plan": rnd.choice(["gold", "silver", "go", None]),
                "total": rnd.choice([None, 0, 1, 5, 10, 25]),
                "ord": rnd.choice([None, "o1", "o2", "o3"])})
        return rows

    def load(self):
        lines = ["who,time,channel,activity,plan,total,ord"]
        for row in self.rows:
            lines.append(f"{row['who']},{row['time']}.{row['ms']:03}," + ",".join(
                "" if row[k] is None else str(row[k]) for k in ("channel", "activity", "plan", "total", "ord")))
        path = self.place / "events.csv"
        path.write_text("\n".join(lines) + "\n")
        self.run("import", path, "--customer", "user_id=who", "--time", "time", "--activity", "activity",
                 "--channel", "channel", "--json")
        self.sql.execute("create table ev (id integer primary key, who, ts, channel, activity, plan, total, ord)")
        self.sql.executemany(
            "insert into ev (who, ts, channel, activity, plan, total, ord) values (?, ?, ?, ?, ?, ?, ?)",
            [(r["who"], r["time"] * 1000 + r["ms"], *(r[k] for k in ("channel", "activity", "plan", "total", "ord")))
             for r in self.rows])

    def run(self, *words, status=0):
        done = subprocess.run([self.ariane, "--data", self.folder, *map(str, words)], capture_output=True,
                              check=False)
        if done.returncode != status:
            raise AssertionError(f"{words}: {done.returncode} {done.stderr.decode()}")
        return done.stdout

    def ask(self, *words):
        return json.loads(self.run(*words, "--json"))


# ---- conditions, both ways: (as Ariane takes it, as SQL)


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def condition(rnd):
    kind = rnd.randrange(7)
    if kind == 0:
        value = rnd.choice(["gold", "silver", "none"])
        return f"plan={value}", f"coalesce(plan = {quote(value)}, 0)"
    if kind == 1:
        value = rnd.choice(["gold", "silver"])
        return f"plan!={value}", f"coalesce(plan <> {quote(value)}, 0)"
    if kind == 2:
        sign, n = rnd.choice(["<", "<=", ">", ">=", "="]), rnd.choice([0, 1, 5, 7, 10])
        return f"total{sign}{n}", f"coalesce(total {sign} {n}, 0)"
    if kind == 3:
        key = rnd.choice(["plan", "total", "ord"])
        return key, f"({key} is not null)"
    if kind == 4:
        pattern = rnd.choice(["g*", "*", "*l*", "go"])
        return f"plan~{pattern}", f"coalesce(plan glob {quote(pattern)}, 0)"
    if kind == 5:
        values = rnd.sample(["gold", "silver", "go", "x"], 2)
        return ({"attribute": "plan", "in": values},
                f"coalesce(plan in ({', '.join(map(quote, values))}), 0)")
    values = rnd.sample([0, 1, 5, 10, 11], 2)
    return {"attribute": "total", "in": values}, f"coalesce(total in ({', '.join(map(str, values))}), 0)"


def plain_condition(rnd):
    while True:
        ours, theirs = condition(rnd)
        if isinstance(ours, str):
            return ours, theirs


def pattern_for(rnd, names):
    return rnd.choice([rnd.choice(names), rnd.choice(names)[:2] + "*", "*" + rnd.choice(names)[-2:]])


def selector(rnd):
    """A selector of a definition."""
    if rnd.random() < 0.3:
        pattern = pattern_for(rnd, ACTIVITIES)
        return pattern, f"activity glob {quote(pattern)}"
    ours, theirs = {}, []
    if rnd.random() < 0.5:
        some = [pattern_for(rnd, CHANNELS) for _ in range(rnd.randint(1, 2))]
        ours["channel"] = some if len(some) > 1 or rnd.random() < 0.5 else some[0]
        theirs.append("(" + " or ".join(f"channel glob {quote(p)}" for p in some) + ")")
    if rnd.random() < 0.6 or not ours:
        some = [pattern_for(rnd, ACTIVITIES) for _ in range(rnd.randint(1, 2))]
        ours["activity"] = some
        theirs.append("(" + " or ".join(f"activity glob {quote(p)}" for p in some) + ")")
    if rnd.random() < 0.5:
        tests = [condition(rnd) for _ in range(rnd.randint(1, 2))]
        ours["where"] = [t[0] for t in tests]
        theirs += [t[1] for t in tests]
    return ours, "(" + " and ".join(theirs) + ")"


def selectors(rnd, most):
    some = [selector(rnd) for _ in range(rnd.randint(1, most))]
    return [s[0] for s in some], "(" + " or ".join(s[1] for s in some) + ")"


# ---- a definition and a filter, both ways


class Question:
    """With `forced`, the name of one filter (FILTERS): that one alone, and surely."""

    def __init__(self, world, forced=None):
        self.world, self.rnd = world, world.rnd
        self.forced = forced
        self.words = []
        self.definition = None
        self.step = "activity"
        self.cut = {"start": [], "goal": [], "failure": [], "gap": None, "window": None, "by": None,
                    "restart": False, "merge": False}
        self.steps = list(ACTIVITIES)
        self.people, self.seen = ["1"], ["1"]
        self.as_of = max(r["time"] * 1000 + r["ms"] for r in world.rows)
        self.passed, self.never, self.from_step, self.to_step = [], [], None, None
        self.whole, self.named, self.parts = [], [], []
        if self.rnd.random() < 0.5:
            self.words += ["--threads", self.rnd.randint(2, 5)]
        if self.rnd.random() < 0.75:
            self.define()
        if self.forced or self.rnd.random() < 0.7:
            self.filter()

    def has(self, name, chance):
        """Is there to be this filter?"""
        return name == self.forced if self.forced else self.rnd.random() < chance

    def define(self):
        rnd, d = self.rnd, {"version": 1, "name": "random"}
        cases = []
        if rnd.random() < 0.3:
            d["drop"], sql = selectors(rnd, 2)
            cases.append((sql, "null"))
        keeps = True
        if rnd.random() < 0.8:
            names = rnd.sample(["A", "B", "C", "D", "call"], rnd.randint(1, 5))
            d["steps"] = []
            for name in names:
                events, sql = selectors(rnd, 2)
                d["steps"].append({"name": name, "events": events[0] if len(events) == 1 else events})
                cases.append((sql, quote(name)))
            keeps = rnd.random() < 0.4
            if keeps or rnd.random() < 0.3:
                d["other"] = "keep" if keeps else "drop"
            self.steps = names + (ACTIVITIES if keeps else [])
        rest = "activity" if keeps else "null"
        self.step = "case " + " ".join(f"when {c} then {s}" for c, s in cases) + f" else {rest} end" \
            if cases else rest
        self.define_cuts(d)
        if rnd.random() < 0.3:
            self.define_people(d)
        self.definition = d
        path = self.world.place / "definition.json"
        path.write_text(json.dumps(d))
        self.words += ["--definition", path]

    def define_cuts(self, d):
        rnd, cut = self.rnd, self.cut
        names = list(dict.fromkeys(self.steps))
        if rnd.random() < 0.4:
            cut["start"] = d["start"] = rnd.sample(names, rnd.randint(1, min(2, len(names))))
            if rnd.random() < 0.4:
                cut["restart"] = d["restart"] = True
        ends = rnd.sample(names, min(2, len(names)))
        if rnd.random() < 0.4:
            cut["goal"] = d["goal"] = ends[:1]
        if rnd.random() < 0.3:
            cut["failure"] = d["failure"] = ends[1:]
        for key in ("gap", "window"):
            if rnd.random() < 0.35:
                d[key] = rnd.choice(list(SPANS))
                cut[key] = SPANS[d[key]] * 1000
        if rnd.random() < 0.25:
            d["by"] = rnd.choice(["ord", "plan", "total"])
            cut["by"] = d["by"]
        if rnd.random() < 0.25:
            d["repeats"] = "merge"
            cut["merge"] = True

    def define_people(self, d):
        d["customers"] = {}
        for key, sign in (("with", ""), ("without", "not ")):
            if self.rnd.random() < 0.6:
                d["customers"][key], sql = selectors(self.rnd, 2)
                self.people.append(f"{sign}exists (select 1 from known k where k.who = e.who and "
                                   + f"(select max({sql}) from known x where x.who = e.who) = 1)")

    def filter(self):
        rnd = self.rnd
        if self.has("since", 0.3):
            when = rnd.choice(self.world.rows)["time"]
            self.words += ["--since", iso(when)]
            self.seen.append(f"ts >= {when * 1000}")
        if self.has("until", 0.3):
            when = rnd.choice(self.world.rows)["time"]
            self.words += ["--until", iso(when)]
            self.seen.append(f"ts < {when * 1000}")
        if self.has("as-of", 0.2):
            when = rnd.choice(self.world.rows)["time"] + rnd.choice([0, 0, 100000])
            self.words += ["--as-of", iso(when)]
            self.as_of = when * 1000
        self.filter_names()
        self.filter_people()
        names = self.step_names()
        for option, into in (("passed", self.passed), ("never", self.never)):
            if self.has(option, 0.2):
                into.append(rnd.choice(names))
                self.words += [f"--{option}", into[-1]]
        self.filter_journeys(names)
        if self.has("from-step", 0.15):
            self.from_step = rnd.choice(names)
            self.words += ["--from-step", self.from_step]
        if self.has("to-step", 0.15):
            self.to_step = rnd.choice(names)
            self.words += ["--to-step", self.to_step]
        self.filter_places(names)

    def step_names(self):
        """Mostly such as there are; alone, a filter of none would show nothing."""
        names = list(dict.fromkeys(self.steps))
        there = [name for name in names if name in self.known_steps()]
        return there if self.forced and there else names

    def filter_places(self, names):
        """Which step stands at a position of what is left, from 1 or from the last by -1."""
        for option in ("at", "not-at"):
            if not self.has(option, 0.06):
                continue
            place, step = self.rnd.choice([1, 2, 3, -1, -2]), self.rnd.choice([*names, ""] if option == "at" else names)
            self.words += [f"--{option}", f"{place}={step}"]
            if step:
                self.named.append(step)
            last = "(select max(n) from part y where y.j = h.j)"
            number = str(place) if place > 0 else f"{last} + {place + 1}"
            there = f"(select step from part x where x.j = h.j and x.n = {number})"
            self.parts.append(f"{there} is null" if not step else f"coalesce({there} = {quote(step)}, 0)" if option == "at"
                              else f"coalesce({there} <> {quote(step)}, 0)")

        if self.has("part-passed", 0.06):
            step = self.rnd.choice(names)
            self.named.append(step)
            self.words += ["--part-passed", step]
            self.parts.append(f"exists (select 1 from part x where x.j = h.j and x.step = {quote(step)})")
        if self.has("part-edge", 0.06):
            a, b = self.rnd.choice(names), self.rnd.choice(names)
            self.named += [a, b]
            self.words += ["--part-edge-from", a, "--part-edge-to", b]
            self.parts.append(f"""exists (select 1 from part x join part y on y.j = x.j and y.n = x.n + 1
                where x.j = h.j and x.step = {quote(a)} and y.step = {quote(b)})""")

    def filter_journeys(self, names):
        """Filters by which the list behind a number is asked for."""
        rnd = self.rnd
        for option, test in (
                ("begins", "(select step from whole w where w.j = h.j and w.n = 1) = {}"),
                ("ends", "(select step from whole w where w.j = h.j order by n desc limit 1) = {}")):
            if self.has(option, 0.1):
                self.whole_tests(f"--{option}", [rnd.choice(names)], test)
        if self.has("edge", 0.12):
            a, b = rnd.choice(names), rnd.choice(names)
            self.named += [a, b]
            self.words += ["--edge-from", a, "--edge-to", b]
            self.whole.append(f"""exists (select 1 from whole w join whole x on x.j = w.j and x.n = w.n + 1
                where w.j = h.j and w.step = {quote(a)} and x.step = {quote(b)})""")
        if self.has("way", 0.08):
            way = [rnd.choice(names) for _ in range(rnd.randint(1, 2))]
            self.named += way
            for step in way:
                self.words += ["--way", step]
            self.whole.append(f"""(select group_concat(step, '|') from (select step from whole w
                where w.j = h.j order by n)) = {quote('|'.join(way))}""")
        if self.has("outcome", 0.12):
            some = rnd.sample(["success", "failure", "ended", "open"], rnd.randint(1, 2))
            for word in some:
                self.words += ["--outcome", word]
            self.whole.append(f"(select outcome from jo where jo.j = h.j) in ({', '.join(map(quote, some))})")

    def whole_tests(self, option, steps, test):
        self.named += steps
        self.words += [option, *steps]
        self.whole.append(test.format(quote(steps[0])))

    def filter_names(self):
        rnd = self.rnd
        for option, column, names in (("--channel", "channel", CHANNELS), ("--activity", "activity", ACTIVITIES)):
            if self.has(column, 0.2):
                some = [pattern_for(rnd, names) for _ in range(rnd.randint(1, 2))]
                self.seen.append("(" + " or ".join(f"{column} glob {quote(p)}" for p in some) + ")")
                for p in some:
                    self.words += [option, p]
        wheres = int(self.forced == "where") if self.forced else rnd.choice([0, 0, 0, 1, 2])
        for _ in range(wheres):
            ours, theirs = plain_condition(rnd)
            self.words += ["--where", ours]
            self.seen.append(theirs)

    def filter_people(self):
        rnd = self.rnd
        for option, sign in (("--with", ""), ("--without", "not ")):
            if self.has(option[2:], 0.15):
                channel, activity = rnd.choice(CHANNELS), rnd.choice(ACTIVITIES)
                typed, sql = rnd.choice([(f"{channel}:", f"channel = {quote(channel)}"),
                                         (activity, f"activity = {quote(activity)}"),
                                         (f"{channel}:{activity}",
                                          f"channel = {quote(channel)} and activity = {quote(activity)}")])
                self.words += [option, typed]
                self.people.append(f"{sign}exists (select 1 from known k where k.who = e.who and {prefixed(sql)})")
        for option, sign in (("--customer", ""), ("--not-customer", "not ")):
            if self.has(option[2:], 0.15):
                ours, theirs = plain_condition(rnd)
                self.words += [option, ours]
                self.people.append(f"{sign}exists (select 1 from known x where x.who = e.who and {theirs_of_x(theirs)})")

    # ---- the journeys, in SQL

    def known_steps(self):
        """The steps that Ariane knows of: others only as activities that occur."""
        defined = [s["name"] for s in (self.definition or {}).get("steps", [])]
        keeps = not defined or self.definition.get("other") == "keep"
        there = sorted({r["activity"] for r in self.world.rows}) if keeps else []
        return set(defined) | set(there)

    def journeys(self):
        """Makes the tables `je` (who, j, n, step, ts, id: events of journeys, numbered from 1) and `jo`
        (j, who, outcome)."""
        sql, cut = self.world.sql, self.cut

        def listed(names):
            return "(step in (" + ", ".join(map(quote, names)) + "))" if names else "0"

        for table in ("known", "seen", "runs", "walk", "final", "je", "jo", "whole", "part"):
            sql.execute(f"drop table if exists temp.{table}")
        sql.execute(f"create temp table known as select * from ev where ts <= {self.as_of}")
        sql.execute(f"""create temp table seen as
            select id, who, ts, {self.step} as step, {cut['by'] or "'all'"} as grp from known e
            where {' and '.join(self.seen)} and {' and '.join(self.people)}""")
        sql.execute(f"""create temp table runs as
            select id, who, grp, ts, step, row_number() over (partition by who, grp order by ts, id) as n,
                {listed(cut['start']) if cut['start'] else '1'} as can_start,
                {listed(cut['start']) if cut['restart'] else '0'} as must_start,
                {listed(cut['goal'])} as goal, {listed(cut['failure'])} as failure
            from seen where step is not null and grp is not null""")
        over = " or ".join(["r.must_start"] + [
            f"r.ts - w.{mark} > {cut[key]}" for key, mark in (("gap", "last"), ("window", "first")) if cut[key]])
        sql.execute(f"""create temp table walk as
            with recursive
            walk (id, who, grp, n, ts, step, no, opened, first, last, held, inside, merged) as (
                select id, who, grp, n, ts, step, can_start, can_start and not goal and not failure,
                    ts, ts, step, can_start, 0 from runs where n = 1
                union all
                select r.id, r.who, r.grp, r.n, r.ts, r.step,
                    w.no + (not (w.opened and not ({over})) and r.can_start),
                    ((w.opened and not ({over})) or r.can_start) and not r.goal and not r.failure,
                    case when (w.opened and not ({over})) then w.first when r.can_start then r.ts else w.first end,
                    case when (w.opened and not ({over})) or r.can_start then r.ts else w.last end,
                    case when (w.opened and not ({over})) or r.can_start then r.step else w.held end,
                    (w.opened and not ({over})) or r.can_start,
                    (w.opened and not ({over})) and {int(cut['merge'])} and r.step = w.held
                from walk w join runs r on r.who = w.who and r.grp = w.grp and r.n = w.n + 1)
            select * from walk""")
        sql.execute("""create temp table final as select who, grp, no from walk w where opened and not exists
            (select 1 from walk z where z.who = w.who and z.grp = w.grp and z.n > w.n)""")
        gone = " or ".join(["0"] + [
            f"{self.as_of} - max({mark}) > {cut[key]}" for key, mark in (("gap", "last"), ("window", "first"))
            if cut[key]])
        sql.execute(f"""create temp table jo as
            select who, grp, no, who || '/' || grp || '/' || no as j,
                case when max({listed(cut['goal'])}) then 'success'
                     when max({listed(cut['failure'])}) then 'failure'
                     when exists (select 1 from final f where f.who = walk.who and f.grp = walk.grp
                         and f.no = walk.no) then case when {gone} then 'ended' else 'open' end
                     else 'ended' end as outcome
            from walk where inside group by who, grp, no""")
        sql.execute("""create temp table whole as
            select who, who || '/' || grp || '/' || no as j, step, ts, id,
                row_number() over (partition by who, grp, no order by n) as n
            from walk where inside and not merged""")
        self.keep_journeys()

    def keep_journeys(self):
        sql = self.world.sql
        tests = [f"exists (select 1 from whole w where w.j = h.j and w.step = {quote(s)})" for s in self.passed]
        tests += [f"not exists (select 1 from whole w where w.j = h.j and w.step = {quote(s)})" for s in self.never]
        tests += self.whole
        first = "1"
        if self.from_step:
            first = f"(select min(n) from whole w where w.j = h.j and w.step = {quote(self.from_step)})"
            tests.append(f"n >= {first}")
        if self.to_step:
            after = f"> {first}" if self.from_step else ">= 1"
            last = f"(select min(n) from whole w where w.j = h.j and w.step = {quote(self.to_step)} and w.n {after})"
            tests.append(f"n <= {last}")
        sql.execute(f"""create temp table part as
            select who, j, step, ts, id, row_number() over (partition by j order by n) as n from whole h
            where {' and '.join(tests) or '1'}""")
        sql.execute(f"create temp table je as select * from part h where {' and '.join(self.parts) or '1'}")

    def rows(self, query, *arguments):
        return self.world.sql.execute(query, arguments).fetchall()


def iso(seconds):
    from datetime import datetime, timezone
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def prefixed(sql):
    return sql.replace("channel", "k.channel").replace("activity", "k.activity")


def theirs_of_x(sql):
    return f"(select {sql} from known y where y.id = x.id)"


# ---- what is asked, and compared


def same(seen, wanted, what):
    if seen != wanted:
        raise AssertionError(f"{what}\n  ariane: {seen}\n  sql:    {wanted}")


def near(a, b):
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


def check_times(seen, wanted, what):
    same(sorted(seen), sorted(wanted), what)
    for key, (count, people, mean, median, p90) in wanted.items():
        ours = seen[key]
        same((ours[0], ours[1], ours[3], ours[4]), (count, people, median, p90), f"{what} {key}")
        if not near(ours[2], mean):
            raise AssertionError(f"{what} {key}: mean {ours[2]}, not {mean}")


QUANTILES = """select {keys}, max(c), max(people), avg(dt) / 1000.0,
    max(case when p - 1 = (c - 1) / 2 then dt end) / 1000.0,
    max(case when p - 1 = (c - 1) * 9 / 10 then dt end) / 1000.0
    from (select {keys}, dt, row_number() over (partition by {keys} order by dt) as p,
        count(*) over (partition by {keys}) as c, 0 as people from ({source})) group by {keys}"""


def with_times(question, keys, source):
    columns = ", ".join(keys)
    found = {}
    people = {tuple(r[:-1]): r[-1] for r in question.rows(
        f"select {columns}, count(distinct who) from ({source}) group by {columns}")}
    for row in question.rows(QUANTILES.format(keys=columns, source=source)):
        key = tuple(row[:len(keys)])
        count, _, mean, median, p90 = row[len(keys):]
        found[key] = (count, people[key], mean, median, p90)
    return found


EDGES = """select a.who, a.step as f, b.step as t, b.ts - a.ts as dt from je a
    join je b on a.j = b.j and b.n = a.n + 1"""


def ask_map(question):
    ours = question.world.ask("journey", "map", *question.words)
    for key, query in (("events", "select count(*) from je"), ("journeys", "select count(distinct j) from je"),
                       ("customers", "select count(distinct who) from je")):
        same(ours[key], question.rows(query)[0][0], key)
    check_times({(e["from"], e["to"]): (e["count"], e["customers"], e["mean_s"], e["median_s"], e["p90_s"])
                 for e in ours["edges"]}, with_times(question, ("f", "t"), EDGES), "edges")
    steps = {s["step"]: s for s in ours["steps"]}
    same({k: (s["count"], s["customers"], s["journeys"]) for k, s in steps.items()},
         {r[0]: r[1:] for r in question.rows(
             "select step, count(*), count(distinct who), count(distinct j) from je group by step")}, "steps")
    left = with_times(question, ("f",), EDGES)
    for name, s in steps.items():
        _, _, mean, median, p90 = left.get((name,), (0, 0, 0, 0, 0))
        same((s["median_s"], s["p90_s"]), (median, p90), f"time at {name}")
        if not near(s["mean_s"], mean):
            raise AssertionError(f"mean at {name}: {s['mean_s']}, not {mean}")
    same({e["step"]: e["count"] for e in ours["start"]},
         dict(question.rows("select step, count(*) from je where n = 1 group by step")), "start")
    same({e["step"]: e["count"] for e in ours["end"]},
         dict(question.rows("""select step, count(*) from je a where not exists
             (select 1 from je b where b.j = a.j and b.n = a.n + 1) group by step""")), "end")
    same({k: n for k, n in ours["outcomes"].items() if n}, outcomes(question), "outcomes")
    same([e["count"] for e in ours["edges"]], sorted((e["count"] for e in ours["edges"]), reverse=True), "order")
    check_map_lists(question, ours)


def check_map_lists(question, ours):
    """Behind an edge its customers; behind a step its journeys and customers; of starts, ends, outcomes as many journeys."""
    for edge in some_of(question, ours["edges"]):
        listed = listed_with(question, ["--part-edge-from", edge["from"], "--part-edge-to", edge["to"]])
        same(listed["customers"], edge["customers"], f"list of {edge['from']} -> {edge['to']}")
    for step in some_of(question, ours["steps"]):
        listed = listed_with(question, ["--part-passed", step["step"]])
        same((listed["journeys"], listed["customers"]), (step["journeys"], step["customers"]), f"list of {step['step']}")
    for place, key in ((1, "start"), (-1, "end")):
        for step in some_of(question, ours[key]):
            same(listed_with(question, [f"--at={place}={step['step']}"])["journeys"], step["count"], f"list of {key}")
    if "--outcome" not in question.words:
        for word, count in ours["outcomes"].items():
            same(listed_with(question, ["--outcome", word])["journeys"], count, f"list of {word}")


def some_of(question, numbers):
    return question.rnd.sample(numbers, min(2, len(numbers)))


def listed_with(question, words):
    return question.world.ask("journey", "list", "--limit", 0, *question.words, *words)


def outcomes(question):
    return dict(question.rows("select outcome, count(*) from jo where j in (select j from je) group by outcome"))


def ask_variants(question):
    top = question.rnd.choice([0, 1, 3, 1000])
    ours = question.world.ask("journey", "variants", "--top", top, *question.words)
    question.rows("drop table if exists temp.jv")
    question.rows("""create temp table jv as select j, min(who) as who, group_concat(step, '|') as way,
        max(ts) - min(ts) as dt, max(o) as o from (select je.*, jo.outcome as o from je join jo using (j)
        order by j, n) group by j""")
    same((ours["journeys"], ours["distinct"]),
         question.rows("select count(*), count(distinct way) from jv")[0], "journeys, distinct")
    ways = with_times(question, ("way",), "select who, way, dt from jv")
    order = sorted(ways, key=lambda way: (-ways[way][0], way[0].split("|")))[:top]
    same(["|".join(v["steps"]) for v in ours["variants"]], [way[0] for way in order], "order")
    check_times({("|".join(v["steps"]),): (v["count"], v["customers"], v["mean_s"], v["median_s"], v["p90_s"])
                 for v in ours["variants"]}, {way: ways[way] for way in order}, "variants")
    for v in ours["variants"]:
        same({k: n for k, n in v["outcomes"].items() if n}, dict(question.rows(
            "select o, count(*) from jv where way = ? group by o", "|".join(v["steps"]))), "outcomes")
    same((ours["rest"]["variants"], ours["rest"]["count"]),
         (len(ways) - len(order), sum(w[0] for w in ways.values()) - sum(ways[w][0] for w in order)), "rest")
    for v in some_of(question, ours["variants"]):
        places = [f"--at={i}={step}" for i, step in enumerate([*v["steps"], ""], 1)]
        listed = listed_with(question, places)
        same((listed["journeys"], listed["customers"]), (v["count"], v["customers"]), f"list of {v['steps']}")


def ask_funnel(question):
    """Every attempt of every journey, step by step; then the deepest, and of equals the earliest."""
    rnd = question.rnd
    names = sorted(question.known_steps())
    if not names:
        return
    steps = [rnd.choice(names) for _ in range(rnd.randint(1, 4))]
    words, window, strict, excluded = [], None, rnd.random() < 0.3, []
    for step in steps:
        words += ["--step", step]
    if rnd.random() < 0.5:
        span = rnd.choice(list(SPANS))
        words += ["--within", span]
        window = SPANS[span] * 1000
    if strict:
        words.append("--strict")
    if rnd.random() < 0.3:
        excluded.append(rnd.choice(names))
        words += ["--exclude", excluded[0]]
    by = rnd.choice([None, "channel", "plan", "total"])
    if by:
        words += ["--by", by, "--top", 1000]
    ours = question.world.ask("journey", "funnel", *words, *question.words)
    question.rows("drop table if exists temp.reach")
    question.rows("drop table if exists temp.wanted")
    question.rows("create temp table wanted (k integer primary key, step)")
    for k, step in enumerate(steps):
        question.rows("insert into wanted values (?, ?)", k + 1, step)
    barred = f"""not exists (select 1 from je x where x.j = b.j and x.n > a.n and x.n < b.n
        and x.step in ({', '.join(map(quote, excluded)) or 'null'}))"""
    question.rows(f"""create temp table reach as
        with recursive go (who, j, first, t0, k, n, ts, before) as (
            select who, j, n, ts, 1, n, ts, ts from je where step = {quote(steps[0])}
            union all
            select b.who, b.j, a.first, a.t0, a.k + 1, b.n, b.ts, a.ts from go a join je b on b.j = a.j
            where b.n = (select min(n) from je c join wanted w on w.k = a.k + 1 and c.step = w.step
                         where c.j = a.j and c.n > a.n)
              and {barred} {'and b.n = a.n + 1' if strict else ''}
              {f'and b.ts - a.t0 <= {window}' if window else ''})
        select * from go""")
    question.rows("drop table if exists temp.best")
    question.rows("""create temp table best as select j, first, depth from (
        select j, first, max(k) as depth, row_number() over (partition by j order by max(k) desc, first) as p
        from reach group by j, first) where p = 1""")
    kept = "select r.* from reach r join best b on r.j = b.j and r.first = b.first"
    for k, step in enumerate(ours["steps"], 1):
        same((step["step"], step["journeys"], step["customers"]), (steps[k - 1], *question.rows(
            f"select count(*), count(distinct who) from ({kept}) where k = ?", k)[0]), f"step {k}")
    times = with_times(question, ("k",), f"select who, k, ts - before as dt from ({kept}) where k > 1")
    seen = {(k,): (s["journeys"], s["customers"], s["mean_s"], s["median_s"], s["p90_s"])
            for k, s in enumerate(ours["steps"], 1) if k > 1 and s["journeys"]}
    check_times(seen, times, "times")
    if by:
        check_breakdown(question, ours, by, len(steps))
    check_funnel_lists(question, ours, [w for w in words if by is None or w not in ("--top", 1000)])


def check_breakdown(question, ours, by, count):
    """A journey counts under the value of its first event that has one."""
    question.rows("drop table if exists temp.valued")
    question.rows(f"""create temp table valued as select x.j, min(x.who) as who, (select cast(e.{by} as text) from je y
        join ev e on e.id = y.id where y.j = x.j and e.{by} is not null order by y.n limit 1) as v,
        coalesce((select depth from best b where b.j = x.j), 0) as depth from je x group by x.j""")
    wanted = {}
    for k in range(count + 1):
        for value, journeys, people in question.rows(
                "select v, count(*), count(distinct who) from valued where depth >= ? group by v", k):
            wanted[value, k] = (journeys, people)
    seen = {}
    for group in ours["values"]:
        for k, cell in enumerate([group, *group["steps"]]):
            if cell["journeys"]:
                seen[group["value"], k] = (cell["journeys"], cell["customers"])
    same(seen, wanted, f"by {by}")


def check_funnel_lists(question, ours, words):
    """The number and its list; those who came no farther are the difference."""
    rnd = question.rnd
    cells = [cell for group in ours.get("values", []) for cell in [group, *group["steps"]]]
    chosen = rnd.choice(ours["steps"] + cells)
    words = [w for i, w in enumerate(words) if w != "--by" and words[i - 1] != "--by"] if "--by" in chosen["list"] else words
    listed = question.world.ask("journey", "funnel", *words, *chosen["list"], "--limit", 0, *question.words)
    same((listed["journeys"], listed["customers"]), (chosen["journeys"], chosen["customers"]), "list")
    k = rnd.randrange(len(ours["steps"]))
    after = ours["steps"][k + 1]["journeys"] if k + 1 < len(ours["steps"]) else 0
    stopped = question.world.ask("journey", "funnel", *words, "--list", k + 1, "--stopped", "--limit", 3, *question.words)
    same(stopped["journeys"], ours["steps"][k]["journeys"] - after, "stopped")


def ask_flow(question):
    """Positions from the beginning or the end; beyond the top steps of each, all are one other."""
    rnd = question.rnd
    depth, top, back = rnd.randint(1, 5), rnd.choice([1, 2, 3, 20]), rnd.random() < 0.4
    words = ["--depth", depth, "--top", top] + (["--backwards"] if back else [])
    ours = question.world.ask("journey", "flow", *words, *question.words)
    same((ours["journeys"], ours["customers"]),
         question.rows("select count(distinct j), count(distinct who) from je")[0], "totals")
    for table in ("at", "best", "node"):
        question.rows(f"drop table if exists temp.{table}")
    place = "(select max(n) from je x where x.j = je.j) - n + 1" if back else "n"
    question.rows(f"create temp table at as select who, j, step, ts, {place} as p from je")
    question.rows(f"""create temp table best as select p, step from (select p, step,
        row_number() over (partition by p order by count(*) desc, step) as place from at group by p, step)
        where place <= {top}""")
    question.rows("""create temp table node as select a.who, a.j, a.p, a.ts,
        (select b.step from best b where b.p = a.p and b.step = a.step) as step from at a""")
    wanted = {(r[0], r[1]): r[2:] for r in question.rows(f"""select p, step, count(*), count(distinct who) from node
        where p <= {depth} group by p, step""")}
    same({(n["position"], n.get("step")): (n["journeys"], n["customers"]) for n in ours["nodes"]}, wanted, "nodes")
    links = {r[:4]: r[4:] for r in question.rows(f"""select a.p, a.step,
        case when b.j is null then 'end' when a.p = {depth} then 'further' when b.step is null then 'other' else 'step' end,
        case when a.p < {depth} then b.step end, count(*), count(distinct a.who), avg(abs(b.ts - a.ts)) / 1000.0
        from node a left join node b on b.j = a.j and b.p = a.p + 1 where a.p <= {depth} group by 1, 2, 3, 4""")}
    seen = {}
    for link in ours["links"]:
        start = ours["nodes"][link["from"]]
        to = ours["nodes"][link["to"]].get("step") if "to" in link else None
        seen[start["position"], start.get("step"), link["kind"], to] = link
    same({k: (v["journeys"], v["customers"]) for k, v in seen.items()}, {k: v[:2] for k, v in links.items()}, "links")
    took = {}
    for key, between in ((r[:4], r[4]) for r in question.rows(f"""select a.p, a.step,
            case when b.step is null then 'other' else 'step' end, b.step, abs(b.ts - a.ts) / 1000.0
            from node a join node b on b.j = a.j and b.p = a.p + 1 where a.p < {depth} order by 5""")):
        took.setdefault(key, []).append(between)
    for key, link in seen.items():
        if "mean_s" not in link:
            continue
        if not near(link["mean_s"], links[key][2]):
            raise AssertionError(f"mean of {key}: {link['mean_s']}, not {links[key][2]}")
        n = len(took[key]) - 1
        same((link["median_s"], link["p90_s"]), (took[key][n // 2], took[key][n * 9 // 10]), f"times of {key}")
    if ours["links"]:
        chosen = rnd.choice(ours["links"] + ours["nodes"])
        listed = question.world.ask("journey", "list", "--limit", 0, *question.words, *chosen["list"])
        same((listed["journeys"], listed["customers"]), (chosen["journeys"], chosen["customers"]), "list")


SESSIONS = """with touch as (
        select who, ts, channel, ord, plan, id, step is not null as x,
            case when channel = 'web' then 'v' when channel in ('phone', 'shop') then 'c' end as kind
        from (select e.*, s.step from seen s join ev e on e.id = s.id where s.who in (select who from je))),
    marked as (select *, case when ts - lag(ts) over (partition by who, channel order by ts, id) <= 300000 then 0 else 1 end as new
        from touch where kind is not null),
    numbered as (select *, sum(new) over (partition by who, channel order by ts, id) as s from marked)
    select who, channel, kind, min(ts) as t0, max(ts) as t1,
        row_number() over (order by who, min(ts), (select m.id from numbered m where m.who = n.who
            and m.channel = n.channel and m.s = n.s order by m.ts, m.id limit 1)) as k,
        (select m.plan from numbered m where m.who = n.who and m.channel = n.channel and m.s = n.s
            and m.plan is not null order by m.ts, m.id limit 1) as reason
    from numbered n group by who, channel, s"""


def ask_metrics(question):
    """Visits on the web, contacts by phone and in the shop, five minutes of silence between them."""
    document = {"version": 1, "ignore": [], "self_service": {"channel": "web"}, "human": {"channel": ["phone", "shop"]},
                "gap": "5m", "reason": "plan", "leakage_from": "web", "abandon": "pay", "transfer": "call*",
                **{f"{name}_window": question.rnd.choice(list(SPANS))
                   for name in ("repeat", "resolution", "leakage", "containment", "switch")}}
    path = question.world.place / "metrics.json"
    path.write_text(json.dumps(document))
    window = {name: SPANS[document[f"{name}_window"]] * 1000
              for name in ("repeat", "resolution", "leakage", "containment", "switch")}
    ours = question.world.ask("journey", "metrics", "--metrics", path, *question.words)
    figures = {f["metric"]: (f["numerator"], f["denominator"], f["pending"]) for f in ours["figures"]}
    horizon = question.as_of
    if "--until" in question.words:
        until = question.words[question.words.index("--until") + 1]
        seconds, = question.rows("select cast(strftime('%s', ?) as integer)", until)[0]
        horizon = min(horizon, seconds * 1000 - 1)
    question.rows("drop table if exists temp.ses")
    question.rows(f"create temp table ses as {SESSIONS}")
    after = "(select b.t0 from ses b where b.who = a.who and b.kind = 'c' and b.reason is a.reason and b.k > a.k order by b.k limit 1)"
    before = "(select b.t0 from ses b where b.who = a.who and b.kind = 'c' and b.reason is a.reason and b.k < a.k order by b.k desc limit 1)"
    contact = "(select min(b.t0) from ses b where b.who = a.who and b.kind = 'c' and b.t0 >= a.t0)"

    def share(name, kind, passed, counted):
        told = question.rows(f"""select coalesce(sum({passed} and {counted}), 0), coalesce(sum({passed}), 0),
            coalesce(sum(not ({passed})), 0) from ses a where kind = '{kind}'""")[0]
        same(figures[name], told, name)

    share("repeat_contacts", "c", "1", f"coalesce(t0 - {before} <= {window['repeat']}, 0)")
    passed = f"{horizon} - t1 >= {window['leakage']}"
    share("leakage", "v", passed, f"coalesce({contact} <= t1 + {window['leakage']}, 0)")
    share("containment", "v", f"{horizon} - t1 >= 300000", f"coalesce({contact} > t1, 1)")
    share("effective_containment", "v", f"{horizon} - t1 >= {window['containment']}",
          f"coalesce({contact} > t1 + {window['containment']}, 1)")
    switched = question.rows(f"""select coalesce(sum(channel <> last), 0), count(*) from (select channel, t0,
        lag(channel) over (partition by who order by k) as last, lag(t0) over (partition by who order by k) as before
        from ses) where t0 - before <= {window['switch']}""")[0]
    same(figures["channel_switches"][:2], switched, "channel_switches")
    people = question.rows("""select coalesce(sum(channels), 0), count(*), coalesce(sum(channels > 1), 0), coalesce(sum(contacts), 0)
        from (select count(distinct channel) as channels, sum(kind = 'c') as contacts from ses group by who)""")[0]
    same(figures["channels_per_customer"][:2], people[:2], "channels_per_customer")
    same(figures["multichannel_customers"][:2], (people[2], people[1]), "multichannel_customers")
    same(figures["contacts_per_customer"][:2], (people[3], people[1]), "contacts_per_customer")
    handled = f"""select coalesce(sum({horizon} - t0 >= {window['resolution']} and
        coalesce({after} - t0 > {window['resolution']}, 1)), 0),
        coalesce(sum({horizon} - t0 >= {window['resolution']}), 0) from ses a where kind = 'c' and not exists
        (select 1 from seen s join ev e on e.id = s.id where e.who = a.who and e.channel = a.channel and e.ts between a.t0 and a.t1
         and e.activity = 'pay')"""
    same(figures["first_contact_resolution"][:2], question.rows(handled)[0], "first_contact_resolution")


def ask_list(question):
    limit = question.rnd.choice([0, 1, 5, 1000])
    ours = question.world.ask("journey", "list", "--limit", limit, *question.words)
    same((ours["journeys"], ours["customers"]),
         question.rows("select count(distinct j), count(distinct who) from je")[0], "totals")
    rows = question.rows("""select 'user_id:' || who, min(ts), max(ts), max(case when n = 1 then id end), o, group_concat(step, '|') from (
        select je.*, jo.outcome as o from je join jo using (j) order by j, n) group by j""")
    rows.sort(key=lambda r: (-r[1], -r[3]))
    same([(i["customer"], i["first"], i["last"], i["outcome"], "|".join(i["steps"])) for i in ours["list"]],
         [(r[0], iso_ms(r[1]), iso_ms(r[2]), r[4], r[5]) for r in rows[:limit]], "list")


def trials_of(question, a, b, kind, within):
    """The table `trial` (id, who, ts, suffered) of a friction, as src/journey/trials.h tells it."""
    over = f"{question.as_of} - a.ts > {within}" if within is not None else "1"
    near_enough = f"and b.ts - a.ts <= {within}" if within is not None else ""
    question.rows("drop table if exists temp.trial")
    if kind == "next":
        question.rows(f"""create temp table trial as select a.id, a.who, a.ts, exists (select 1 from je b
            where b.j = a.j and b.n = a.n + 1 and b.step = {quote(b)} {near_enough}) as suffered
            from je a where a.step = {quote(a)} and {over}""")
    elif kind == "later":
        stop = f"""(select min(n) from je s where s.j = a.j and s.n > a.n
            and s.step in ({quote(a)}, {quote(b)}))"""
        known = over if within is not None else f"({stop} is not null or jo.outcome <> 'open')"
        question.rows(f"""create temp table trial as select a.id, a.who, a.ts, exists (select 1 from je b
            where b.j = a.j and b.n = {stop} and b.step = {quote(b)} {near_enough}) as suffered
            from je a join jo using (j) where a.step = {quote(a)} and {known}""")
    else:
        question.rows(f"""create temp table trial as select id, who, ts, step = {quote(b)} as suffered
            from je a where step in ({quote(a)}, {quote(b)})""")


def latest(key):
    """The customer's last value at or before each trial; if half of the trials have one of their own, that."""
    return f"""select t.id, t.suffered, case when (select count(*) * 2 from trial o join ev e using (id)
            where e.{key} is not null) >= (select count(*) from trial)
        then (select {key} from ev where id = t.id)
        else (select {key} from ev e where e.who = t.who and e.{key} is not null
            and (e.ts < t.ts or (e.ts = t.ts and e.id <= t.id)) order by ts desc, id desc limit 1) end as v
        from trial t"""


def before(test):
    return f"""select t.id, t.suffered, exists (select 1 from (select *, {test} as hit from ev) e where e.who = t.who
        and e.hit and e.ts >= t.ts - 600000 and (e.ts < t.ts or (e.ts = t.ts and e.id < t.id))) as v from trial t"""


def counted(question, query, value):
    return question.rows(f"""select count(*), coalesce(sum(suffered), 0) from ({query}) where v = ?""", value)[0]


def wanted_trait(question, trait):
    kind, name = trait["kind"], trait.get("name")
    if kind in ("text", "number"):
        return counted(question, latest(name), trait["value"])
    if kind == "channel-before":
        return counted(question, before(f"channel = {quote(name)}"), 1)
    if kind == "step-before":
        return counted(question, before(f"coalesce(({question.step}) = {quote(name)}, 0)"), 1)
    if kind == "times-before":
        high = trait["high"] if trait["high"] is not None else 1e9
        return question.rows("""select count(*), coalesce(sum(suffered), 0) from (select t.suffered,
            (select count(*) from trial o where o.who = t.who and o.ts >= t.ts - 600000
             and (o.ts < t.ts or (o.ts = t.ts and o.id < t.id))) as times from trial t)
            where times >= ? and times < ?""", trait["low"], high)[0]
    if kind == "weekday":
        day = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"].index(trait["value"])
        return question.rows("""select count(*), coalesce(sum(suffered), 0) from trial
            where cast(strftime('%w', ts / 1000, 'unixepoch', '+1 hour') as integer) = ?""", day)[0]
    return None


def ask_drivers(question):
    """Every count behind every odds ratio; of combinations too."""
    rnd = question.rnd
    names = sorted(question.known_steps())
    if len(names) < 2:
        return
    a, b = rnd.sample(names, 2)
    kind = rnd.choice(["next", "later", "instead"])
    span = rnd.choice([None, "5m", "30m"]) if kind != "instead" else None
    words = {"next": ["--edge-from", a, "--edge-to", b], "later": ["--from-step", a, "--to-step", b],
             "instead": ["--step", b, "--instead", a]}[kind] + (["--within", span] if span else [])
    if any(w in question.words for w in ("--edge-from", "--from-step", "--to-step", "--ends", "--outcome")):
        return  # these would name a friction too
    words += ["--own"] if rnd.random() < 0.3 else []
    ours = question.world.ask("journey", "drivers", *words, "--support", 1, "--look-back", "10m", "--all",
                              "--top", 100000, *question.words)
    trials_of(question, a, b, kind, SPANS[span] * 1000 if span else None)
    same((ours["trials"], ours["suffered"], ours["customers"], ours["customers_suffered"]), question.rows(
        """select count(*), coalesce(sum(suffered), 0), count(distinct who),
        count(distinct case when suffered then who end) from trial""")[0], "trials")
    for d in ours["drivers"]:
        if len(d["traits"]) > 1:
            continue
        wanted = wanted_trait(question, d["traits"][0])
        if wanted is not None:
            same((d["with"], d["with_suffered"]), wanted, d["traits"][0]["says"])


def ask_compare(question):
    """Both sides counted: who has an event of the channel, and all others."""
    if question.definition and question.definition.get("customers", {}).get("without") and question.rnd.random() < 0.5:
        return
    channel = question.rnd.choice(CHANNELS)
    ours = question.world.ask("journey", "compare", "--group-with", f"{channel}:", "--support", 1, "--all",
                              "--top", 100000, *question.words)
    people, sides = question.people, []
    for sign in ("not ", ""):
        question.people = people + [f"""{sign}exists (select 1 from known k where k.who = e.who
            and k.channel = {quote(channel)})"""]
        question.journeys()
        edges = {(r[0], r[1]): r[2] for r in question.rows("""select a.step, b.step, count(*) from je a
            join je b on a.j = b.j and b.n = a.n + 1 group by a.step, b.step""")}
        leave = dict(question.rows("""select a.step, count(*) from je a join je b on a.j = b.j and b.n = a.n + 1
            group by a.step"""))
        journeys = question.rows("select count(distinct j), count(distinct who) from je")[0]
        steps = dict(question.rows("select step, count(distinct j) from je group by step"))
        sides.append((edges, leave, journeys, steps, outcomes(question)))
    question.people = people
    for key, side in (("first", sides[0]), ("second", sides[1])):
        same((ours[key]["journeys"], ours[key]["customers"]), side[2], key)
    check_compare_list(question, ours, channel, sides)
    for d in ours["differences"]:
        for key, (edges, leave, journeys, steps, ends) in (("first", sides[0]), ("second", sides[1])):
            seen = d[key], d[key + "_of"]
            if d["what"] == "edge":
                same(seen, (edges.get((d["from"], d["to"]), 0), leave.get(d["from"], 0)), str(d))
            elif d["what"] == "step":
                same(seen, (steps.get(d["step"], 0), journeys[0]), str(d))
            elif d["what"] == "outcome":
                same(seen, (ends.get(d["outcome"], 0), journeys[0]), str(d))


def check_compare_list(question, ours, channel, sides):
    """Behind a number of a difference, or of a side, there are as many."""
    number = question.rnd.randrange(len(ours["differences"]) + 1)
    key, side = question.rnd.choice([("first", sides[0]), ("second", sides[1])])
    whole = question.rnd.random() < 0.5
    listed = question.world.ask("journey", "compare", "--group-with", f"{channel}:", "--support", 1, "--list", number,
                                "--side", key, "--limit", 2, *(["--whole"] if whole else []), *question.words)
    if number == 0:
        same((listed["times"], listed["journeys"], listed["customers"]), (side[2][0], *side[2]), "list of a side")
        return
    wanted = ours["differences"][number - 1]
    same(listed["times"], wanted[key + "_of" if whole else key], f"list behind {wanted}")
    if wanted["what"] != "edge":
        same(listed["journeys"], listed["times"], "each journey once")
    same(len(listed["list"]), min(2, listed["journeys"]), "as many as asked for")


def totals(question):
    return question.rows("select count(distinct j), count(distinct who) from je")[0]


def ask_predict(question):
    """Of predictions the totals: tests/predict_check.py has the rest."""
    ours = question.world.ask("journey", "predict", "--evaluate", *question.words)
    same((ours["journeys"], ours["events"]),
         (totals(question)[0], question.rows("select count(*) from je")[0][0]), "totals")


def ask_frictions(question):
    """Of what is found unasked the totals: tests/company_causes.py has the rest."""
    ours = question.world.ask("journey", "frictions", "--support", 1, *question.words)
    same((ours["journeys"], ours["customers"]), totals(question), "totals")


def iso_ms(ms):
    return iso(ms // 1000)[:-1] + f".{ms % 1000:03}Z"


KINDS = {"map": ask_map, "variants": ask_variants, "funnel": ask_funnel, "list": ask_list, "flow": ask_flow,
         "metrics": ask_metrics, "drivers": ask_drivers, "compare": ask_compare}
EVERY = {**KINDS, "predict": ask_predict, "frictions": ask_frictions}
FILTERS = ["since", "until", "as-of", "channel", "activity", "where", "with", "without", "customer", "not-customer", "passed", "never",
           "begins", "ends", "edge", "way", "outcome", "from-step", "to-step", "at", "not-at", "part-passed", "part-edge"]


# ---- running


def unknown_step(question):
    """The filter names a step that there is not: Ariane refuses it."""
    asked = [*question.passed, *question.never, *question.named, question.from_step, question.to_step]
    return any(s is not None and s not in question.known_steps() for s in asked)


def try_one(world, kind, forced=None):
    question = Question(world, forced)
    if unknown_step(question):
        world.run("journey", "map", *question.words, "--json", status=1)
        return None
    question.journeys()
    try:
        EVERY[kind](question)
    except (AssertionError, sqlite3.Error, KeyError) as fault:
        return (f"{kind} {' '.join(map(str, question.words))}\n  definition: {json.dumps(question.definition)}\n"
                f"  {type(fault).__name__}: {fault}")
    return None


def run_world(given, seed):
    rnd = random.Random(seed)
    place = Path(tempfile.mkdtemp(prefix="ariane-oracle-"))
    faults = []
    try:
        world = World(rnd, place, given.ariane)
        for i in range(given.questions):
            kinds = EVERY if given.every_filter else KINDS
            kind = given.kind or list(kinds)[i % len(kinds)]
            forced = FILTERS[seed % len(FILTERS)] if given.every_filter else None
            fault = try_one(world, kind, forced)
            if fault:
                faults.append(f"world {seed}: {fault}")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return faults


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane", required=True)
    options.add_argument("--worlds", type=int, default=10)
    options.add_argument("--questions", type=int, default=12)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kind", choices=list(EVERY))
    options.add_argument("--every-filter", action="store_true",
                         help="each kind of question with each filter, alone: a world a filter")
    given = options.parse_args()
    if given.every_filter:
        given.worlds, given.questions = len(FILTERS), len(EVERY)
    given.ariane = str(Path(given.ariane).resolve())
    faults = [f for seed in range(given.seed, given.seed + given.worlds) for f in run_world(given, seed)]
    for fault in faults[:10]:
        print(fault)
    total = given.worlds * given.questions
    print(f"{total - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
