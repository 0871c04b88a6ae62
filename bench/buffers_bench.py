#!/usr/bin/env python3
# bench/buffers_bench.py - do the importer's own buffers stay the same however long its input is?
#
# Two inputs of each length come through a pipe as CSV.  "texts": each row an event of its own with
# a text of 1 MiB, so that the state hardly grows with the bytes.  "again": rows of 4 KiB that tell
# the same 256 events over and over, by their message ids: nothing of them stays.  What is
# told is the most anonymous memory that the process held (what it maps of files is the kernel's to
# take back), and that of a process that opens the same folder and does nothing with it: the state.
# The difference are the importer's buffers; the program ends with 1 where those of the longest
# input are larger than those of the shortest by more than SLACK_MB.  How many batches are full at
# one moment is chance, and a long input has more moments: so a shorter one is read as often as
# makes up the longest, and the most that it took counts.
#
#   bench/buffers_bench.py [--megabytes N,N...] [--folder FOLDER] [--ariane PROGRAM] [--json FILE]
# smoke: --megabytes 200,800
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLACK_MB = 32  # rows of 1 MiB wait between the stages, more or fewer of them by chance (by 20 MB, seen)
KNOWN_EVENTS = 256
SECOND = 1767225600  # of the first event
HEADER = b"message_id,time,customer,activity,channel,note\n"
MAPPING = {"version": 1, "time": {"column": "time", "format": "epoch"}, "message_id": "message_id",
           "activity": "activity", "channel": {"column": "channel"},
           "customer": [{"type": "id", "column": "customer"}]}


def row(number, note):
    return f"m{number},{SECOND + number},{number % 100},a{number % 40},web,".encode() + note + b"\n"


def texts(megabytes):
    note = b"x" * ((1 << 20) - 64)
    for number in range(megabytes):
        yield row(number, note)


def again(megabytes):
    note = b"y" * 4040
    rows = b"".join(row(number, note) for number in range(KNOWN_EVENTS))
    for _ in range(megabytes):
        yield rows


def anonymous_kb(pid):
    """What the process holds now; None once it has ended."""
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def watch(process, peaks):
    while (now := anonymous_kb(process.pid)) is not None:
        peaks.append(now)
        time.sleep(0.005)


def feed(process, pieces):
    process.stdin.write(HEADER)
    for piece in pieces:
        process.stdin.write(piece)
    process.stdin.close()


def peak_mb(command, pieces=()):
    """Runs it, feeds it, and tells the most anonymous memory that it held, and its user + system seconds."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    peaks = [0]
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    if pieces:
        feed(process, pieces)
    else:
        process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    watcher.join()
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return max(peaks) / 1024, usage.ru_utime + usage.ru_stime


def measure(options, shape, megabytes, folder):
    data = str(folder / "data")
    shutil.rmtree(data, ignore_errors=True)
    mapping = folder / "mapping.json"
    mapping.write_text(json.dumps(MAPPING))
    command = [options.ariane, "--data", data, "--quiet"]
    peak, seconds = peak_mb([*command, "import", "-", "--format", "csv", "--mapping", str(mapping)], shape(megabytes))
    state, _ = peak_mb([*command, "status"])
    events = json.loads(subprocess.run([*command, "status", "--json"], check=True,
                                       stdout=subprocess.PIPE).stdout)["events"]
    shutil.rmtree(data, ignore_errors=True)
    figures = {"input": shape.__name__, "megabytes": megabytes, "events": events, "peak_mb": peak,
               "state_mb": state, "buffers_mb": peak - state, "cpu_seconds": seconds}
    print(f"{shape.__name__:6} {megabytes:7,} MB  {events:9,} events  peak {peak:7.1f} MB  state {state:6.1f} MB"
          f"  buffers {peak - state:6.1f} MB  {seconds:7.1f} s CPU", flush=True)
    return figures


def most(options, shape, megabytes, times, folder):
    return max((measure(options, shape, megabytes, folder) for _ in range(times)), key=lambda f: f["buffers_mb"])


def main():
    parser = argparse.ArgumentParser(description="the importer's own buffers by the length of its input")
    parser.add_argument("--megabytes", default="1000,10000", help="lengths of the inputs")
    parser.add_argument("--folder", default=str(ROOT / "build"), help="where the data folder is made")
    parser.add_argument("--ariane", default=str(ROOT / "build" / "release" / "ariane"))
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    options = parser.parse_args()
    lengths = [int(n) for n in options.megabytes.split(",")]
    results = []
    with tempfile.TemporaryDirectory(prefix="buffers-bench-", dir=options.folder) as folder:
        for shape in (texts, again):
            results += [most(options, shape, n, max(lengths) // n, pathlib.Path(folder)) for n in lengths]
    if options.json:
        options.json.write_text(json.dumps({"benchmark": "buffers", "results": results}, indent=2) + "\n")
    for first, last in ((0, len(lengths) - 1), (len(lengths), len(results) - 1)):
        grown = results[last]["buffers_mb"] - results[first]["buffers_mb"]
        if grown > SLACK_MB:
            sys.exit(f"{results[last]['input']}: the buffers grew by {grown:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
