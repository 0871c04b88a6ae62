#!/usr/bin/env python3
"""Connected components of the same links by Ariane and by DuckDB, which is installed into build/bench-venv at the first run.

  bench/identity_bench.py [--links 4000000] [--times 3]

The links: five browsers of each account, as build/release/identity_bench makes them.  DuckDB takes, round by round, the least
label of all neighbours until none changes, with two threads and its tables in memory; Ariane computes its customers anew, all
rules applied, and publishes them.  Both must find as many customers.  In turns; medians; the ratio beside the goal's.
Where DuckDB is not to be had it ends with 77.
"""
# smoke: --links 20000 --times 1
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = ROOT / "build/bench-venv/bin/python"
BENCH = ROOT / "build/release/identity_bench"
SKIPPED = 77  # exit status: there is nothing to compare with
GOAL = 15.9 / 0.15  # docs/performance.md: DuckDB's figure by Ariane's goal


def has_duckdb():
    if not PYTHON.exists():
        venv.create(PYTHON.parent.parent, with_pip=True)
    return any(subprocess.run([PYTHON, *words], capture_output=True, check=False).returncode == 0 for words in (
        ("-c", "import duckdb"), ("-m", "pip", "install", "--quiet", "duckdb")))


def inside_venv(links):
    """One measurement by DuckDB: seconds on the clock, customers, seconds of processors."""
    told = subprocess.run([PYTHON, __file__, "--duckdb", "--links", str(links)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()
    return float(told[0]), int(told[1]), float(told[2])


def duckdb_components(links):
    # pylint: disable=import-error,import-outside-toplevel
    import duckdb
    con = duckdb.connect()
    con.execute("set threads = 2")
    con.execute(f"create table links as select i // 5 as a, {links} + i as b from range({links}) t(i)")
    began, cpu = time.time(), time.process_time()
    con.execute("create table edges as select a, b from links union all select b, a from links")
    con.execute("create table labels as select a as node, a as label from (select distinct a from edges)")
    while True:
        con.execute("""create or replace table next as
            select l.node, least(l.label, min(n.label)) as label
            from labels l join edges e on e.a = l.node join labels n on n.node = e.b group by l.node, l.label""")
        changed = con.execute("select count(*) from labels l join next n using (node) where l.label <> n.label").fetchall()
        con.execute("drop table labels")
        con.execute("alter table next rename to labels")
        if changed[0][0] == 0:
            break
    customers = con.execute("select count(distinct label) from labels").fetchall()[0][0]
    print(time.time() - began, customers, time.process_time() - cpu)


def ariane(links):
    """Seconds on the clock and of processors for computing and publishing, seconds until other rules are in force, customers."""
    told = subprocess.run([BENCH, "--links", str(links)], check=True, text=True, stdout=subprocess.PIPE).stdout
    found = re.search(r"^all of \d+ links: ([\d.]+) ms \(([\d.]+) of processors\), rules before ([\d.]+) ms, (\d+) customers", told, re.M)
    return (*(float(found.group(i)) / 1e3 for i in (1, 2, 3)), int(found.group(4)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--links", type=int, default=4000000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--duckdb", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.duckdb:
        duckdb_components(options.links)
        return 0
    if not has_duckdb():
        print("DuckDB cannot be had here")
        return SKIPPED
    ours, theirs = [], []
    for _ in range(options.times):
        ours.append(ariane(options.links))
        theirs.append(inside_venv(options.links))
    if {run[3] for run in ours} != {run[1] for run in theirs}:
        print(f"not the same customers: {ours} {theirs}")
        return 1
    a, a_cpu, rules = (statistics.median(run[i] for run in ours) for i in range(3))
    b, b_cpu = (statistics.median(run[i] for run in theirs) for i in (0, 2))
    print(f"{options.links} links: Ariane {a * 1e3:.0f} ms, DuckDB {b:.2f} s: {b / a:.0f} times (goal {GOAL:.0f}); of processors "
          f"{a_cpu * 1e3:.0f} ms, {b_cpu:.2f} s: {b_cpu / a_cpu:.0f} times")
    print(f"before, for other rules to be looked up: {rules * 1e3:.0f} ms; medians of {options.times}, load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
