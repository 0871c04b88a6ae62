#!/usr/bin/env python3
"""Matching against known truth and against Splink, which is installed into build/bench-venv at the first run.

  bench/matching_bench.py [--ariane-only] [--made N ...]
  bench/matching_bench.py --speed [--times 3]

Ariane's thresholds are its defaults and Splink's parameters are learnt by Splink as its tutorial does; for Splink the best
F1 over all thresholds is shown too, though nobody without the truth could choose it.

--speed: both weigh all pairs of 3,000 made records with nine fields, and match 50,000 of them end to end, in turns; medians,
and the ratio beside the goal's.  Splink is given its keys of blocking; Ariane finds its own.  Pairs are counted by the second
of the processor, for DuckDB takes both cores and Ariane's bench one.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("ARIANE_TEST_DATA", ROOT.parent / "shared/data")) / "linkage"
BENCH = ROOT / "build/release/matching_bench"
FEBRL = ("given_name=given_name surname=surname street_number=street_number address=address_1 address_2=address_2 "
         "suburb=suburb postcode=postcode state=state birth_date=date_of_birth national_id=soc_sec_id").split()
FAKE = "given_name=first_name surname=surname birth_date=dob city=city email=email".split()
THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def ariane(file, id_column, truth, fields):
    print(f"{file}, Ariane:", flush=True)
    subprocess.run([BENCH, DATA / file, f"ID={id_column}", f"TRUTH={truth}", *fields], check=True)


def inside_venv(*arguments):
    """Runs this file again with Splink at hand."""
    folder = ROOT / "build/bench-venv"
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import splink"], capture_output=True, check=False).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "splink"], check=True)
    return subprocess.run([python, __file__, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE if "--speed-of-splink" in arguments else None)


def scores(groups, truth):
    """Pairwise precision, recall, F1 of {record: group}."""
    pairs = lambda labels: sum(n * (n - 1) // 2 for n in collections.Counter(labels).values())
    both = pairs((groups[r], truth[r]) for r in groups)
    precision, recall = both / max(pairs(groups.values()), 1), both / pairs(truth.values())
    return precision, recall, 2 * precision * recall / (precision + recall)


def splink():
    # pylint: disable=import-error,import-outside-toplevel
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    con = duckdb.connect()
    con.execute(f"create table people as select * from read_csv('{DATA / 'fake_1000.csv'}', all_varchar=true)")
    columns = ("first_name", "surname", "dob", "city", "email")
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="unique_id",
        comparisons=[cl.NameComparison("first_name"), cl.NameComparison("surname"),
                     cl.DateOfBirthComparison("dob", input_is_string=True),
                     cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email")],
        blocking_rules_to_generate_predictions=[block_on(c) for c in columns])
    linker = Linker(DuckDBAPI(con).register("people"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname"), block_on("email")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (block_on("first_name", "surname"), block_on("dob"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01)
    truth = dict(con.execute("select unique_id, cluster from people").fetchall())
    best = (0, 0, 0, 0)
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            found, threshold_match_probability=threshold)
        rows = con.execute(f"select unique_id, cluster_id from {clusters.physical_name}").fetchall()
        p, r, f1 = scores(dict(rows), truth)
        print(f"clusters at {threshold}: precision {p:.4f} recall {r:.4f} F1 {f1:.4f}")
        best = max(best, (f1, p, r, threshold))
    print(f"the best, chosen by the truth: F1 {best[0]:.4f} at {best[3]}")


# ---- speed

PAIRS_OF = 3000
RECORDS = 50000
GOAL_PAIRS, GOAL_RECORDS = 5 / 0.4, 3.2 / 1.0  # docs/performance.md: Ariane's goal by Splink's figure


def splink_linker(file, limit, rules):
    # pylint: disable=import-error,import-outside-toplevel
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    con = duckdb.connect()
    con.execute("set threads = 2")
    con.execute(f"create table people as select * from read_csv('{file}', all_varchar=true) limit {limit}")
    comparisons = [cl.NameComparison("given_name"), cl.NameComparison("surname"),
                   cl.DateOfBirthComparison("birth_date", input_is_string=True),
                   cl.LevenshteinAtThresholds("street_number", 1), cl.JaroWinklerAtThresholds("address", [0.9, 0.8]),
                   cl.NameComparison("city"),
                   cl.LevenshteinAtThresholds("postcode", 1).configure(term_frequency_adjustments=True),
                   cl.EmailComparison("email"), cl.LevenshteinAtThresholds("phone", [1, 2])]
    settings = SettingsCreator(link_type="dedupe_only", unique_id_column_name="id", comparisons=comparisons,
                               blocking_rules_to_generate_predictions=rules or [block_on(*columns) for columns in (
                                   ("surname", "given_name"), ("birth_date",), ("email",), ("phone",),
                                   ("address", "city"), ("surname", "postcode"))])
    linker = Linker(DuckDBAPI(con).register("people"), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "birth_date"), block_on("email")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (block_on("given_name", "surname"), block_on("birth_date"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return con, linker


def speed_of_splink(file):
    """One measurement, as JSON: pairs weighed by the second of the processor, seconds for all records."""
    con, linker = splink_linker(file, PAIRS_OF, ["1=1"])
    cpu = time.process_time()
    found = linker.inference.predict(threshold_match_probability=0.01)
    con.execute(f"select count(*) from {found.physical_name}").fetchall()
    pairs = PAIRS_OF * (PAIRS_OF - 1) / 2 / (time.process_time() - cpu)
    wall = time.time()
    con, linker = splink_linker(file, RECORDS, None)
    found = linker.inference.predict(threshold_match_probability=0.5)
    groups = linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_probability=0.9)
    rows = con.execute(f"select id, cluster_id from {groups.physical_name}").fetchall()
    wall = time.time() - wall
    f1 = scores(dict(rows), {record: record.split("-")[1] for record, _ in rows})[2]
    print(json.dumps({"pairs": pairs, "wall": wall, "f1": f1}))


def speed_of_ariane():
    told = subprocess.run([BENCH, "--compare", str(PAIRS_OF)], check=True, text=True, stdout=subprocess.PIPE).stdout
    pairs = float(re.search(r"([\d.]+) million a second", told).group(1)) * 1e6
    wall = time.time()
    told = subprocess.run([BENCH, "--made", str(RECORDS)], check=True, text=True, stdout=subprocess.PIPE).stdout
    return {"pairs": pairs, "wall": time.time() - wall, "f1": float(re.search(r"clusters:.*F1 ([\d.]+)", told).group(1))}


def speed(times):
    ours, theirs = [], []
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        subprocess.run([BENCH, "--write", str(RECORDS)], check=True, stdout=file)
        for _ in range(times):
            ours.append(speed_of_ariane())
            theirs.append(json.loads(inside_venv("--speed-of-splink", file.name).stdout.splitlines()[-1]))
    a, b = ({key: statistics.median(run[key] for run in runs) for key in runs[0]} for runs in (ours, theirs))
    print(f"nine fields, pairs by the processor's second: Ariane {a['pairs'] / 1e6:.2f} million, Splink "
          f"{b['pairs'] / 1e6:.2f}: {a['pairs'] / b['pairs']:.1f} times (goal {GOAL_PAIRS:.1f})")
    print(f"{RECORDS} records end to end, made too: Ariane {a['wall']:.2f} s, F1 {a['f1']:.4f}; Splink {b['wall']:.2f} s, "
          f"F1 {b['f1']:.4f}: {b['wall'] / a['wall']:.1f} times (goal {GOAL_RECORDS:.1f})")
    print(f"medians of {times}, load {os.getloadavg()[0]:.1f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ariane-only", action="store_true")
    parser.add_argument("--made", type=int, nargs="*", default=[50000])
    parser.add_argument("--splink", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--speed-of-splink", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.speed_of_splink:
        speed_of_splink(options.speed_of_splink)
        return
    if options.speed:
        speed(options.times)
        return
    if options.splink:
        splink()
        return
    for n in (1, 2, 3):
        ariane(f"febrl{n}.csv", "rec_id", "rec_id", FEBRL)
    ariane("fake_1000.csv", "unique_id", "cluster", FAKE)
    for n in options.made:
        print(f"{n} made records, Ariane:", flush=True)
        subprocess.run([BENCH, "--made", str(n)], check=True)
    if not options.ariane_only:
        print("fake_1000.csv, Splink:", flush=True)
        inside_venv("--splink")


if __name__ == "__main__":
    sys.exit(main())
