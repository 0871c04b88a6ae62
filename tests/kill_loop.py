#!/usr/bin/env python3
"""The real program, really killed: imports a file, dies by SIGKILL, imports the same file again and again,
and in the end has each row once.

    tests/kill_loop.py --ariane build/dev/ariane [--kills N] [--rows N] [--seconds S] [--seed N]

It dies by turns when its journal has a random length, and at a random one of the changes of its files.
What a restart has once shown is there after every later one.  At most --kills processes are killed,
by their pid alone, and it ends after --seconds whatever happens.
"""
import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from watch import Watch


def write_rows(path, rows, chance):
    """Few customers, so that threads grow; equal rows too, which are kept apart by their number."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("email,activity,time,note\n")
        for i in range(rows):
            who, what = chance.randrange(rows // 20 + 1), chance.choice(("visit", "call", "mail", "buy"))
            second = 0 if i % 50 == 0 else chance.randrange(86400)
            note = "" if i % 50 == 0 else f"row {i} {'x' * chance.randrange(60)}"
            out.write(f"person{who if i % 50 else 0}@example.org,{what if i % 50 else 'twin'},"
                      f"2024-03-{1 + i % 28 if i % 50 else 1:02d}T{second // 3600:02d}:"
                      f"{second // 60 % 60:02d}:{second % 60:02d}Z,{note}\n")


class Loop:
    def __init__(self, options, folder):
        self.ariane, self.data, self.csv = options.ariane, folder / "data", folder / "rows.csv"
        self.deadline = time.monotonic() + options.seconds
        self.seen = 0

    def command(self, *words):
        return [self.ariane, "--data", str(self.data), *words]

    def import_words(self):
        return self.command("import", str(self.csv), "--customer", "email=email",
                            "--activity", "activity", "--time", "time")

    def left(self):
        return max(self.deadline - time.monotonic(), 1)

    def run(self, *words):
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=self.left())

    def events(self):
        """What a fresh start finds; never less than one before it found."""
        answer = self.run("status", "--json")
        if answer.returncode != 0:
            if self.seen == 0 and not (self.data / "format").exists():
                return 0  # killed before the folder was made
            sys.exit(f"status fails after a kill: {answer.stderr}")
        status = json.loads(answer.stdout)
        if status["events"] < self.seen:
            sys.exit(f"{status['events']} events are left of {self.seen}")
        if status["damaged_records"] != 0:
            sys.exit(f"{status['damaged_records']} records are damaged")
        self.seen = status["events"]
        return self.seen

    def journal_bytes(self):
        folder = self.data / "journal"
        return sum(f.stat().st_size for f in folder.iterdir()) if folder.exists() else 0

    def import_until(self, changes, journal_bytes):
        """Starts an import, kills it when it went so far; (was it killed, changes seen)."""
        with Watch(self.data.parent) as watch:
            process = subprocess.Popen(self.import_words(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                watch.until(lambda: watch.events >= changes or self.journal_bytes() >= journal_bytes,
                            process, self.left())
            finally:
                process.kill()  # this pid, nobody else
                process.wait()
            return process.returncode == -signal.SIGKILL, watch.events

    def forget(self):
        shutil.rmtree(self.data)
        self.seen = 0


def options_of():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--ariane", required=True)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def undisturbed(loop, rows):
    """How many changes of files, and how many bytes of journal, an import makes that nobody kills."""
    _, changes = loop.import_until(sys.maxsize, sys.maxsize)
    journal_bytes = loop.journal_bytes()
    if loop.events() != rows:
        sys.exit(f"{loop.seen} events of {rows} rows")
    loop.forget()
    return changes, journal_bytes


def kill(loop, options, chance):
    changes, journal_bytes = undisturbed(loop, options.rows)
    killed, midway = 0, 0
    while killed < options.kills and loop.left() > options.seconds / 2:
        by_bytes = killed % 2 == 0
        killed += loop.import_until(sys.maxsize if by_bytes else chance.randrange(1, changes),
                                    chance.randrange(1, journal_bytes) if by_bytes else sys.maxsize)[0]
        midway += 0 < loop.events() < options.rows
        if loop.seen == options.rows and killed < options.kills:
            loop.forget()
    if killed < options.kills or midway == 0:
        sys.exit(f"{killed} of {options.kills} killed, {midway} of them midway")
    return f"{killed} killed, {midway} of them midway"


def main():
    options = options_of()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="ariane-kill-") as name:
        loop = Loop(options, Path(name))
        write_rows(loop.csv, options.rows, chance)
        told = kill(loop, options, chance)
        for _ in range(2):  # the second adds nothing
            last = subprocess.run(loop.import_words(), capture_output=True, text=True, timeout=loop.left())
            if last.returncode != 0:
                sys.exit(f"the last import fails: {last.stderr}")
            if loop.events() != options.rows:
                sys.exit(f"{loop.seen} events of {options.rows} rows")
        verified = loop.run("verify")
        if verified.returncode != 0:
            sys.exit(f"verify: {verified.stdout}{verified.stderr}")
        print(f"{told}; {options.rows} rows are {loop.seen} events; {verified.stdout.splitlines()[0]}")


main()
