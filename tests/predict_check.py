#!/usr/bin/env python3
"""Predictions against naive counting: the same chances, the same scores, from the rows of a file.

  tests/predict_check.py --ariane PATH [--worlds N] [--seed N]

Made-up journeys are imported and counted again here, context by context, in dictionaries; the text of
src/journey/predict.h was the model, not the program.  Ends with "N passed, N failed".
"""
import argparse
import csv
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

START = 1767225600  # 2026-01-01
END, BEGIN = "END", "BEGIN"


def make_rows(rnd):
    """Journeys with a memory of two steps, so that there is something to learn."""
    names = [f"s{i}" for i in range(rnd.choice([3, 6, 12]))]
    rule = {}
    rows, at = [], START
    for who in range(rnd.choice([30, 150, 400])):
        at += rnd.randrange(1, 900)
        time, history = at, []
        for _ in range(rnd.randint(1, 12)):
            key = tuple(history[-2:])
            favourite = rule.setdefault(key, rnd.choice(names))
            step = favourite if rnd.random() < 0.6 else rnd.choice(names)
            rows.append({"who": f"c{who}", "time": time, "channel": rnd.choice(["web", "phone"]), "activity": step})
            history.append(step)
            time += rnd.choice([0, 1, 3, 30, 400, 5000])
    return rows


def journeys_of(rows):
    threads = {}
    for number, row in enumerate(rows):
        threads.setdefault(row["who"], []).append((row["time"], number, row))
    found = []
    for events in threads.values():
        events.sort(key=lambda e: e[:2])
        pauses = [0] + [1 + (b[0] - a[0]).bit_length() for a, b in zip(events, events[1:])]
        found.append({"first": events[0][:2], "steps": [e[2]["activity"] for e in events], "pause": pauses,
                      "channel": [e[2]["channel"] for e in events]})
    return sorted(found, key=lambda j: j["first"])


def contexts(journey, at, order, extra):
    """From the empty one to the longest."""
    back = journey["steps"][at::-1] + [BEGIN]
    chain = [tuple(back[:k]) for k in range(min(order, len(back)) + 1)]
    if extra != "none" and extra in journey:
        chain.append(chain[-1] + (("extra", journey[extra][at]),))
    return chain


def count(journeys, order, extra):
    counts = {}
    for journey in journeys:
        for at in range(len(journey["steps"]) - 1):
            for context in contexts(journey, at, order, extra):
                followers = counts.setdefault(context, {})
                followers[journey["steps"][at + 1]] = followers.get(journey["steps"][at + 1], 0) + 1
    return counts


def chances(counts, journey, at, order, extra, names):
    share = {name: 1 / len(names) for name in names}
    for context in contexts(journey, at, order, extra):
        followers = counts.get(context)
        if followers is None:  # never followed: longer ones were not either
            break
        n, d = sum(followers.values()), len(followers)
        share = {name: (followers.get(name, 0) + d * share[name]) / (n + d) for name in names}
    return share


def scores(counts, journeys, order, extra, names, prefix):
    asked = first = third = 0
    loss, classes = 0.0, [[0, 0, 0.0] for _ in range(10)]
    for journey in journeys:
        for at in range(prefix - 1, len(journey["steps"]) - 1):
            share = chances(counts, journey, at, order, extra, names)
            came = journey["steps"][at + 1]
            # Chances that differ by rounding alone are not told apart here: such ties are skipped.
            ranked = sorted(names, key=lambda name: (-round(share[name], 12), name))
            rank = ranked.index(came)
            best = share[ranked[0]]
            asked, first, third = asked + 1, first + (rank < 1), third + (rank < 3)
            loss -= math.log(share[came])
            bin_ = classes[min(int(best * 10), 9)]
            bin_[0], bin_[1], bin_[2] = bin_[0] + 1, bin_[1] + (rank < 1), bin_[2] + best
    if asked == 0:
        return {"predictions": 0}
    return {"predictions": asked, "top1": first / asked, "top3": third / asked, "log_loss": loss / asked,
            "calibration_error": sum(abs(s - came) for _, came, s in classes) / asked}


class Check:
    def __init__(self, ariane, folder):
        self.ariane, self.folder, self.passed, self.failed = ariane, folder, 0, 0

    def run(self, *words):
        done = subprocess.run([self.ariane, "--data", self.folder / "data", *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def see(self, what, good, shown):
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(f"failed: {what}: {shown}")


def near(a, b):
    return abs(a - b) < 1e-9


def check_evaluation(check, journeys, names):
    told = json.loads(check.run("journey", "predict", "--evaluate", "--json"))
    train = min((len(journeys) + 1) // 3 * 2, len(journeys))
    order, extra = told["model"]["order"], told["model"]["extra"]
    found = told["evaluation"]
    check.see("train", found["train_journeys"] == train, found)
    mine = scores(count(journeys[:train], order, extra), journeys[train:], order, extra, names, 2)
    for key, value in mine.items():
        # Ties of chances that are equal but for rounding may fall either way: at most one in a thousand.
        room = 1e-3 if key in ("top1", "top3", "calibration_error") else 1e-9
        check.see(key, abs(found["next"][key] - value) <= room, (order, extra, value, found["next"][key]))
    one = scores(count(journeys[:train], 1, "none"), journeys[train:], 1, "none", names, 2)
    check.see("last step", near(found["next_by_last_step"]["log_loss"], one.get("log_loss", 0)), (one, found))


def check_choice(check, journeys, names):
    """The order and what goes with it are those of the least loss on the last fifth."""
    told = json.loads(check.run("journey", "predict", "--after", names[0], "--json"))["model"]
    held = len(journeys) - len(journeys) // 5
    if told["chosen_on"] == 0:
        return
    for order, loss in enumerate(told["log_loss"]):
        mine = scores(count(journeys[:held], order, "none"), journeys[held:], order, "none", names, 1)
        check.see(f"order {order}", near(loss, mine["log_loss"]), (loss, mine))
    best = min(range(len(told["log_loss"])), key=lambda k: told["log_loss"][k])
    check.see("chosen", told["order"] == best, told)
    for extra, loss in told["extra_log_loss"].items():
        mine = scores(count(journeys[:held], best, extra), journeys[held:], best, extra, names, 1)
        check.see(extra, near(loss, mine["log_loss"]), (loss, mine))
    check.see("chosen", told["extra"] == min(told["extra_log_loss"], key=told["extra_log_loss"].get), told)


def check_typed(check, rnd, journeys, names):
    steps = [rnd.choice(names) for _ in range(rnd.randint(1, 4))]
    words = [word for step in steps for word in ("--after", step)]
    told = json.loads(check.run("journey", "predict", *words, "--top", "1000", "--json"))
    order, extra = told["model"]["order"], told["model"]["extra"]
    typed = {"steps": steps}  # nothing is known of its channel or pauses
    mine = chances(count(journeys, order, extra), typed, len(steps) - 1, order, extra, names)
    for row in told["prediction"]["next"]:
        check.see("chance", near(row["probability"], mine[row["step"]]), (steps, row, mine))


def check_customer(check, rnd, rows, names):
    who = rnd.choice(rows)["who"]
    told = json.loads(check.run("journey", "predict", f"user_id:{who}", "--top", "1000", "--json"))
    order, extra = told["model"]["order"], told["model"]["extra"]
    own = journeys_of([row for row in rows if row["who"] == who])[0]
    others = journeys_of([row for row in rows if row["who"] != who])
    mine = chances(count(others, order, extra), own, len(own["steps"]) - 1, order, extra, names)
    check.see("steps", told["prediction"]["steps"] == own["steps"], (who, told))
    for row in told["prediction"]["next"]:
        check.see("chance", near(row["probability"], mine[row["step"]]), (who, row, mine))


def check_world(check, rnd):
    rows = make_rows(rnd)
    rnd.shuffle(rows)
    rows.sort(key=lambda row: row["time"] // 5000)
    names = sorted({row["activity"] for row in rows})
    shutil.rmtree(check.folder / "data", ignore_errors=True)
    path = check.folder / "events.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["who", "time", "channel", "activity"])
        writer.writeheader()
        writer.writerows(rows)
    check.run("import", path, "--customer", "user_id=who", "--time", "time", "--activity", "activity",
              "--channel", "channel")
    journeys = journeys_of(rows)
    check_evaluation(check, journeys, names)
    check_choice(check, journeys, names)
    for _ in range(3):
        check_typed(check, rnd, journeys, names)
        check_customer(check, rnd, rows, names)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--ariane", required=True, type=Path)
    words.add_argument("--worlds", type=int, default=4)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        check = Check(asked.ariane.resolve(), Path(folder))
        for world in range(asked.worlds):
            check_world(check, random.Random(asked.seed * 1000 + world))
    print(f"{check.passed} passed, {check.failed} failed")
    return check.failed > 0


if __name__ == "__main__":
    sys.exit(main())
