"""Nothing is counted twice, and nothing that is there twice is counted once."""
import collections
import csv
import os
import shutil
import signal
import subprocess

from tools import ARIANE, Skipped, environment, equal, gz, lines_of
from watch import Watch

HEAD = "customer,time,activity,channel\n"


def row(i, activity="Called"):
    return f"c{i % 7},2026-03-{i % 28 + 1:02}T10:{i % 60:02}:00Z,{activity},phone\n"


ROWS = "".join(row(i) for i in range(200))
FLAGS = ("--customer", "account=customer", "--time", "time", "--activity", "activity", "--channel", "channel")


def expect_nothing_new(folder, *words, **how):
    before = folder.digest()
    summary = folder.import_(*words, *FLAGS, **how)
    equal((summary["imported"], summary["rejected"]), (0, 0), f"new and rejected of {words}")
    equal(folder.digest(), before, "digest")


def imported(place, name="calls.csv", content=HEAD + ROWS):
    folder = place.folder()
    path = place.file(name, content)
    equal(folder.import_(path, *FLAGS)["imported"], content.count("\n") - 1, "imported")
    return folder, path


def check_the_same_file(place):
    folder, path = imported(place)
    expect_nothing_new(folder, path)


def check_renamed(place):
    folder, path = imported(place)
    expect_nothing_new(folder, path.rename(place.path / "appels du mois.csv"))


def check_gzipped(place):
    folder, _ = imported(place)
    expect_nothing_new(folder, place.file("calls.csv.gz", gz(HEAD + ROWS)))


def check_zstd(place):
    if not shutil.which("zstd"):
        raise Skipped("no zstd")
    folder, path = imported(place)
    subprocess.run(["zstd", "-q", path], check=True)
    expect_nothing_new(folder, f"{path}.zst")


def check_standard_input(place):
    folder, path = imported(place)
    expect_nothing_new(folder, "-", stdin=path.read_bytes())
    expect_nothing_new(folder, "-", stdin=gz(path.read_bytes()))


def check_a_folder_of_files(place):
    folder, path = imported(place, "in/calls.csv")
    expect_nothing_new(folder, path.parent)


def check_a_grown_file(place):
    folder, path = imported(place)
    path.write_text(HEAD + ROWS + row(0, "Called back") + row(1))  # row(1) stands twice now
    summary = folder.import_(path, *FLAGS)
    equal((summary["imported"], summary["duplicates"]), (2, 200))
    expect_nothing_new(folder, path)


def check_standard_input_alone(place):
    folder = place.folder()
    equal(folder.import_("-", *FLAGS, stdin=(HEAD + ROWS).encode())["imported"], 200)
    expect_nothing_new(folder, place.file("calls.csv", HEAD + ROWS))


def check_twins_are_kept(place):
    """Rows that stand twice in one file are two events; reading the file again adds none."""
    folder, path = imported(place, content=HEAD + row(1) * 3 + row(2) + row(1))
    equal(folder.status()["events"], 5)
    equal(len(folder.thread("account:c1")), 4)
    expect_nothing_new(folder, path)


def check_twins_far_apart(place):
    """Twins in other batches than their first, in a file that was half imported before: n counts them all."""
    rows = [row(i, f"Called {i % 40}") for i in range(9000)]  # every content comes several times
    counts = collections.Counter(rows)
    folder, _ = imported(place, "half.csv", HEAD + "".join(rows[:4500]))
    whole = place.file("whole.csv", HEAD + "".join(rows))
    summary = folder.import_(whole, *FLAGS)
    equal((summary["imported"], summary["duplicates"]), (4500, 4500))
    expect_nothing_new(folder, whole)
    out = place.path / "out.csv"
    folder("export", "--format", "csv", "--out", out)
    numbers = collections.Counter(r["message_id"].split("#")[1] for r in csv.DictReader(out.open(encoding="utf-8")))
    most = max(counts.values())
    wanted = {str(n): sum(c >= n for c in counts.values()) for n in range(1, most + 1)}
    equal(dict(numbers), wanted, "how many have which number")


def check_equal_rows_of_two_files(place):
    """In two files of one source they are one event; of two sources, two."""
    folder, _ = imported(place, content=HEAD + row(1) + row(2))
    other = place.file("other.csv", HEAD + row(2) + row(3))
    summary = folder.import_(other, *FLAGS)
    equal((summary["imported"], summary["duplicates"]), (1, 1))
    equal(folder.import_(other, "--source", "shop", *FLAGS)["imported"], 2)
    equal(folder.status()["events"], 5)


def check_message_ids_in_conflict(place):
    """The same id with other content is told, and changes nothing."""
    folder = place.folder()

    def call(name):
        return lines_of([{"type": "track", "messageId": "m1", "event": name, "userId": "u1",
                          "timestamp": "2026-03-14T10:00:00Z"}])
    folder.import_(place.file("a.jsonl", call("Order Completed")))
    path = place.file("b.jsonl", call("Order Cancelled"))
    equal(folder.import_(path)["conflicts"], 1)
    equal([e["activity"] for e in folder.events()], ["Order Completed"])
    answer = folder("import", path)
    equal([word in answer.out + answer.error for word in ("m1", "import")], [True, True], "the conflict is named")


def grow(place, rows):
    path = place.path / "many.csv"
    with open(path, "w", encoding="utf-8") as out:
        out.write(HEAD)
        for i in range(rows):
            out.write(f"c{i % 997},2026-03-{i % 28 + 1:02}T10:{i % 60:02}:{i // 7 % 60:02}Z,Called {i % 5},phone\n")
    return path


def check_kill_in_the_middle(place):
    """kill -9 at any moment: the second import adds what is missing and nothing else."""
    path, clean = grow(place, 40000), place.folder("clean")
    clean.import_(path, *FLAGS)
    wanted, killed, folder = clean.digest(), 0, None
    for attempt in range(8):
        folder = place.folder(f"killed{attempt}")
        with Watch(place.path) as watch:
            process = subprocess.Popen([ARIANE, "--data", folder.path, "import", path, *FLAGS],
                                       env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            watch.until(lambda: bytes_below(folder.path) > attempt * 300_000, process)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            continue
        killed += 1
        summary = folder.import_(path, *FLAGS)
        equal(summary["imported"] + summary["duplicates"], 40000)
        equal(folder.digest(), wanted, "digest")
    if killed == 0:
        raise AssertionError("no import was caught in the middle")


def bytes_below(path):
    """Files come and go meanwhile: what is gone when it is looked at, counts for nothing."""
    total = 0
    for parent, _, names in os.walk(path):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                pass
    return total
