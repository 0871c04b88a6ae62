"""A simulated company: the same bytes each time, the figures asked for, and errors that say what to do."""
import json
import subprocess
import sys

from tools import ROOT, ariane, equal

CUSTOMERS = 3000


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_same_bytes(place):
    for name in ("one", "two"):
        ariane("demo", "--customers", 200, "--days", 40, "--seed", 7, "--out", place.path / name)
    first, second = files_of(place.path / "one"), files_of(place.path / "two")
    equal(sorted(first), sorted(second))
    equal([name for name in first if first[name] != second[name]], [])
    ariane("demo", "--customers", 200, "--days", 40, "--seed", 8, "--out", place.path / "three")
    assert files_of(place.path / "three") != first, "another seed, another world"


def check_recounted(place):
    """Every figure, recounted from the files by a script that knows nothing of the simulation."""
    for kind in ([], ["--clean"]):
        folder = place.path / ("clean" if kind else "planted")
        answer = json.loads(ariane("demo", "--json", "--customers", CUSTOMERS, "--out", folder, *kind).out)
        equal((answer["customers"], answer["days"], answer["clean"]), (CUSTOMERS, 365, bool(kind)))
        done = subprocess.run([sys.executable, ROOT / "tests/company_check.py", folder], capture_output=True,
                              text=True, check=False)
        equal(done.returncode, 0, done.stdout + done.stderr)


def check_figures(place):
    rows = {row["name"]: row for row in json.loads(ariane("demo", "--parameters", "--json", "--set", "patience=600").out)["parameters"]}
    equal((rows["patience"]["value"], rows["patience"]["preset"]), (600, 480))
    assert all(row["least"] <= row["preset"] <= row["most"] for row in rows.values())
    assert "patience" in ariane("demo", "--set", "pacience=3", "--out", place.path / "no", status=2).error
    assert "7200" in ariane("demo", "--set", "patience=99999", "--out", place.path / "no", status=2).error
    ariane("demo", "--customers", 0, "--out", place.path / "no", status=2)
    ariane("demo", "--workload", "rain", status=2)
