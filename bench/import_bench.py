#!/usr/bin/env python3
# bench/import_bench.py - import of R1 (narrow CSV) by Ariane and by DuckDB: the same file, the same answer?
#
# What is timed, each in a process and a folder of its own, in turns:
#   ariane   ariane import: durable, deduplicated, identified, in thread order, checkpoint written
#   duckdb   create table as select ... order by customer, time; checkpoint into a file database
# Then both count the events, the customers and every edge (which activity follows which); the
# program ends with 1 if these differ.
#
#   bench/import_bench.py [--events N] [--times N] [--json FILE] [--ariane PROGRAM]
#
# DuckDB comes through pip into build/bench-venv at the first run; where it cannot be had the
# program says so and ends with 77.
# smoke: --events 100000 --times 1
import argparse
import json
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
COLUMNS = ["--customer", "id=customer", "--activity", "activity", "--time", "time", "--channel", "channel"]
THREADS = 2
SKIPPED = 77  # exit status: there is nothing to compare with

# Events of one customer at one time keep the file's order, as Ariane keeps it.
LOAD = """
create table events as
select customer, time, activity, channel from read_csv('{csv}', header = true, parallel = true,
    columns = {{'customer': 'bigint', 'time': 'bigint', 'activity': 'integer', 'channel': 'integer'}})
order by customer, time;
checkpoint;
"""
EDGES = """
with steps as (select activity, lead(activity) over (partition by customer order by time, rowid) as next from events)
select activity, next, count(*) from steps where next is not null group by all
"""


def in_venv():
    """Runs this program again with the interpreter that has duckdb."""
    python = VENV / "bin" / "python"
    if not python.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "duckdb"], check=True)
        except subprocess.CalledProcessError as fault:
            shutil.rmtree(VENV, ignore_errors=True)
            print(f"skipped: DuckDB cannot be installed: {fault}")
            sys.exit(SKIPPED)
    os.execv(python, [str(python), *sys.argv])


try:
    import duckdb
except ImportError:
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        raise
    in_venv()


def measured(command, log):
    """Runs to the end: seconds, CPU seconds, peak MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        log.seek(0)
        sys.exit(f"{command[0]} failed:\n{log.read()[-2000:].decode(errors='replace')}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}


def duckdb_load(csv, database):
    with duckdb.connect(str(database), config={"threads": THREADS}) as db:
        db.execute(LOAD.format(csv=csv))


def duckdb_answer(database):
    with duckdb.connect(str(database), read_only=True, config={"threads": THREADS}) as db:
        events, customers = db.execute("select count(*), count(distinct customer) from events").fetchone()
        edges = {(str(a), str(b)): n for a, b, n in db.execute(EDGES).fetchall()}
    return events, customers, edges


def ariane_answer(program, folder):
    command = [program, "--data", folder, "journey", "map", "--json"]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    edges = {(e["from"], e["to"]): e["count"] for e in answer["edges"]}
    return answer["events"], answer["customers"], edges


def disk_bytes(folder):
    return sum(p.stat().st_size for p in pathlib.Path(folder).rglob("*") if p.is_file())


def machine():
    model = "unknown"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform()}


def run_one(who, options, csv, folder, log):
    place = folder / who
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    load = os.getloadavg()[0]
    if who == "ariane":
        command = [options.ariane, "--data", str(place / "data"), "--quiet", "import", str(csv), *COLUMNS]
    else:
        command = [sys.executable, __file__, "--load", str(csv), str(place / "db")]
    result = measured(command, log)
    result["disk_mb"] = disk_bytes(place) / 1e6
    result["load"] = load
    print(f"  {who:7} {result['seconds']:7.2f} s  {result['cpu']:7.2f} s CPU  peak {result['peak_mb']:6.0f} MB"
          f"  disk {result['disk_mb']:6.0f} MB  load before {load:.1f}", flush=True)
    return result


def compare(options, folder):
    ours = ariane_answer(options.ariane, str(folder / "ariane" / "data"))
    theirs = duckdb_answer(folder / "duckdb" / "db")
    if ours != theirs:
        differing = sum(ours[2].get(edge) != n for edge, n in theirs[2].items())
        sys.exit(f"the answers differ: {ours[:2]} against {theirs[:2]}; {differing} edges")
    print(f"  same answer: {ours[0]:,} events, {ours[1]:,} customers, {len(ours[2]):,} edges")


def bench(options, folder):
    csv = folder / "r1.csv"
    customers = max(1, options.events // 10)
    subprocess.run([options.ariane, "demo", "--events", str(options.events), "--customers", str(customers),
                    "--out", str(csv)], check=True, stdout=subprocess.DEVNULL)
    csv.read_bytes()  # both find it in the page cache
    print(f"{options.events:,} events, {csv.stat().st_size / 1e6:.0f} MB, DuckDB {duckdb.__version__}", flush=True)
    runs = {"duckdb": [], "ariane": []}
    with tempfile.TemporaryFile() as log:
        for _ in range(options.times):
            for who, results in runs.items():
                results.append(run_one(who, options, csv, folder, log))
    compare(options, folder)
    return {who: {key: statistics.median(r[key] for r in results) for key in results[0]}
            for who, results in runs.items()}


def main():
    parser = argparse.ArgumentParser(description="import of R1 by Ariane and by DuckDB")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="runs of each, in turns; medians are told")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--ariane", default=str(ROOT / "build" / "release" / "ariane"))
    parser.add_argument("--load", nargs=2, metavar=("CSV", "DATABASE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        return duckdb_load(*options.load)
    with tempfile.TemporaryDirectory(prefix="import-bench-", dir=ROOT / "build") as folder:
        medians = bench(options, pathlib.Path(folder))
    ratio = {key: medians["ariane"][key] / medians["duckdb"][key] for key in ("seconds", "cpu")}
    print(f"medians of {options.times}: ariane {medians['ariane']['seconds']:.2f} s, "
          f"duckdb {medians['duckdb']['seconds']:.2f} s: ratio {ratio['seconds']:.2f} "
          f"(CPU {medians['ariane']['cpu']:.2f} s, {medians['duckdb']['cpu']:.2f} s: {ratio['cpu']:.2f}); goal 1.5")
    if options.json:
        report = {"benchmark": "import", "events": options.events, "times": options.times, "machine": machine(),
                  "duckdb": duckdb.__version__, "threads": THREADS, "medians": medians, "ratio": ratio, "goal": 1.5}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
