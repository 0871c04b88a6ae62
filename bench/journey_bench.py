#!/usr/bin/env python3
# bench/journey_bench.py - questions about journeys put to Ariane, DuckDB and PM4Py: the same events, the same answers?
#
# Events: workload Q (ariane demo --events).  Ariane: journey_bench, which makes the same events itself, 5 % of them behind
# the base of its index; each question whole, from the plan to the answer.  DuckDB: a table in memory, sorted by customer
# and time, the whole query with its result fetched.  PM4Py (--pm4py, 1 million at most): its own functions on a sorted
# data frame; it has counts and variants only.  All have two threads, and take turns, question by question.
#
# Figures of the answers are compared (see journey_bench.c); a difference ends the program with 1.
#
#   bench/journey_bench.py [--events N ...] [--times N] [--only PART OF A NAME] [--pm4py] [--json FILE]
#                          [--bench PROGRAM] [--ariane PROGRAM]
#
# DuckDB and PM4Py come through pip into build/bench-venv at the first run; without DuckDB the program says so and ends
# with 77.
# smoke: --events 20000 --times 1
import argparse
import json
import math
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "bench-venv"
THREADS = 2
SKIPPED = 77  # exit status: there is nothing to compare with


def install(*packages):
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", *packages], check=True)
    return python


try:
    import duckdb
except ImportError:
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        raise
    try:
        PYTHON = install("duckdb")
    except subprocess.CalledProcessError as fault:
        shutil.rmtree(VENV, ignore_errors=True)
        print(f"skipped: DuckDB cannot be installed: {fault}")
        sys.exit(SKIPPED)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])

# Rows of one customer at one time keep the file's order, as Ariane keeps it: `n` is the place.
LOAD = """
create table events as
select row_number() over () as n, * from (
    select customer, time, activity, channel from read_csv('{csv}', header = true, parallel = true,
        columns = {{'customer': 'bigint', 'time': 'bigint', 'activity': 'integer', 'channel': 'integer'}})
    order by customer, time);
"""
STEPS = """
with steps as (select customer, activity, time, lead(activity) over w as next, lead(time) over w - time as took
    from events {where} window w as (partition by customer order by time, n))
"""
COUNTS = STEPS + """
select activity, next, count(*), count(distinct customer) from steps where next is not null {also} group by all"""
TIMES = STEPS + """
select activity, next, count(*), count(distinct customer), avg(took), quantile_disc(took, 0.5), quantile_disc(took, 0.9)
from steps where next is not null group by all"""
VARIANTS = """
select way, count(*) as journeys from (select list(activity order by time, n) as way from events group by customer)
group by way"""
FUNNEL = """
with a as (select customer, n, time from events where activity = 0),
b as (select a.customer, a.time as start, e.n, e.time from a asof join (select * from events where activity = 1) e
    on a.customer = e.customer and a.n < e.n where e.time - a.time <= 604800),
c as (select b.customer, b.start, e.n, e.time from b asof join (select * from events where activity = 2) e
    on b.customer = e.customer and b.n < e.n where e.time - b.start <= 604800),
d as (select c.customer from c asof join (select * from events where activity = 3) e
    on c.customer = e.customer and c.n < e.n where e.time - c.start <= 604800)
select (select count(distinct customer) from a), (select count(distinct customer) from b),
    (select count(distinct customer) from c), (select count(distinct customer) from d)"""
# Visits and contacts: events of one second on one channel are one.
REPEATS = """
with c as (select distinct customer, time from events where channel = 1),
d as (select time - lag(time) over (partition by customer order by time) as since from c)
select count(*) filter (since <= 604800), count(*) from d"""
LEAKAGE = """
with v as (select distinct customer, time from events where channel = 0),
c as (select distinct customer, time from events where channel = 1),
j as (select v.time, c.time as contact from v asof left join c on v.customer = c.customer and c.time >= v.time),
k as (select contact - time <= 86400 as leaks, (select max(time) from events) - time >= 86400 as known from j)
select count(*) filter (leaks and known), count(*) filter (known), count(*) filter (not known) from k"""
SESSIONS = """
with s as (select customer, time - lag(time) over (partition by customer order by time) as since from events)
select count(*) filter (since is null or since > 1800), count(distinct customer) from s"""
FLOW = """
with s as (select activity, row_number() over w as p, lead(activity) over w as next from events
    window w as (partition by customer order by time, n)),
l as (select p, activity, next, count(*) as journeys from s where p <= 6 group by all)
select count(*) filter (next is not null and p < 6), sum(journeys) filter (next is not null and p < 6),
    sum(journeys * journeys) filter (next is not null and p < 6), sum(journeys) filter (next is null) from l"""
HALF_YEAR_S = 182 * 86400


def map_figures(rows, times=False):
    return [len(rows), sum(r[2] for r in rows), sum(r[2] ** 2 for r in rows), sum(r[3] for r in rows),
            sum(r[4] * r[2] for r in rows) if times else 0, sum(r[5] for r in rows) if times else 0]


def variant_figures(counts):
    counts = sorted(counts, reverse=True)
    return [len(counts), sum(n * n for n in counts[:100]), sum(counts[100:]), 0, 0, 0]


def counts_of(where="", also="", times=False):
    text = (TIMES if times else COUNTS).format(where=where, also=also)
    return lambda db: map_figures(db.execute(text).fetchall(), times)


def figures_of(text):
    """The numbers of one row."""
    def ask(db):
        row = [float(n or 0) for n in db.execute(text).fetchone()]
        return row + [0] * (6 - len(row))
    return ask


def ask_variants(db):
    """The hundred most frequent, and totals of the rest."""
    text = f"with v as ({VARIANTS}) select (select count(*) from v), (select sum(journeys) from v), list(journeys) from " \
        "(select way, journeys from v order by journeys desc limit 100)"
    distinct, journeys, top = db.execute(text).fetchone()
    return [distinct, sum(n * n for n in top), int(journeys) - sum(top), 0, 0, 0]


# Name as journey_bench has it, DuckDB's way, the goal in seconds (10 million, 2 threads).
QUESTIONS = [
    ("map, counts, of all", counts_of(), 0.03),
    ("map, counts, the second half of the year",
     counts_of(where=f"where time >= (select min(time) // 86400 * 86400 from events) + {HALF_YEAR_S}"), 0.03),
    ("map, with customers, mean, median, p90", counts_of(times=True), 0.06),
    ("map, counts, of those who used a channel",
     counts_of(where="where customer in (select customer from events where channel = 1)"), 0.06),
    ("map, counts, journeys by gap of 30 min", counts_of(also="and took <= 1800"), 0.03),
    ("funnel, 4 steps within 7 days", lambda db: [*db.execute(FUNNEL).fetchone(), 0, 0], 0.06),
    ("variants, top 100", ask_variants, 0.12),
    ("repeat contact within 7 days", figures_of(REPEATS), 0.03),
    ("web to phone within 24 h", figures_of(LEAKAGE), 0.07),
    ("sessions, gap of 30 min", figures_of(SESSIONS), 0.03),
    ("flow, the first 6 steps", figures_of(FLOW), 0.06),
]


class Ariane:
    """journey_bench, asked line by line."""

    def __init__(self, program, events):
        self.process = subprocess.Popen([program, "--events", str(events), "--customers", str(max(1, events // 10)),
                                         "--threads", str(THREADS), "--ask", "1"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(self.process.stdout.readline().strip(), flush=True)

    def ask(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()[len(name):]
        times, figures = told.split("(")
        seconds, cpu = times.replace("CPU", "").replace("s", "").split()
        return float(seconds), float(cpu), [float(f) for f in figures.split(")")[0].split()]

    def done(self):
        self.process.stdin.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        assert status == 0
        return usage.ru_maxrss / 1024


def timed(work):
    start, used = time.monotonic(), time.process_time()
    figures = work()
    return time.monotonic() - start, time.process_time() - used, figures


def same(ours, theirs):
    return all(math.isclose(a, float(b), rel_tol=1e-9, abs_tol=1e-6) for a, b in zip(ours, theirs, strict=True))


def pm4py_ways(csv):
    """PM4Py's own answers, by the name of the question: they tell neither customers nor medians."""
    import pandas
    import pm4py
    frame = pandas.read_csv(csv)
    log = pandas.DataFrame({"case:concept:name": frame["customer"].astype(str),
                            "concept:name": frame["activity"].astype(str),
                            "time:timestamp": pandas.to_datetime(frame["time"], unit="s", utc=True)})
    log = log.sort_values(["case:concept:name", "time:timestamp"], kind="stable").reset_index(drop=True)

    def ask_map():
        edges = pm4py.discover_dfg(log)[0]
        return [len(edges), sum(edges.values()), sum(n * n for n in edges.values())]

    def ask_ways():
        ways = pm4py.get_variants(log)
        return variant_figures([n if isinstance(n, int) else len(n) for n in ways.values()])[:3]

    return {"map, counts, of all": ask_map, "variants, top 100": ask_ways}, pm4py.__version__


def measure(name, ways, times):
    """In turns; each once before to warm up.  Medians of seconds and CPU seconds, and the figures of each."""
    told = {who: [] for who in ways}
    for turn in range(times + 1):
        for who, way in ways.items():
            if who == "pm4py" and turn > 1:
                continue  # minutes each
            result = way()
            if turn > 0 or who == "pm4py":
                told[who].append(result)
    figures = {who: results[0][2] for who, results in told.items()}
    for who, theirs in figures.items():
        if not same(figures["ariane"][:len(theirs)], theirs):
            sys.exit(f"{name}: the answers differ: {figures['ariane']} and {who}'s {theirs}")
    return {who: {"seconds": statistics.median(r[0] for r in results), "cpu": statistics.median(r[1] for r in results)}
            for who, results in told.items()}


def bench_size(options, events, folder):
    csv = folder / "q.csv"
    subprocess.run([options.ariane, "demo", "--events", str(events), "--customers", str(max(1, events // 10)),
                    "--out", str(csv)], check=True, stdout=subprocess.DEVNULL)
    ariane = Ariane(options.bench, events)
    others, version = {}, None
    if options.pm4py and events <= 1_000_000:
        others, version = pm4py_ways(csv)
    report = {"events": events, "pm4py": version, "load": os.getloadavg()[0], "questions": {}}
    # What does not fit in memory goes beside the data, not into the folder that one happens to stand in.
    with duckdb.connect(config={"threads": THREADS, "temp_directory": str(folder / "spill")}) as db:
        db.execute(LOAD.format(csv=csv))
        for name, way, goal in QUESTIONS:
            if options.only not in name:
                continue
            ways = {"ariane": lambda name=name: ariane.ask(name), "duckdb": lambda way=way: timed(lambda: way(db))}
            if name in others:
                ways["pm4py"] = lambda name=name: timed(others[name])
            medians = measure(name, ways, options.times)
            ratios = {who: m["cpu"] / max(medians["ariane"]["cpu"], 1e-9) for who, m in medians.items() if who != "ariane"}
            report["questions"][name] = {**medians, "cpu_ratio": ratios, "goal_at_10_million": goal,
                                         "load": os.getloadavg()[0]}
            print(f"  {name:42}" + "".join(f"  {who} {m['seconds']:.4f} s ({m['cpu']:.4f} CPU)"
                                           for who, m in medians.items())
                  + "".join(f"  {who}/ariane {r:.1f}" for who, r in ratios.items()), flush=True)
    report["ariane_peak_mb"] = ariane.done()
    report["duckdb_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report


def exponents(reports):
    """How CPU grows from the first size to the last: 1 is linear."""
    first, last = reports[0], reports[-1]
    grown = math.log(last["events"] / first["events"])
    return {name: {who: math.log(last["questions"][name][who]["cpu"] / first["questions"][name][who]["cpu"]) / grown
                   for who in ("ariane", "duckdb")} for name in first["questions"]}


def main():
    parser = argparse.ArgumentParser(description="questions about journeys, by Ariane, DuckDB and PM4Py")
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--times", type=int, default=5, help="runs of each, in turns; medians are told")
    parser.add_argument("--only", default="", help="questions with this in their names")
    parser.add_argument("--pm4py", action="store_true", help="also PM4Py, up to 1 million events")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--bench", default=str(ROOT / "build" / "release" / "journey_bench"))
    parser.add_argument("--ariane", default=str(ROOT / "build" / "release" / "ariane"))
    options = parser.parse_args()
    if options.pm4py:
        try:
            import pm4py  # noqa: F401
        except ImportError:
            install("pm4py")
    print(f"DuckDB {duckdb.__version__}, {THREADS} threads each", flush=True)
    reports = []
    with tempfile.TemporaryDirectory(prefix="journey-bench-", dir=ROOT / "build") as folder:
        for events in options.events:
            reports.append(bench_size(options, events, pathlib.Path(folder)))
    report = {"benchmark": "journeys", "times": options.times, "machine": platform.platform(), "cores": os.cpu_count(),
              "duckdb": duckdb.__version__, "sizes": reports}
    if len(reports) > 1:
        report["exponents"] = exponents(reports)
        for name, found in report["exponents"].items():
            print(f"  {name:42}  exponent {found['ariane']:.2f}, DuckDB {found['duckdb']:.2f}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
