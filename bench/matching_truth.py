#!/usr/bin/env python3
"""How far the probabilities of matching can be believed, against the truth of a simulated company.

    bench/matching_truth.py [--customers 3000] [--days 60] [--seeds 1 2 3] [--ariane PATH] [--bounds]

`keys`     the company's files as they are: customer numbers, accounts, addresses and lines join most records; what is
           proposed (linked, a weak bridge, for review) is told beside the truth
`no keys`  the same people as records without any key: the customers of the CRM and the accounts of the web shop, of which every
           other one tells neither address nor line, and every tenth has a slip in its name.  Households share surname, line
           and postcode; namesakes have addresses that differ by a number.  What is told beside the truth are all pairs from
           even odds on, those within a person found included.

A line for each interval of probability: pairs, how many are true, the mean probability told, and of the false ones how many are
of one household.  The product never reads the truth.  --bounds ends with 1 if pairs at 99 % are false more often than they may.
"""
# smoke: --customers 300 --days 30 --seeds 1 --bounds
import argparse
import collections
import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.01)
TYPES = {"client": "customer", "user_id": "user_id"}
FIELDS = {"given_name": "given", "surname": "family", "postcode": "zip", "birth_year": "born", "email": "mail", "phone": "line"}
FALSE_MOST = 0.02  # of pairs told at 99 %; and two pairs more, for there may be few of them


class Company:
    """A simulated company, its truth, and a data folder."""

    def __init__(self, ariane, place, seed, customers, days):
        self.ariane, self.place, self.count = ariane, Path(place), 0
        self.folder = self.place / "company"
        self.run("demo", "--customers", customers, "--days", days, "--seed", seed, "--out", self.folder)
        read = lambda name: csv.DictReader(open(self.folder / "truth" / name, encoding="utf-8"))
        self.person = {f"{TYPES[r['type']]}:{r['value']}": r["customer"] for r in read("identifiers.csv") if r["type"] in TYPES}
        self.home = {r["customer"]: r["household"] for r in read("people.csv")}

    def run(self, *words):
        done = subprocess.run([str(w) for w in (self.ariane, "--data", self.place / f"data{self.count}", *words)],
                              capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words[:3]))}: {done.stderr.decode()[-1000:]}")
        return done.stdout.decode()

    def new_folder(self):
        self.count += 1


def slipped(name, chance):
    """One letter too many, too few, or another."""
    at, how = chance.randrange(len(name)), chance.randrange(3)
    return name[:at] + ("" if how == 0 else chance.choice("aeinrst")) + name[at + (how != 2):]


def records_without_keys(company, seed):
    chance = random.Random(seed)
    for row in csv.DictReader(open(company.folder / "crm/customers.csv", encoding="utf-8-sig"), delimiter=";"):
        yield f"customer:{row['Client']}", [row["Prénom"], row["Nom"], row["Code postal"], row["Naissance"], row["Courriel"],
                                            row["Mobile"]]
    seen = set()
    for path in sorted((company.folder / "web").iterdir()):
        for line in open(path, encoding="utf-8", errors="replace"):
            if '"type":"identify"' not in line:
                continue
            call = json.loads(line)
            traits, user = call["traits"], call.get("userId")
            if not user or user in seen or not traits.get("lastName"):
                continue
            seen.add(user)
            reach = ["", ""] if chance.random() < 0.5 else [traits.get("email", ""), traits.get("phone", "")]
            given, family = traits["firstName"], traits["lastName"]
            if chance.random() < 0.1:
                family = slipped(family, chance)
            yield f"user_id:{user}", [given, family, "", "", *reach]


def proposals_with_keys(company):
    company.new_folder()
    company.run("import", "--quiet", *sorted(p for p in company.folder.iterdir() if p.name != "truth"))
    return [p for p in pairs_of(company) if p["decision"] in ("link", "bridge", "review")]


def proposals_without_keys(company, seed):
    company.new_folder()
    file = company.place / "records.csv"
    with open(file, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", *FIELDS.values()])
        for name, cells in records_without_keys(company, seed):
            writer.writerow([name, *cells])
    words = [word for name, column in FIELDS.items() for word in ("--field", f"{name}={column}")]
    company.run("import", "--quiet", "--records", file, "--id", "id", *words)
    found = pairs_of(company)
    for pair in found:
        pair["a"], pair["b"] = (pair[side].removeprefix("record:") for side in "ab")
    return found


def pairs_of(company):
    return [json.loads(line) for line in company.run("identity", "match", "--dry-run", "--json").splitlines()]


def judge(company, pairs, tally):
    for pair in pairs:
        a, b = company.person[pair["a"]], company.person[pair["b"]]
        place = max(i for i, least in enumerate(BINS) if pair["probability"] >= least)
        tally[place, "pairs"] += 1
        tally[place, "told"] += pair["probability"]
        tally[place, "true"] += a == b
        tally[place, "home"] += a != b and company.home[a] == company.home[b]


def show(name, tally):
    print(f"{name}\n| told | pairs | true | share | mean told | false of one household |\n|---|---|---|---|---|---|")
    for i, least in enumerate(BINS[:-1]):
        n = tally[i, "pairs"]
        share, told = (f"{tally[i, key] / n:.3f}" if n else "-" for key in ("true", "told"))
        print(f"| {least:.2f} to {min(BINS[i + 1], 1):.2f} | {n} | {tally[i, 'true']} | {share} | {told} | {tally[i, 'home']} |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--customers", type=int, default=3000)
    options.add_argument("--days", type=int, default=60)
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--ariane", default=str(ROOT / "build/release/ariane"))
    options.add_argument("--bounds", action="store_true")
    given = options.parse_args()
    tallies = {"keys": collections.Counter(), "no keys": collections.Counter()}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory(prefix="ariane-match-") as place:
            company = Company(given.ariane, place, seed, given.customers, given.days)
            judge(company, proposals_with_keys(company), tallies["keys"])
            judge(company, proposals_without_keys(company, seed), tallies["no keys"])
    bad = []
    for name, tally in tallies.items():
        show(f"{name}: {given.customers} customers, seeds {', '.join(map(str, given.seeds))}", tally)
        sure = len(BINS) - 2
        if tally[sure, "pairs"] - tally[sure, "true"] > FALSE_MOST * tally[sure, "pairs"] + 2:
            bad.append(name)
    for name in bad if given.bounds else []:
        print("worse than it should be:", name)
    return 1 if given.bounds and bad else 0


if __name__ == "__main__":
    sys.exit(main())
