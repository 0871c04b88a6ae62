#!/usr/bin/env python3
"""Are the frictions planted in the demonstration company found, and nothing else taken for one?

  tests/company_causes.py --ariane PATH [--seeds N] [--customers N] [--clean N] [--first SEED] [--keep FILE]
                          [--causes N ...]

For each seed a company is simulated, its files are imported by the ready-made mappings, and each planted
cause (docs/demo-company.md) is asked for with `journey drivers` and the definition
examples/journeys/demonstration-company.json: among the customers whom the CRM lists, where a cause and what comes
of it are told by two systems (of others nobody knows whether a mail and a call are one person's); among all, where
one event tells both (a visit).  Told are, over all seeds:

  first      the cause is the surest driver that nothing else explains
  found      it is among the drivers (false-discovery rate 5 %)
  covered    the 95 % interval of the difference holds what was asked of the simulation, reckoned on
             where something else makes people suffer it too (beside()); of mails and the bot, from
             TRUTHS_LEAST seeds on, what the simulation really does: the difference in the truth, where
             everybody's calls are known, over all seeds together (no seed's interval is judged by its own
             truth alone, which shares its chance).  Over all causes and seeds with the binomial
             interval of Clopper and Pearson
  expected   (visits) in how many seeds a test that allows for as many others can find what is in the truth at
             all, at the most: each visit as if it were another customer's
  frictions  `journey frictions` finds the place unasked, by itself or among what it tells of one place:
             its rank (median), in how many seeds among the first fifteen, which are told, and in how many the cause itself
             is told there as one of its drivers

The decoy (shops) must be absent or explained; in --clean companies no cause may be found more often than chance
allows, asked for or told unasked.  With --causes only these are asked.  With --keep what each seed said is appended to FILE, a line of JSON each, and seeds
that are there are not asked again: a long run in pieces.  Ends with 1 if a cause is found in less than half of the seeds, the decoy passes for a
cause, or a clean company shows one in more than a fifth.
"""
import argparse
import bisect
import csv
import datetime
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = ROOT / "examples/journeys/demonstration-company.json"
SYSTEMS = ["billing", "contact", "crm", "orders", "outbound", "stores", "surveys", "telephony", "tickets"]
# And "Call": a call is one also where nobody answers, or the IVR alone.
CALLS = ["Bill call", "Call transferred", "Bill call transferred", "Call given up", "IVR served", "IVR left"]
AFTERMATH = ["--ignore", "*_seconds", "--ignore", "outcome", "--ignore", "queue", "--ignore", "duree_min",
             "--ignore", "transfers", "--ignore", "Comment id", "--ignore", "Ticket id"]
TRUTHS_LEAST = 10
FALSE_SHARE = 0.05  # of what `journey drivers` tells
FIRST = 15  # so many frictions are told unless more are asked for
LISTED = ["--customer", "birth_year"]  # which only the CRM's list tells


def alternatives(steps):
    return [word for step in steps for word in ("--or", step)]


def named(name, value):
    return lambda trait: trait.get("name") == name and trait.get("value") == value


class Cause:
    """asked(parameters, truth, without): the difference that the simulation was asked for, where `without` is the
    share that suffers it without the trait."""

    def __init__(self, label, words, is_it, asked, places, own=False, counted=None, listed=True, seen=None):
        self.label, self.is_it, self.asked, self.places = label, is_it, asked, places
        self.counted = counted  # (suffered, of) with the trait and without, in the truth
        self.seen = seen  # the same, of what is no more than seen: what can be expected
        self.words = [*words, *(LISTED if listed else [])]
        if own:
            self.words.append("--own")


def beside(planted, natural, without):
    """Who calls for another reason too cannot call more: 1 - (1 - p)(1 - other) on both sides."""
    other = (without - natural) / (1 - natural)
    return (planted - natural) * (1 - max(other, 0))


def at(step):
    return lambda f: step in f["friction"]["at"]


def to(step):
    return lambda f: f["friction"]["to"] == [step]


CAUSES = {
    1: Cause("Android 7.4, TV change", ["--step", "TV change failed", "--instead", "TV change confirmed"],
             named("context.os.version", "7.4"),
             lambda ask, *_: ask["confirmation_fails_7_4"] - ask["confirmation_fails"],
             [to("TV change failed"), at("TV change failed")]),
    # Any call: what it was about is known only where an agent took it, and told by him wrongly in one of twelve.
    2: Cause("bill after a promotion", ["--from-step", "Bill", "--to-step", "Call", *alternatives(CALLS), "--within",
                                        "10d"],
             lambda t: t.get("name") == "Libelle" and "promotion" in str(t.get("value")),
             lambda ask, truth, without: called_at_all(ask, truth, without), [at("Bill")], own=True),
    # Eleven in twelve of his connections are in the south (0.85 of 39 % of the people, 0.05 of the others).
    3: Cause("subcontractor in the south", ["--step", "Visit failed", "--instead", "Visit done"],
             named("sous_traitant", "Sud Câblage"),
             lambda ask, *_: (ask["connection_fails_bad"] - ask["connection_fails"]) * 0.916,
             [to("Visit failed"), at("Visit failed")], own=True, listed=False, seen=lambda truth: visits(truth)),
    4: Cause("Monday's mails", ["--from-step", "Mail", "--to-step", "Call", *alternatives(CALLS), "--within", "60h"],
             named(None, "monday"),
             lambda ask, _, without: beside(ask["mail_calls_monday"], ask["mail_calls"], without), [at("Mail")], own=True,
             counted=lambda truth: count_called(truth, mails(truth), 60)),
    5: Cause("IVR, moves", ["--step", "Call transferred", "--or", "Bill call transferred", "--instead", "Call",
                            "--instead", "Bill call"],
             named("reason_code", "Déménagement"), lambda ask, *_: coded_moves(ask),
             [to("Call transferred"), at("Call transferred")], own=True),
    6: Cause("bot, bills", ["--from-step", "Bot done", "--to-step", "Call", *alternatives(CALLS), "--within", "30h"],
             named("intent", "Facture, paiement"), lambda ask, truth, without: kept_bills(ask, truth, without),
             [at("Bot done")],
             counted=lambda truth: count_called(truth, closed_by_bot(truth), 30)),
}


def called_at_all(ask, truth, without):
    """What is asked of the simulation counts calls that an agent takes, what is looked for any call: more by as many
    as there are needs about bills that came to the phone or the IVR for each that reached an agent."""
    tried, answered = set(), set()
    with open(truth / "contacts.csv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["reason"] != "bill" or row["friction"] == "2" or row["channel"] not in ("phone", "ivr"):
                continue
            tried.add(row["need"])
            if row["channel"] == "phone" and row["outcome"] != "left":
                answered.add(row["need"])
    more = len(tried) / max(len(answered), 1)
    return beside(more * ask["promotion_contact"], more * ask["bill_contact"], without)


def coded_moves(ask):
    """Agents take the wrong code in one call of twelve: what is coded as a move is not always one."""
    right = ask["share_move"] * 0.92
    pure = right / (right + (1 - ask["share_move"]) * 0.08 / 8)
    return (ask["move_transfers"] - ask["transfers"]) * pure


def kept_bills(ask, truth, without):
    """The bot closes what it resolved and what it only kept: only those who were kept call."""
    kept = {True: [0, 0], False: [0, 0]}
    for line in open(truth / "contacts.csv", encoding="utf-8"):
        field = line.split(",")
        if field[4] == "bot" and field[7] in ("contained", "resolved"):
            kept[field[5] == "bill"][field[7] == "contained"] += 1
    share = {k: v[1] / max(sum(v), 1) for k, v in kept.items()}
    natural = share[False] * ask["bot_returns"]
    return beside(share[True] * ask["bot_returns_bill"], natural, without)


def seconds(row):
    return datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def mails(truth):
    """(customer, when it was written, was it of a Monday) of each mail: contacts have when it was answered."""
    return [(row["customer"], seconds(row), row["planted"] == "1") for row in rows_of(truth / "frictions.csv")
            if row["friction"] == "4"]


def visits(truth):
    """[by the subcontractor in the south: failed, of, by others: failed, of]."""
    counted = [0, 0, 0, 0]
    for row in rows_of(truth / "frictions.csv"):
        if row["friction"] == "3":
            at_first = 0 if row["planted"] == "1" else 2
            counted[at_first] += row["met"] == "1"
            counted[at_first + 1] += 1
    return counted


def chance_to_find(suffered, of, others, of_others, tests):
    """The power of the test of two shares where a single cause must stand out of so many traits: the first step of
    Benjamini and Hochberg, weighted as docs/drivers.md says (half of the rate for traits, half for combinations)."""
    normal = statistics.NormalDist()
    one, two, pooled = suffered / of, others / of_others, (suffered + others) / (of + of_others)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / of_others))
    return normal.cdf(abs(one - two) / error + normal.inv_cdf(FALSE_SHARE / (2 * tests) / 2))


def closed_by_bot(truth):
    return [(row["customer"], seconds(row), row["reason"] == "bill") for row in rows_of(truth / "contacts.csv")
            if row["channel"] == "bot" and row["outcome"] in ("contained", "resolved")]


def count_called(truth, points, hours):
    """After how many points the same person calls within so many hours, before his next point, as trials.h has it:
    [with the trait: called, of, without: called, of]."""
    calls, of_customer, end, counted = {}, {}, 0, [0, 0, 0, 0]
    for row in rows_of(truth / "contacts.csv"):
        end = max(end, seconds(row))
        if row["channel"] in ("phone", "ivr"):
            calls.setdefault(row["customer"], []).append(seconds(row))
    for customer, when, has_it in points:
        of_customer.setdefault(customer, []).append((when, has_it))
    for customer, theirs in of_customer.items():
        theirs.sort()
        called = sorted(calls.get(customer, []))
        for (when, has_it), (following, _) in zip(theirs, [*theirs[1:], (end, False)]):
            if end - when <= hours * 3600:
                continue
            until = min(when + hours * 3600, following)
            counted[0 if has_it else 2] += bisect.bisect_right(called, when) < bisect.bisect_right(called, until)
            counted[1 if has_it else 3] += 1
    return counted


class Company:
    def __init__(self, given, seed, clean, systems):
        self.given, self.place = given, Path(tempfile.mkdtemp(prefix="ariane-causes-"))
        made = self.place / "company"
        self.run("demo", "--customers", given.customers, "--seed", seed, "--out", made,
                 *(["--clean"] if clean else []))
        self.truth = self.place / "truth"
        shutil.move(made / "truth", self.truth)
        files = [made / s for s in systems]
        if "billing" in systems:
            files += sorted((made / "web").glob("segment-*"))
        self.run("--data", self.place / "data", "import", *files)
        shutil.rmtree(made)
        self.ask_for = json.loads((self.truth / "company.json").read_text())["parameters"]

    def run(self, *words):
        done = subprocess.run([self.given.ariane, *map(str, words)], capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, words))[:300]}: {done.stderr.decode()}")
        return done.stdout

    def ask(self, command, *words):
        return json.loads(self.run("--data", self.place / "data", "journey", command, "--definition", DEFINITION,
                                   "--json", *words))

    def close(self):
        shutil.rmtree(self.place)


def place_of(drivers, is_it):
    """(rank among those that nothing explains, the driver); the cause alone or in a combination."""
    standing = [d for d in drivers if not d["explained"]]
    for rank, driver in enumerate(standing, 1):
        if any(is_it(t) for t in driver["traits"]):
            return rank, driver
    return None, None


def judge_cause(company, cause):
    asked = company.ask("drivers", *cause.words, *AFTERMATH, "--top", "400")
    rank, _ = place_of(asked["drivers"], cause.is_it)
    alone = next((d for d in asked["drivers"] if len(d["traits"]) == 1 and cause.is_it(d["traits"][0])), None)
    said = {"rank": rank, "stands": alone is not None and not alone["explained"]}
    if alone and cause.asked:
        size = alone["difference"]
        wanted = cause.asked(company.ask_for, company.truth, alone["share_without"]["value"])
        said |= {"size": size["value"], "low": size["low"], "high": size["high"], "wanted": wanted, "covered": size["low"] <= wanted <= size["high"]}
        print(f"  {cause.label}: {size['value']:.4f} ({size['low']:.4f} to {size['high']:.4f}), asked {wanted:.4f}, "
              f"first {rank == 1}", flush=True)
    if cause.seen:
        suffered, of, others, of_others = cause.seen(company.truth)
        if of > 0 and of_others > 0:  # in a clean company nobody has what was not planted
            said["expected"] = chance_to_find(suffered, of, others, of_others, asked["tests_of_traits"])
    if cause.counted:
        said["truth"] = cause.counted(company.truth)
    return said


# Detractors among those who answer a survey.
SURVEYS = {"version": 1, "steps": [
    {"name": "Survey detractor", "events": {"activity": "survey.answered", "where": ["nps<=6"]}},
    {"name": "Survey other", "events": {"activity": "survey.answered", "where": ["nps"]}},
    {"name": "Shop", "events": "store.visit"}]}


def judge_decoy(company):
    """Shops: drivers of discontent.  True: they pass for a cause.  (Not asked: who calls after the shop is solved less
    often, and for a cause: what the shop could not solve is harder.)"""
    path = company.place / "surveys.json"
    path.write_text(json.dumps(SURVEYS))
    asked = json.loads(company.run("--data", company.place / "data", "journey", "drivers", "--json", "--definition", path,
                                   "--step", "Survey detractor", "--instead", "Survey other", *AFTERMATH, "--ignore", "csat",
                                   "--ignore", "ces", "--ignore", "nps", "--ignore", "intends_to_stay", "--top", "400"))
    return [d for d in asked["drivers"] if not d["explained"] and len(d["traits"]) == 1 and
            (d["traits"][0]["kind"] in ("channel-before", "step-before")) and
            d["traits"][0].get("name") in ("store", "Shop")]


def at_one_place(friction):
    return [friction, *friction["variants"]]


def is_told(friction, cause):
    """Is the cause, at its own point, told among the drivers?"""
    return any(cause.is_it(t) for f in at_one_place(friction) if any(p(f) for p in cause.places)
               for d in f.get("drivers", []) if not d["explained"] for t in d["traits"])


def rank_among(frictions, places):
    return next((i for i, f in enumerate(frictions, 1) if any(p(v) for v in at_one_place(f) for p in places)), None)


def asked_causes(given):
    return [(number, cause) for number, cause in CAUSES.items() if number in given.causes]


def found_unasked(company):
    return company.ask("frictions", "--top", "30", "--drivers", "5", "--no-pairs", *AFTERMATH)["frictions"]


def judge_seed(given, seed):
    print(f"seed {seed}", flush=True)
    company = Company(given, seed, False, SYSTEMS)
    frictions = found_unasked(company)
    said = {"ranks": {}, "told": {}, "causes": {}}
    for number, cause in asked_causes(given):
        said["ranks"][number] = rank_among(frictions, cause.places)
        said["told"][number] = any(is_told(f, cause) for f in frictions[:FIRST])
        said["causes"][number] = judge_cause(company, cause)
    said["ranks"][7] = rank_among(frictions, [at("Dunned"), at("Canvassed")])
    said["decoy"] = bool(judge_decoy(company))
    company.close()
    return said


def judge_clean(given, seed):
    print(f"clean, seed {seed}", flush=True)
    company = Company(given, seed, True, SYSTEMS)
    frictions = found_unasked(company)
    said = {"causes": {number: judge_cause(company, cause) for number, cause in asked_causes(given)},
            "told": {number: any(is_told(f, cause) for f in frictions) for number, cause in asked_causes(given)}}
    company.close()
    return said


# ---- over all seeds


def binomial_interval(hits, of):
    """Clopper and Pearson (1934), 95 %."""
    def at_least(share):
        return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits, of + 1))

    def at_most(share):
        return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits + 1))

    def where(is_above):
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if is_above(middle) else (middle, high)
        return low

    return (0.0 if hits == 0 else where(lambda share: at_least(share) > 0.025),
            1.0 if hits == of else where(lambda share: at_most(share) < 0.025))


def share(hits, of):
    return f"{hits}/{of}" + (" ({:.0%} to {:.0%})".format(*binomial_interval(hits, of)) if of else "")


def judge_by_truth(said):
    """Differences of mails and the bot against the truth of all seeds together."""
    counted = [c for c in said if "truth" in c and "size" in c]
    if len(counted) < TRUTHS_LEAST:
        return
    suffered, of, others, of_others = (sum(c["truth"][i] for c in counted) for i in range(4))
    for c in counted:
        c["wanted"] = suffered / of - others / of_others
        c["covered"] = c["low"] <= c["wanted"] <= c["high"]


def show(planted, clean):
    print("| cause | first | found | covered | mean difference | asked, or in the truth | rank among frictions | "
          "among those told | told there | in clean companies |\n|---|---|---|---|---|---|---|---|---|---|")
    covered = measured = 0
    lost, false, expected = [], [], []
    for number in [*CAUSES, 7]:
        label = CAUSES[number].label if number in CAUSES else "former customers dunned, canvassed"
        said = [p["causes"][str(number)] for p in planted if str(number) in p["causes"]]
        ranks = [p["ranks"].get(str(number)) for p in planted]
        seen = [r for r in ranks if r]
        told = sum(p["told"].get(str(number), False) for p in planted)
        judge_by_truth(said)
        sizes = [c for c in said if "size" in c]
        found, hits = sum(c["rank"] is not None for c in said), sum(c["covered"] for c in sizes)
        there = sum(p["causes"].get(str(number), {"stands": False})["stands"] for p in clean)
        covered, measured = covered + hits, measured + len(sizes)
        print(f"| {number} {label} | {sum(c['rank'] == 1 for c in said)}/{len(said)} | {found}/{len(said)} | "
              f"{hits}/{len(sizes)} | {mean(c['size'] for c in sizes)} | {mean(c['wanted'] for c in sizes)} | "
              f"{f'{statistics.median(seen):g}' if seen else '-'} ({len(seen)} of {len(ranks)}) | "
              f"{sum(r <= FIRST for r in seen)}/{len(ranks)} | {told}/{len(ranks)} | "
              f"{there}/{len(clean) if number in CAUSES else 0} |")
        if any("expected" in c for c in said):
            expected.append(f"{label}: {sum(c['expected'] for c in said):.1f} of {len(said)}")
        lost += [number] if found * 2 < len(said) else []
        false += [number] if there * 5 > len(clean) else []
    decoys = sum(p["decoy"] for p in planted)
    print(f"\nintervals that hold what was asked: {share(covered, measured)}")
    print(f"decoy taken for a cause: {share(decoys, len(planted))}")
    for line in expected:
        print(f"expected to be found at the most: {line}")
    stands = sum(c["stands"] for p in clean for c in p["causes"].values())
    print(f"causes found in clean companies: {share(stands, sum(len(p['causes']) for p in clean))}")
    told = [is_said for p in clean for is_said in p.get("told", {}).values()]
    print(f"and told there unasked: {share(sum(told), len(told))}")
    return lost, false, decoys * 5 > len(planted)


def mean(values):
    values = list(values)
    return f"{statistics.mean(values):.3f}" if values else "-"


def ask_all(given, what, judge, seeds):
    kept = {}
    if given.keep and given.keep.exists():
        for line in given.keep.read_text().splitlines():
            said = json.loads(line)
            if said["what"] == what and said["customers"] == given.customers:
                kept[said["seed"]] = said
    for seed in seeds:
        if seed in kept:
            continue
        said = {"what": what, "seed": seed, "customers": given.customers, **judge(given, seed)}
        kept[seed] = json.loads(json.dumps(said))  # keys as they will be read again
        if given.keep:
            with open(given.keep, "a", encoding="utf-8") as out:
                out.write(json.dumps(said) + "\n")
    return [kept[seed] for seed in seeds]


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--ariane", required=True)
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--clean", type=int, default=0)
    options.add_argument("--customers", type=int, default=6000)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--causes", type=int, nargs="+", default=list(CAUSES))
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    given.ariane = str(Path(given.ariane).resolve())
    planted = ask_all(given, "planted", judge_seed, range(given.first, given.first + given.seeds))
    clean = ask_all(given, "clean", judge_clean, range(1000 + given.first, 1000 + given.first + given.clean))
    lost, false, falls_for_it = show(planted, clean)
    if lost or false or falls_for_it:
        print(f"not found: {lost}; found where there is nothing: {false}")
        sys.exit(1)


if __name__ == "__main__":
    main()
