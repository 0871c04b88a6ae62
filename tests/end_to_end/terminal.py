"""On a terminal: a progress bar for what takes longer than a second; none when piped."""
import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading

from tools import ARIANE, environment, equal, holds, lacks


def on_terminal(*words, feed=None, columns=100):
    """Runs on a pseudo-terminal; what it shows."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen([ARIANE, *map(str, words)], env=environment(TERM="xterm"), stdout=slave, stderr=slave,
                               stdin=subprocess.PIPE if feed else subprocess.DEVNULL)
    os.close(slave)
    writer = threading.Thread(target=feed, args=(process.stdin,)) if feed else None
    if writer:
        writer.start()
    shown = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
    if writer:
        writer.join()
    os.close(master)
    equal(process.wait(), 0, shown)
    return shown.decode()


def rows(count):
    return "".join(f"c{i % 97},2026-03-{i % 28 + 1:02}T10:{i % 60:02}:00Z,Called {i},phone\n" for i in range(count))


HEAD = "customer,time,activity,channel\n"
FLAGS = ("--customer", "account=customer", "--time", "time", "--activity", "activity", "--channel", "channel")


def check_progress_bar(place):
    """A longer import shows how far it is, how fast, and how long it takes still, and cleans up behind itself.

    A quick machine reads many rows within the second in which nothing is to be shown: then there must be more of them."""
    for count in (300_000, 1_200_000, 4_800_000):
        path = place.file(f"many{count}.csv", HEAD + rows(count))
        shown = on_terminal("--data", place.path / f"data{count}", "import", path, *FLAGS)
        holds(shown, f"{count:,} new")
        bars = [piece for piece in shown.split("\r") if "importing" in piece]
        if len(bars) > 1:
            break
    equal(len(bars) > 1, True, shown[-500:])
    holds(" ".join(bars), "/s", "left")
    equal(all(len(b.replace("\x1b[K", "")) <= 100 for b in bars), True, "no line is wider than the terminal")
    lacks(shown.split("\r")[-1], "importing")


def check_no_progress_when_asked(place):
    path = place.file("some.csv", HEAD + rows(100_000))
    for i, flag in enumerate(("--no-progress", "--quiet")):
        lacks(on_terminal("--data", place.path / f"data{i}", "import", path, *FLAGS, flag), "\x1b", "importing")


def check_none_when_piped(place):
    path = place.file("some.csv", HEAD + rows(100_000))
    answer = place.folder()("import", path, *FLAGS)
    lacks(answer.out + answer.error, "\x1b", "\r", "importing")


def check_tables_fit_the_terminal(place):
    path = place.file("some.csv", HEAD + rows(50).replace("Called", "Called about a very long matter " * 5))
    place.folder().import_(path, *FLAGS)
    for words in (["events"], ["journey", "map"], ["customer", "account:c1"], ["status"]):
        shown = on_terminal("--data", place.path / "data", *words, columns=80)
        equal([line for line in shown.splitlines() if len(line) > 80], [], words)


def check_hostile_text(place):
    """What came from outside cannot steer the terminal."""
    path = place.file("some.csv", HEAD.replace("channel", "channel,note") +
                      "c1,2026-03-14T10:00:00Z,Called,phone,\x1b[31mred\x07\n"
                      "c1,2026-03-14T10:00:00Z,\x1b[31mred\x07,phone,\n")
    folder = place.folder()
    equal(folder.import_(path, *FLAGS)["imported"], 1, "an activity cannot hold control characters at all")
    for words in (["events"], ["thread", "account:c1"], ["journey", "map"]):
        shown = on_terminal("--data", folder.path, *words)
        lacks(shown, "\x1b[31m", "\x07")
    holds(on_terminal("--data", folder.path, "thread", "account:c1"), "\\x1b[31mred\\x07")
