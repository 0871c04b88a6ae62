#!/usr/bin/env python3
# tests/journey_statistics.py - the statistics of `journey drivers` against scipy and statsmodels.
#
#   tests/journey_statistics.py --ariane PROGRAM [--worlds N]
#
# Random customers with several tries each, three attributes, and failures that depend on one of them and
# on the customer.  Every driver told (--all) is recomputed from the made events: counts, odds ratio with
# Woolf's interval, Fisher's and the chi-square test, Wilson's and Newcombe's intervals, the variance with
# customers as clusters (a logistic regression), Benjamini-Hochberg over all tests; and, of those found, the
# Mantel-Haenszel ratio over another attribute's values, with its interval.
#
# The packages come through pip into build/statistics-venv at the first run; where they cannot be had
# the program says so and ends with 77.
import argparse
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "statistics-venv"
SKIPPED = 77
Z = 1.959963984540054


def in_venv():
    """Runs this program again with the interpreter that has the packages."""
    python = VENV / "bin" / "python"
    if not python.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "scipy", "statsmodels"], check=True)
        except subprocess.CalledProcessError as fault:
            shutil.rmtree(VENV, ignore_errors=True)
            print(f"skipped: scipy and statsmodels cannot be installed: {fault}")
            sys.exit(SKIPPED)
    os.execv(python, [str(python), *sys.argv])


try:
    import numpy
    from scipy import stats
    import statsmodels.api as models
    from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
except ImportError:
    if pathlib.Path(sys.prefix).resolve() == VENV.resolve():
        raise
    in_venv()


def near(ours, theirs, what, by=1e-6):
    if ours is None and not math.isfinite(theirs):
        return
    if ours is None or abs(ours - theirs) > by * max(1.0, abs(theirs)):
        raise AssertionError(f"{what}: {ours}, not {theirs}")


class World:
    def __init__(self, seed, ariane, place):
        self.rnd, self.ariane, self.place = random.Random(seed), ariane, place
        self.several = self.rnd.random() < 0.6
        self.trials = []  # (customer, {attribute: value}, failed)
        lines = ["who,time,activity,colour,size,place"]
        for customer in range(self.rnd.choice([60, 300, 900])):
            temper = self.rnd.choice([0.05, 0.3]) if self.several else 0.15
            for k in range(self.rnd.randint(1, 4) if self.several else 1):
                lines += self.make_trial(customer, k, temper)
        (place / "events.csv").write_text("\n".join(lines) + "\n")
        self.run("import", place / "events.csv", "--customer", "user_id=who", "--time", "time", "--activity",
                 "activity", "--json")

    def make_trial(self, customer, k, temper):
        colour = self.rnd.choice(["red", "green", "blue", "red"])
        size = self.rnd.choice(["s", "m"] if colour == "red" else ["m", "l"])
        where = self.rnd.choice(["north", "south"])
        failed = self.rnd.random() < min(temper * (2.5 if colour == "blue" else 1), 0.9)
        self.trials.append((customer, {"colour": colour, "size": size, "place": where}, failed))
        at = 1767600000 + k * 86400 * 40  # far apart: what was before plays no part
        end = "fail" if failed else "good"
        return [f"c{customer},{at},try,{colour},{size},{where}", f"c{customer},{at + 60},{end},,,"]

    def run(self, *words):
        done = subprocess.run([self.ariane, "--data", self.place / "data", *map(str, words)], capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode())
        return done.stdout

    def ask(self, *words):
        return json.loads(self.run("journey", "drivers", "--edge-from", "try", "--edge-to", "fail", "--support", "5",
                                   "--top", "10000", "--no-pairs", "--json", *words))

    def has(self, trait):
        return numpy.array([a.get(trait["name"]) == trait["value"] for _, a, _ in self.trials])

    def check(self):
        ours = self.ask("--all")
        failed = numpy.array([f for _, _, f in self.trials])
        told = [d for d in ours["drivers"] if d["traits"][0]["kind"] == "text"]
        assert len(told) >= 6, "too few traits"
        for driver in told:
            self.check_driver(driver, failed)
        q = multipletests([d["p"] for d in ours["drivers"]], method="fdr_bh")[1]
        if len(ours["drivers"]) == ours["tests"]:
            for driver, wanted in zip(ours["drivers"], q):
                near(driver["q"], wanted, "q")
        for driver in self.ask()["drivers"]:
            self.check_adjusted(driver, failed)

    def check_driver(self, driver, failed):
        has = self.has(driver["traits"][0])
        a, b = int((has & failed).sum()), int((has & ~failed).sum())
        c, d = int((~has & failed).sum()), int((~has & ~failed).sum())
        assert (driver["with_suffered"], driver["with"], driver["without_suffered"], driver["without"]) == \
            (a, a + b, c, c + d), f"counts {driver}"
        add = 0.5 if 0 in (a, b, c, d) else 0
        table = Table2x2(numpy.array([[a + add, b + add], [c + add, d + add]]))
        near(driver["odds_ratio"]["value"], table.oddsratio, "odds ratio")
        design = driver["design_effect"]
        reach = Z * table.log_oddsratio_se * math.sqrt(design)
        near(driver["odds_ratio"]["low"], math.exp(table.log_oddsratio - reach), "low")
        near(driver["odds_ratio"]["high"], math.exp(table.log_oddsratio + reach), "high")
        near(driver["share_with"]["low"], proportion_confint(a, a + b, method="wilson")[0], "wilson")
        low, high = confint_proportions_2indep(a / design, (a + b) / design, c / design, (c + d) / design,
                                               method="newcomb", compare="diff")
        near(driver["difference"]["low"], low, "newcombe")
        near(driver["difference"]["high"], high, "newcombe")
        self.check_p(driver, numpy.array([[a, b], [c, d]]), design)
        if add == 0:
            self.check_design(design, has, failed, table)

    def check_p(self, driver, table, design):
        chi = stats.chi2_contingency(table, correction=False)
        plain = stats.chi2.sf(chi.statistic / design, 1)
        small = chi.expected_freq.min() < 5
        fisher = stats.fisher_exact(table)[1]
        wanted = plain if not small else max(fisher, plain) if design > 1 else fisher
        near(driver["p"], wanted, "p", 1e-6)
        assert driver["method"] == ("fisher" if small else "chi-square")

    def check_design(self, design, has, failed, table):
        groups = numpy.array([c for c, _, _ in self.trials])
        fit = models.Logit(failed.astype(float), models.add_constant(has.astype(float))).fit(
            disp=0, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
        near(design, max((fit.bse[1] / table.log_oddsratio_se) ** 2, 1.0), "design effect", 1e-4)

    def check_adjusted(self, driver, failed):
        adjusted = driver.get("adjusted", {})
        name = adjusted.get("for_all_of")
        if driver["traits"][0]["kind"] != "text" or name not in ("colour", "size", "place"):
            return
        has, strata = self.has(driver["traits"][0]), []
        for value in {a[name] for _, a, _ in self.trials}:
            within = numpy.array([a[name] == value for _, a, _ in self.trials])
            strata.append(numpy.array([[(w & within & f).sum() for f in (failed, ~failed)] for w in (has, ~has)]))
        table = StratifiedTable([s.astype(float) for s in strata if s.sum(axis=1).all()])
        near(adjusted["odds_ratio"]["value"], table.oddsratio_pooled, "Mantel-Haenszel")
        reach = Z * table.logodds_pooled_se * math.sqrt(driver["design_effect"])
        near(adjusted["odds_ratio"]["low"], math.exp(table.logodds_pooled - reach), "Robins, Breslow, Greenland")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--ariane", required=True)
    options.add_argument("--worlds", type=int, default=6)
    given = options.parse_args()
    faults = 0
    for seed in range(given.worlds):
        place = pathlib.Path(tempfile.mkdtemp(prefix="ariane-statistics-"))
        try:
            World(seed, str(pathlib.Path(given.ariane).resolve()), place).check()
        except AssertionError as fault:
            print(f"world {seed}: {fault}")
            faults += 1
        finally:
            shutil.rmtree(place, ignore_errors=True)
    print(f"{given.worlds - faults} passed, {faults} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
