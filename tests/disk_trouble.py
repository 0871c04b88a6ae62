#!/usr/bin/env python3
"""Trouble with a real disk, and what the real program says of it.

    tests/disk_trouble.py --ariane build/dev/ariane

A full disk, a read-only one, a second process, a flipped byte, a newer format: each is refused with
a code and a remedy in words, by exit status 1, and what was acknowledged before is there after.
The first two mount a small tmpfs; where that is not allowed they say so and are left out.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from watch import EVERYTHING, Watch

ROWS, SECONDS = 300, 120


def fail(words):
    sys.exit(f"FAIL {words}")


class House:
    """A data folder, and the program on it."""

    def __init__(self, ariane, folder):
        self.ariane, self.folder, self.data = ariane, folder, folder / "data"

    def run(self, *words):
        return subprocess.run([self.ariane, "--data", str(self.data), *words],
                              capture_output=True, text=True, timeout=SECONDS)

    def ok(self, *words):
        answer = self.run(*words)
        if answer.returncode != 0:
            fail(f"{' '.join(words)}: {answer.stderr}")
        return answer.stdout

    def events(self):
        return json.loads(self.ok("status", "--json"))["events"]

    def write_rows(self, name, first, count, padding=0):
        path = self.folder.parent / name
        with open(path, "w", encoding="utf-8") as out:
            out.write("email,activity,time,note\n")
            for i in range(first, first + count):
                noise = os.urandom(padding // 2).hex()
                out.write(f"p{i % 40}@example.org,step,2024-03-01T00:00:00Z,row {i} {noise}\n")
        return str(path)

    def load(self, path):
        return self.run(*IMPORT, path, "--json")

    def must_load(self, path):
        answer = self.load(path)
        if answer.returncode != 0:
            fail(f"import of {path}: {answer.stderr}")


IMPORT = ("import", "--customer", "email=email", "--activity", "activity", "--time", "time")


def refused(answer, codes, what):
    """Exit status 1, one of these codes, words and a remedy."""
    if answer.returncode != 1:
        fail(f"{what}: exit status {answer.returncode}: {answer.stdout}{answer.stderr}")
    problem = json.loads(answer.stderr.strip().splitlines()[-1])
    if problem["code"] not in codes or not problem["detail"] or not problem["hint"]:
        fail(f"{what}: {problem}")
    print(f"ok   {what}: {problem['detail']} -> {problem['hint']}")


def mounted(folder, size):
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                          capture_output=True, text=True, check=False)
    return done.returncode == 0


def full_disk(ariane, top):
    disk = top / "small"
    if not mounted(disk, "6m"):
        print("skip full disk, read-only disk: a tmpfs may not be mounted here")
        return
    try:
        house = House(ariane, disk)
        house.must_load(house.write_rows("first.csv", 0, ROWS))
        large = house.write_rows("large.csv", ROWS, 2000, 8000)
        refused(house.load(large), ("disk-full", "journal-stopped", "engine-failed"), "full disk")
        left = house.events()
        if left < ROWS:
            fail(f"full disk: {left} events are left of {ROWS}")
        subprocess.run(["mount", "-o", "remount,size=80m", str(disk)], check=True)
        house.must_load(large)
        if house.events() != ROWS + 2000:
            fail(f"after room was made: {house.events()} events of {ROWS + 2000}")
        house.ok("verify")
        read_only(house, disk, large)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def read_only(house, disk, path):
    before = house.events()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    refused(house.load(path), ("disk-read-only",), "read-only disk, import")
    refused(house.run("status", "--json"), ("disk-read-only",), "read-only disk, status")
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    if house.events() != before:
        fail("read-only disk: events were lost")


def holds_lock(pid):
    return any(str(pid) in line.split() for line in Path("/proc/locks").read_text().splitlines())


def second_process(ariane, top):
    house = House(ariane, top / "second")
    house.folder.mkdir()
    house.must_load(house.write_rows("second.csv", 0, ROWS))
    watch = Watch(house.data, EVERYTHING)  # it opens files with the lock in its hand
    first = subprocess.Popen([ariane, "--data", str(house.data), *IMPORT, "-", "--format", "csv"],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        first.stdin.write(b"email,activity,time,note\n" + b"q@example.org,step,2024-03-01T00:00:00Z,more\n")
        first.stdin.flush()
        if not watch.until(lambda: holds_lock(first.pid), first):
            fail("second process: the first one ended")
        refused(house.run("status", "--json"), ("folder-busy",), "second process")
    finally:
        watch.close()
        first.stdin.close()
        first.wait(timeout=SECONDS)
    if first.returncode != 0 or house.events() != ROWS + 1:
        fail(f"second process: the first one was disturbed: {first.stderr.read()}")


def flipped_byte(ariane, top):
    house = House(ariane, top / "flipped")
    house.folder.mkdir()
    for i in range(3):  # a back-up begins a new segment
        house.must_load(house.write_rows(f"flip{i}.csv", i * ROWS, ROWS))
        house.ok("backup", str(top / f"backup{i}"))
    segment = sorted((house.data / "journal").iterdir())[1]
    middle = segment.stat().st_size // 2
    with open(segment, "r+b") as file:
        file.seek(middle)
        byte = file.read(1)[0]
        file.seek(middle)
        file.write(bytes([byte ^ 0x10]))
    answer = house.run("verify", "--json")
    refused(answer, ("verify-faulty",), "flipped byte")
    found = json.loads(answer.stdout)["found"]
    if not found or Path(found[0]["file"]).name != segment.name or "offset" not in found[0] \
            or not found[0]["hint"]:
        fail(f"flipped byte: it is not named: {found}")
    print(f"ok   flipped byte: {found[0]['detail']} -> {found[0]['hint']}")
    if house.events() != 3 * ROWS:
        fail(f"flipped byte: {house.events()} events")
    restored = House(ariane, top / "restored")
    restored.folder.mkdir()
    restored.ok("restore", str(top / "backup2"))
    if restored.events() != 3 * ROWS:
        fail(f"restored: {restored.events()} events")
    restored.ok("verify")


def newer_format(ariane, top):
    house = House(ariane, top / "newer")
    house.folder.mkdir()
    path = house.write_rows("newer.csv", 0, ROWS)
    house.must_load(path)
    (house.data / "format").write_text("ariane 2\n")
    refused(house.run("status", "--json"), ("folder-version",), "newer format, status")
    refused(house.load(path), ("folder-version",), "newer format, import")
    (house.data / "format").write_text("ariane 1\n")
    if house.events() != ROWS:
        fail("newer format: events were lost")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--ariane", required=True)
    ariane = os.path.abspath(parser.parse_args().ariane)
    with tempfile.TemporaryDirectory(prefix="ariane-disk-") as name:
        for case in (full_disk, second_process, flipped_byte, newer_format):
            case(ariane, Path(name))


main()
