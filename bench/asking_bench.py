#!/usr/bin/env python3
# bench/asking_bench.py - questions about journeys as a person asks them: over HTTP, of a server, beside DuckDB.
#
# Events: workload Q (ariane demo --events).  Ariane: a server on a data folder, 4.5 % of whose events came after the base of
# its index and lie behind it; one connection; from sending the request until the last byte of the answer was read, with a
# filter (--since, a day after the first event) or without.  Two threads.  DuckDB: a table in memory, sorted by customer and
# time, the same filter, two threads.  Each question is asked first of Ariane alone, then of both in turns.
#
# Figures of the answers are compared; a difference ends the program with 1.
#
#   bench/asking_bench.py [--events N] [--times N] [--only PART OF A NAME] [--json FILE] [--ariane PROGRAM]
#
# DuckDB comes through pip into build/bench-venv at the first run; without it the program says so and ends with 77.
# smoke: --events 20000 --times 1
import argparse
import datetime
import http.client
import json
import os
import pathlib
import platform
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import journey_bench as peer  # what DuckDB is asked, and DuckDB itself

BEHIND = 0.045  # of all events; a server makes its base anew from 5 % on
DAY_S = 86400
DEADLINE_S = 300
METRICS = json.dumps({"version": 1, "ignore": [], "self_service": {"channel": "0"}, "human": {"channel": "1"}, "gap": "1s",
                      "leakage_from": ["0"], "repeat_window": "7d", "leakage_window": "24h"})
SESSIONS = json.dumps({"version": 1, "name": "sessions", "gap": "30m"})


class Server:
    """Ariane, started on a folder of its own that has the events of the file."""

    def __init__(self, program, csv, folder, events):
        self.program, self.data = program, folder / "data"
        lines = csv.read_bytes().splitlines(keepends=True)
        based = len(lines) - int(events * BEHIND)
        self.load(folder / "based.csv", lines[:based])
        self.load(folder / "behind.csv", lines[:1] + lines[based:])
        del lines
        self.run("seal")  # or the server does it beside the first questions
        token = self.run("token", "create", "--role", "analyst").strip()
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.process = subprocess.Popen([program, "--data", self.data, "serve", "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = int(re.search(r":(\d+)\s*$", self.process.stdout.readline())[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self, *words):
        return subprocess.run([self.program, "--data", self.data, "--quiet", *words], check=True, stdout=subprocess.PIPE,
                              text=True).stdout

    def load(self, path, lines):
        path.write_bytes(b"".join(lines))
        self.run("import", path, "--customer", "id=customer", "--activity", "activity", "--time", "time", "--channel",
                 "channel")
        path.unlink()

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, question, told, since):
        """Seconds on the clock, of the server's processors (by the tick of 10 ms), and what `told` makes of the answer."""
        name, body = question
        if since:
            body = {**body, "since": f"{datetime.datetime.fromtimestamp(since, datetime.UTC):%FT%TZ}"}
        body = json.dumps(body)
        used, start = self.cpu(), time.monotonic()
        self.connection.request("POST", f"/api/v1/journey/{name}", body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took, used = time.monotonic() - start, self.cpu() - used
        if answer.status != 200:
            sys.exit(f"{name}: {answer.status} {text.decode(errors='replace')}")
        return took, used, told(json.loads(text))

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.process.terminate()
        if self.process.wait(timeout=DEADLINE_S) != 0 and fault[0] is None:
            sys.exit("the server did not stop as it should")


def map_figures(answer):
    edges = answer["edges"]
    timed = "median_s" in edges[0]
    return [len(edges), sum(e["count"] for e in edges), sum(e["count"] ** 2 for e in edges),
            sum(e["customers"] for e in edges),
            sum(e["mean_s"] * e["count"] for e in edges) if timed else 0,
            sum(e["median_s"] for e in edges) if timed else 0]


def variant_figures(answer):
    return [answer["distinct"], sum(v["count"] ** 2 for v in answer["variants"]), answer["rest"]["count"], 0, 0, 0]


def funnel_figures(answer):
    return [s["journeys"] for s in answer["steps"]] + [0, 0]


def metric_figures(answer):
    figure = answer["figures"][0]
    return [figure["numerator"], figure["denominator"], figure["pending"], 0, 0, 0]


def list_figures(answer):
    return [answer["journeys"], answer["customers"], 0, 0, 0, 0]


def flow_figures(answer):
    steps = [link["journeys"] for link in answer["links"] if link["kind"] == "step"]
    ends = [link["journeys"] for link in answer["links"] if link["kind"] == "end"]
    return [len(steps), sum(steps), sum(n * n for n in steps), sum(ends), 0, 0]


# Name as journey_bench.py has it; what Ariane is asked; what of its answer is compared.
QUESTIONS = {
    "map, counts, of all": (("map", {"counts-only": True}), map_figures),
    "map, with customers, mean, median, p90": (("map", {}), map_figures),
    "map, counts, of those who used a channel": (("map", {"counts-only": True, "with": ["1:"]}), map_figures),
    "funnel, 4 steps within 7 days": (("funnel", {"step": ["0", "1", "2", "3"], "within": "7d"}), funnel_figures),
    "variants, top 100": (("variants", {"top": 100}), variant_figures),
    "repeat contact within 7 days": (("metrics", {"metric": ["repeat_contacts"], "metrics": METRICS}), metric_figures),
    "web to phone within 24 h": (("metrics", {"metric": ["leakage"], "metrics": METRICS}), metric_figures),
    "sessions, gap of 30 min": (("list", {"definition": SESSIONS, "limit": 0}), list_figures),
    "flow, the first 6 steps": (("flow", {"depth": 6, "top": 500, "counts-only": True}), flow_figures),
}

# Asked of DuckDB otherwise: who used a channel is told by all his events, also those before --since.
WAYS = {"map, counts, of those who used a channel":
        peer.counts_of(where="where customer in (select customer from all_events where channel = 1)")}


def median(results):
    return {"seconds": statistics.median(r[0] for r in results), "cpu": statistics.median(r[1] for r in results)}


def compare(server, db, name, way, since, times):
    question, told = QUESTIONS[name]
    ours, theirs = lambda: server.ask(question, told, since), lambda: peer.timed(lambda: way(db))
    first, second = ours(), theirs()
    if not peer.same(first[2], second[2]):
        sys.exit(f"{name}: the answers differ: {first[2]} and DuckDB's {second[2]}")
    alone = [ours() for _ in range(times)]
    turns = [(ours(), theirs()) for _ in range(times)]
    return {"alone": median(alone), "alone_least": min(r[0] for r in alone), "alone_most": max(r[0] for r in alone),
            "ariane": median([t[0] for t in turns]), "duckdb": median([t[1] for t in turns]), "load": os.getloadavg()[0]}


def bench(options, folder):
    csv = folder / "q.csv"
    subprocess.run([options.ariane, "demo", "--events", str(options.events), "--customers",
                    str(max(1, options.events // 10)), "--out", str(csv)], check=True, stdout=subprocess.DEVNULL)
    found = {}
    with Server(options.ariane, csv, folder, options.events) as server, \
            peer.duckdb.connect(config={"threads": peer.THREADS, "temp_directory": str(folder / "spill")}) as db:
        db.execute(peer.LOAD.format(csv=csv).replace("table events", "table all_events"))
        since = db.execute("select min(time) from all_events").fetchone()[0] + DAY_S
        for filtered in (False, True):
            limit = f"where time >= {since}" if filtered else ""
            db.execute(f"create or replace view events as select * from all_events {limit}")
            for name, way, goal in peer.QUESTIONS:
                if name not in QUESTIONS or options.only not in name:
                    continue
                told = compare(server, db, name, WAYS.get(name, way), since if filtered else None, options.times)
                label = name + (", since the second day" if filtered else "")
                found[label] = {**told, "goal_at_10_million": goal}
                print(f"  {label:62} alone {told['alone']['seconds']:.4f} s ({told['alone_least']:.4f} to "
                      f"{told['alone_most']:.4f}; {told['alone']['cpu']:.2f} CPU)  in turns {told['ariane']['seconds']:.4f} s, "
                      f"duckdb {told['duckdb']['seconds']:.4f} s: {told['duckdb']['seconds'] / told['ariane']['seconds']:.1f}"
                      f"  goal {goal}", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description="questions about journeys over HTTP, beside DuckDB")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="runs of each, alone and in turns; medians are told")
    parser.add_argument("--only", default="", help="questions with this in their names")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--ariane", default=str(peer.ROOT / "build" / "release" / "ariane"))
    options = parser.parse_args()
    print(f"DuckDB {peer.duckdb.__version__}, {peer.THREADS} threads each, {options.events} events", flush=True)
    with tempfile.TemporaryDirectory(prefix="asking-bench-", dir=peer.ROOT / "build") as folder:
        found = bench(options, pathlib.Path(folder))
    report = {"benchmark": "asking", "times": options.times, "machine": platform.platform(), "cores": os.cpu_count(),
              "duckdb": peer.duckdb.__version__, "events": options.events, "questions": found,
              "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
