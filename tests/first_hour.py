#!/usr/bin/env python3
"""docs/first-hour.md done as written, by a stranger who has only the page: does each command print what it says?

  tests/first_hour.py --ariane PATH [--write]

Lines that are indented and begin with "$ " are commands, what follows them is what they print; the first block has
commands alone.  "$ cat FILE" tells what to write into FILE.  Of `ariane status` the page has some lines.  The events are
those of the demonstration company: whoever changes it, writes the page anew.  Ends with "N passed, N failed".
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "first-hour.md"


def runs():
    """(command, first line of what it prints, behind the last one); lines are of the page, None for what only prepares."""
    lines = PAGE.read_text().splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].startswith("    "):
            at += 1
        elif not lines[at].startswith("    $ "):
            yield lines[at][4:], None, None
            at += 1
        else:
            command = lines[at][6:]
            while command.endswith("\\"):
                at += 1
                command = command[:-1] + lines[at].strip()
            first = at = at + 1
            while at < len(lines) and lines[at].startswith("    ") and not lines[at].startswith("    $ "):
                at += 1
            yield command, first, at


def plain(text):
    return [re.sub(r"\s+", " ", line).strip() for line in text if line.strip()]


def kept(seen, wanted):
    """Of a list of names and values, those lines that the page has."""
    names = {line.split("  ")[0] for line in wanted}
    return [line for line in seen if line.split("  ")[0] in names]


def run(command, folder, environment):
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout.strip("\n").splitlines()


def go_through(folder, environment):
    """(command, where the page has it, what it prints now); the same if it still holds."""
    lines = PAGE.read_text().splitlines()
    for command, first, behind in runs():
        wanted = [line[4:] for line in lines[first:behind]] if first is not None else []
        if command.startswith("cat ") and first is not None:
            (folder / command[4:]).write_text("\n".join(wanted) + "\n")
            continue
        status, seen = run(command, folder, environment)
        if first is None:
            wanted, seen = [], seen if status else []
        elif command == "ariane status":
            seen = kept(seen, wanted)
        yield command, (first, behind), seen, plain(seen) == plain(wanted)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane", required=True, type=pathlib.Path)
    options.add_argument("--write", action="store_true", help="put what is printed now into the page; its words are yours")
    given = options.parse_args()
    passed, failed, lines = 0, 0, PAGE.read_text().splitlines()
    with tempfile.TemporaryDirectory(prefix="ariane-first-hour-") as folder:
        folder = pathlib.Path(folder)
        (folder / "bin").mkdir()
        (folder / "bin" / "ariane").symlink_to(given.ariane.resolve())
        environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                       "TZ": "Europe/Paris"}
        for command, place, seen, holds in reversed(list(go_through(folder, environment))):
            passed, failed = passed + holds, failed + (not holds)
            if not holds:
                print(f"$ {command}\n" + "\n".join(seen) + "\n")
            if place[0] is not None:
                lines[place[0]:place[1]] = [f"    {line}".rstrip() for line in seen]
    if given.write:
        PAGE.write_text("\n".join(lines) + "\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
