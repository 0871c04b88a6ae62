#!/usr/bin/env python3
"""The real program from outside, as a stranger would use it; the last line is "N passed, N failed".

  tests/end_to_end.py [--ariane PATH] [--data FOLDER] [GROUP | CHECK ...]

A group is a file of tests/end_to_end, a check one of its functions named check_...; without names all
run.  Each check has a temporary folder of its own.  External data is looked for in
ARIANE_TEST_DATA (../shared/data): without it the checks that need it are skipped, under CI they fail.
"""
import argparse
import importlib
import os
import sys
import time
import traceback
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "end_to_end"
sys.path.insert(0, str(FOLDER))
sys.dont_write_bytecode = True


def checks_of(group):
    module = importlib.import_module(group)
    return [(group, name, f) for name, f in vars(module).items()
            if name.startswith("check_") and f.__module__ == group]


def run(check):
    from tools import Place, Skipped
    try:
        with Place() as place:
            check(place)
        return "ok", ""
    except Skipped as reason:
        return "skipped", str(reason)
    except Exception as fault:  # pylint: disable=broad-except
        where = traceback.extract_tb(fault.__traceback__)
        lines = [f"{Path(f.filename).name}:{f.lineno}" for f in where if "end_to_end/" in f.filename]
        return "FAIL", f"{' '.join(lines)}: {type(fault).__name__}: {fault}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane")
    options.add_argument("--data")
    options.add_argument("names", nargs="*")
    given = options.parse_args()
    if given.ariane:
        os.environ["ARIANE"] = str(Path(given.ariane).resolve())
    if given.data:
        os.environ["ARIANE_TEST_DATA"] = str(Path(given.data).resolve())
    groups = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "tools")
    wanted = [c for g in groups for c in checks_of(g)
              if not given.names or g in given.names or c[1] in given.names]
    counts = {"ok": 0, "FAIL": 0, "skipped": 0}
    for group, name, check in wanted:
        start = time.monotonic()
        result, detail = run(check)
        counts[result] += 1
        print(f"{result:7} {group}.{name} {time.monotonic() - start:.1f} s {detail}", flush=True)
    if counts["skipped"]:
        print(f"{counts['skipped']} skipped")
    print(f"{counts['ok']} passed, {counts['FAIL']} failed")
    return 1 if counts["FAIL"] or not wanted else 0


sys.exit(main())
