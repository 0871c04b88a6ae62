#!/usr/bin/env python3
"""What a simulated company wrote, recounted from its files, against what was asked of it.

    ariane demo --customers 100000 --out company && tests/company_check.py company

Reads the files of the systems (clicks, call logs, tickets, bills, visits, messages, surveys); the truth
folder only to know who is behind an address or a number (identifiers.csv), whose contact one was
(contacts.csv), who is a subscriber, and the parameters asked for.  Prints a table (Markdown) and ends
with 1 if a figure is further off than its tolerance: a few percent, or three standard errors of
its count where that is more.  (n): the friction of docs/demo-company.md that it shows.
"""
import argparse
import bisect
import collections
import csv
import datetime
import glob
import json
import math
import sys

import company_effects

DAY = 86400.0
csv.field_size_limit(1 << 24)


def rows(folder, pattern, delimiter=","):
    for path in sorted(glob.glob(f"{folder}/{pattern}")):
        raw = open(path, "rb").read()
        text = raw.decode("utf-8-sig", "strict") if is_utf8(raw) else raw.decode("cp1252")
        yield from csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)


def is_utf8(raw):
    try:
        raw.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Table:
    def __init__(self):
        self.rows, self.faults = [], 0

    def add(self, what, got, asked, of, tolerance=0.05, shape="share", together=1):
        """`of`: how many were counted, for the standard error; so many of them share one fate."""
        if of == 0:
            self.rows.append((what, asked, None, 0, "none came"))
            return
        if shape == "share":
            error = math.sqrt(max(asked * (1 - asked), 1e-9) * together / of)
        elif shape == "count":
            error = 0
        else:
            error = asked / math.sqrt(max(got * of, 1) if shape == "rate" else of)
        room = abs(asked) * tolerance + 3 * error
        good = abs(got - asked) <= room
        self.faults += not good
        self.rows.append((what, asked, got, of, "" if good else "**off**"))

    def show(self):
        print("| figure | asked | produced | difference | counted | |\n|---|---|---|---|---|---|")
        for what, asked, got, of, note in self.rows:
            off = f"{100 * (got / asked - 1):+.1f} %" if got is not None and asked else ""
            value = "-" if got is None else f"{got:.4g}"
            wanted = "-" if asked is None else f"{asked:.4g}"
            print(f"| {what} | {wanted} | {value} | {off} | {of:,} | {note} |")


class Company:
    def __init__(self, folder):
        self.folder, self.truth = folder, f"{folder}/truth"
        plan = json.load(open(f"{self.truth}/company.json"))
        self.ask, self.clean, self.plan = plan["parameters"], plan["clean"], plan
        self.years = plan["subscriber_years"]
        self.who = {}
        for row in rows(self.truth, "identifiers.csv"):
            if row["type"] in ("client", "email"):
                self.who[row["value"].lower()] = int(row["customer"])
        self.contacts = collections.defaultdict(list)  # customer -> (time, channel, reason)
        self.first_about_bill = collections.defaultdict(list)  # answered calls, one a need
        for row in rows(self.truth, "contacts.csv"):
            if row["channel"] in ("web", "app", "bot", "field", "backoffice"):
                continue
            if row["reason"] == "bill" and row["tries"] == "1" and row["channel"] == "phone":
                self.first_about_bill[int(row["customer"])].append(moment(row["time"]))
            self.contacts[int(row["customer"])].append((moment(row["time"]), row["channel"], row["reason"]))
        for times in self.contacts.values():
            times.sort()
        self.all_contacts = list(rows(self.truth, "contacts.csv"))
        self.people = list(rows(self.truth, "people.csv"))
        self.opinions = list(rows(self.truth, "satisfaction.csv"))
        self.granted = {int(r["customer"]) for r in rows(self.truth, "credits.csv")}
        self.end = max((t[-1][0] for t in self.contacts.values()), default=0)

    def contacted(self, customer, since, within, channels=None, reason=None):
        times = self.contacts.get(customer, ())
        for at, channel, why in times[bisect.bisect_left(times, (since, "", "")):]:
            if at > since + within:
                return False
            if (channels is None or channel in channels) and (reason is None or why == reason):
                return True
        return False


def check_web(company, table):
    confirmed, seen = collections.Counter(), set()
    for path in sorted(glob.glob(f"{company.folder}/web/segment-*.jsonl")):
        for line in open(path, encoding="utf-8"):
            call = json.loads(line)
            key = hash(call["messageId"])
            if key in seen:
                continue
            seen.add(key)
            if call["type"] == "track" and call.get("event", "").startswith("Channel Change"):
                system = call["context"].get("os", {})
                old = system.get("name") == "Android" and system.get("version", "").startswith("7.4")
                confirmed[old, call["event"].endswith("Failed")] += 1
    n = confirmed[False, True] + confirmed[False, False]
    table.add("channel change fails, elsewhere", confirmed[False, True] / max(n, 1), company.ask["confirmation_fails"], n, 0.1)
    n = confirmed[True, True] + confirmed[True, False]
    asked = company.ask["confirmation_fails" if company.clean else "confirmation_fails_7_4"]
    table.add("channel change fails, Android 7.4 (1)", confirmed[True, True] / max(n, 1), asked, n, 0.1)


def check_phone(company, table):
    kinds = collections.Counter()
    for path in sorted(glob.glob(f"{company.folder}/telephony/cel-*.csv")):
        for row in csv.reader(open(path, encoding="utf-8")):
            kinds[row[8]] += 1
    entries = kinds["begun"]
    table.add("IVR entries", entries / company.years, company.ask["ivr_entries"], round(company.years), 0.06, "rate")
    table.add("kept by the IVR", kinds["contained"] / entries, company.ask["ivr_contained"], entries)
    table.add("hung up in the IVR", kinds["left"] / entries, company.ask["ivr_hang_up"], entries)
    line, inside, last, area = 0, {}, None, 0.0
    monday, calm = [0, 0], [0, 0]
    events = []
    for path in sorted(glob.glob(f"{company.folder}/telephony/queue_log-*")):
        for text in open(path, encoding="utf-8"):
            fields = text.rstrip("\n").split("|")
            if fields[2] != "chat" and fields[4] in ("ENTERQUEUE", "CONNECT", "ABANDON"):
                events.append((float(fields[0]), fields[4], fields[1], fields))
    events = sorted({(e[0], e[1], e[2]) for e in events}, key=lambda e: (e[0], e[1] != "ENTERQUEUE"))
    wait_sum, calls, served, gone = 0.0, 0, 0, 0
    for at, kind, call in events:
        if last is not None:
            area += line * (at - last)
        last = at
        if kind == "ENTERQUEUE":
            inside[call] = at
            line += 1
            calls += 1
            continue
        began = inside.pop(call, None)
        if began is None:
            continue
        line -= 1
        wait_sum += at - began
        local = datetime.datetime.fromtimestamp(began, datetime.timezone.utc) + datetime.timedelta(hours=1)
        bucket = monday if local.weekday() == 0 and local.hour < 13 else calm
        bucket[kind == "ABANDON"] += 1
        served += kind == "CONNECT"
        gone += kind == "ABANDON"
    table.add("given up in line", gone / max(gone + served, 1), 0.07, gone + served, 0.25, together=8)
    table.add("given up on Monday mornings", monday[1] / max(sum(monday), 1), company.ask["abandon_busy"], sum(monday), 0.25, together=8)
    if wait_sum > 0:  # both in seconds waited: the integral of the line, and the sum of the waits
        table.add("Little's law: line over time / rate x wait", area / wait_sum, 1.0, calls, 0.01, "mean")


REASONS = {"Internet, TV, wifi": "internet", "Facture, paiement": "bill", "Commande, raccordement": "order",
           "Mobile, SIM": "mobile", "Offre, options": "offer", "Résiliation": "cancel", "Déménagement": "move",
           "Accès, données": "access", "Réclamation": "complaint"}
CODED_RIGHT = 0.92  # agents take the wrong code in one call of twelve, any of the other eight


def check_calls(company, table):
    count, solved, seconds, moved = (collections.Counter() for _ in range(4))
    seen = set()
    for row in rows(company.folder, "contact/interactions-*.csv"):
        if row["interaction_id"] in seen:
            continue
        seen.add(row["interaction_id"])
        reason = REASONS.get(row["reason_code"])
        if row["channel"] != "voice":
            continue
        if row["direction"] != "inbound" or reason is None or row["outcome"] == "abandoned":
            continue
        count[reason] += 1
        solved[reason] += row["outcome"] != "unresolved"
        seconds[reason] += float(row["handle_seconds"] or 0) + float(row["wrap_seconds"] or 0)
        moved[reason] += row["transfers"] not in ("", "0")
    calls = sum(count.values())
    answered = (1 - company.ask["ivr_contained"] - company.ask["ivr_hang_up"]) * 0.93 * company.ask["ivr_entries"]
    table.add("answered calls", calls / company.years, answered, round(company.years), 0.06, "rate")
    for reason in REASONS.values():
        share = company.ask[f"share_{reason}"]
        coded = share * CODED_RIGHT + (1 - share) * (1 - CODED_RIGHT) / 8
        # Former customers who are canvassed complain (7): a quarter more complaints than asked.
        room = 0.4 if reason == "complaint" and not company.clean else 0.08
        table.add(f"share of calls: {reason}", count[reason] / max(calls, 1), coded, calls, room)
    table.add("handling time, s", sum(seconds.values()) / max(calls, 1),
              sum(company.ask[f"share_{r}"] * company.ask[f"aht_{r}"] for r in REASONS.values()), calls, 0.03, "mean")
    table.add("solved in the call", sum(solved.values()) / max(calls, 1),
              sum(company.ask[f"share_{r}"] * company.ask[f"fcr_{r}"] for r in REASONS.values()), calls, 0.04)
    others = sum(moved.values()) - moved["move"]
    table.add("transferred, but moves", others / max(calls - count["move"], 1), company.ask["transfers"], calls, 0.08)
    right = company.ask["share_move"] * CODED_RIGHT
    pure = right / (right + (1 - company.ask["share_move"]) * (1 - CODED_RIGHT) / 8)
    planted = company.ask["transfers" if company.clean else "move_transfers"]
    table.add("transferred, coded as a move (5)", moved["move"] / max(count["move"], 1),
              planted * pure + company.ask["transfers"] * (1 - pure), count["move"], 0.1)


def check_repeats(company, table):
    base = within_7 = within_30 = 0
    for times in company.contacts.values():
        for i, (at, channel, reason) in enumerate(times):
            if channel != "phone":
                continue
            base += 1
            again = next((t for t, _, r in times[i + 1:] if r == reason), None)
            within_7 += again is not None and again - at < 7 * DAY
            within_30 += again is not None and again - at < 30 * DAY
    table.add("again within 7 days, same reason", within_7 / max(base, 1), company.ask["repeat_7_days"], base, 0.08)
    table.add("again within 30 days, same reason", within_30 / max(base, 1), company.ask["repeat_30_days"], base, 0.08)


def check_bills(company, table):
    hits, n = collections.Counter(), collections.Counter()
    end = max((t[-1][0] for t in company.contacts.values()), default=0)
    for row in rows(company.folder, "billing/ledger-*.csv", ";"):
        if row["Type"] != "FACTURE" or "clôture" in row["Libelle"]:
            continue
        customer, at = company.who.get(row["Client"].replace(" ", "")), moment(row["Date"] + "+01:00")
        if customer is None or at > end - 10 * DAY:
            continue
        ended = "fin de promotion" in row["Libelle"]
        n[ended] += 1
        hits[ended] += any(at <= t < at + 10 * DAY for t in company.first_about_bill.get(customer, ()))
    table.add("calls (first about it) within 10 days of a bill", hits[False] / max(n[False], 1), company.ask["bill_contact"], n[False], 0.2)
    asked = company.ask["bill_contact" if company.clean else "promotion_contact"]
    table.add("of a bill after a promotion (2)", hits[True] / max(n[True], 1), asked, n[True], 0.2)


# Nouvelle-Aquitaine, Occitanie, Provence-Alpes-Côte d'Azur, Auvergne-Rhône-Alpes
SOUTH = frozenset("16 17 19 23 24 33 40 47 64 79 86 87 09 11 12 30 31 32 34 46 48 65 66 81 82 "
                  "04 05 06 13 83 84 01 03 07 15 26 38 42 43 63 69 73 74".split())


def check_visits(company, table):
    failed, n = collections.Counter(), collections.Counter()
    for row in rows(company.folder, "orders/visits-*.csv", ";"):
        if not row["commande"]:
            continue
        key = (row["sous_traitant"], row["departement"] in SOUTH)
        n[key] += 1
        failed[key] += row["resultat"] == "echec"
    there = {k: v for k, v in n.items() if k[1]}
    bad = max(there, key=lambda k: failed[k] / n[k] if n[k] > 5 else 0, default=None)
    if bad is None:
        return
    others = sum(n.values()) - n[bad]
    table.add("connection fails, elsewhere", (sum(failed.values()) - failed[bad]) / max(others, 1), company.ask["connection_fails"], others, 0.05)
    if not company.clean:
        table.add(f"connection fails, {bad[0]} in the south (3)", failed[bad] / n[bad], company.ask["connection_fails_bad"], n[bad])


def check_mail(company, table):
    calls, n, seen = collections.Counter(), collections.Counter(), set()
    for row in rows(company.folder, "tickets/zendesk-2*.csv"):
        customer, at = company.who.get(row["Requester email"].lower()), moment(row["Created at"])
        if customer is None or row["Id"] in seen:
            continue
        seen.add(row["Id"])
        local = datetime.datetime.fromtimestamp(at + 3600, datetime.timezone.utc)
        monday = local.weekday() == 0
        n[monday] += 1
        calls[monday] += company.contacted(customer, at + 17 * 3600, 60 * 3600, ("phone", "ivr"))
    table.add("mails a year", sum(n.values()) / company.years, company.ask["mail"], round(company.years), 0.15, "rate")
    if n[True] and n[False]:
        more = calls[True] / n[True] - calls[False] / n[False]
        asked = 0 if company.clean else company.ask["mail_calls_monday"] - company.ask["mail_calls"]
        room = 0.05 + 3 * math.sqrt(0.21 / n[True])
        table.faults += abs(more - asked) > room
        table.rows.append(("further calls of Monday's writers (4)", asked, more, n[True], "" if abs(more - asked) <= room else "**off**"))


def check_bot(company, table):
    causes = collections.defaultdict(list)
    for row in rows(company.truth, "contacts.csv"):
        if row["channel"] == "bot" and row["outcome"] in ("contained", "resolved"):
            causes[row["reason"] == "bill"].append((int(row["customer"]), moment(row["time"]), row["outcome"]))
    for is_bill, contacts in causes.items():
        kept = [c for c in contacts if c[2] == "contained"]
        hits = sum(company.contacted(c, at, 30 * 3600, ("phone", "ivr")) for c, at, _ in kept)
        planted = is_bill and not company.clean
        asked = company.ask["bot_returns_bill" if planted else "bot_returns"]
        table.add("call after the bot kept them: " + ("bills (6)" if is_bill else "others"), hits / max(len(kept), 1), asked, len(kept), 0.15)


def check_outages(company, table):
    sms = collections.Counter(r["campaign"] for r in rows(company.folder, "outbound/sms-*.tsv", "\t"))
    hits, n = collections.Counter(), collections.Counter()
    arms = {}
    for row in rows(company.truth, "outages.csv"):
        arms[int(row["outage"]), int(row["customer"])] = row["sms"] == "1"
    for row in rows(company.folder, "network/lines-*.csv"):
        if row["state"] != "down" or not row["outage"]:
            continue
        customer = company.who.get(row["customer_number"])
        outage = int(row["outage"].removeprefix("INC-"))
        arm = arms.get((outage, customer), False)
        n[arm] += 1
        hits[arm] += company.contacted(customer, moment(row["raised_at"]), 2 * DAY, None, "internet")
    if company.clean or not n[True] or not hits[False]:
        return
    ratio = (hits[True] / n[True]) / (hits[False] / n[False])
    error = ratio * math.sqrt(1 / max(hits[True], 1) + 1 / hits[False])
    asked = 1 - company.ask["sms_effect"]
    good = abs(ratio - asked) < 0.06 + 3 * error
    table.faults += not good
    table.rows.append(("contacts after an outage, with SMS / without", asked, ratio, n[True] + n[False], "" if good else "**off**"))
    table.rows.append(("SMS sent about outages", n[True], sms["incident"], n[True], ""))


def check_people(company, table):
    left = {r["Client"] for r in rows(company.folder, "crm/contracts-*.csv", ";") if r["Type"] == "resiliation"}
    table.add("leave in a year", len(left) / company.years, company.ask["leaving"], round(company.years), 0.08, "rate")
    sent = answered = 0
    for row in rows(company.folder, "surveys/answers-*.csv"):
        sent += row["event"] == "sent"
        answered += row["event"] == "answered"
    table.add("surveys answered", answered / max(sent, 1), company.ask["response"], sent, 0.06)
    nps, n = collections.Counter(), collections.Counter()
    for row in rows(company.truth, "satisfaction.csv"):
        if row["relational"] == "1" or row["satisfied_segment"] == "1" or row["called_back"] == "1":
            continue
        kind = "unresolved" if row["resolved"] == "0" else "repeated" if int(row["tries"]) > 1 else "first"
        score = int(row["nps"])
        nps[kind] += 100 if score >= 9 else -100 if score <= 6 else 0
        n[kind] += 1
    for kind in ("first", "repeated", "unresolved"):
        asked = company.ask[f"nps_{kind}"]
        got, room = nps[kind] / max(n[kind], 1), 1 + 3 * 85 / math.sqrt(max(n[kind], 1))
        good = abs(got - asked) <= room
        table.faults += not good
        table.rows.append((f"NPS: {kind}", asked, got, n[kind], "" if good else "**off**"))
    mailed = [r for r in rows(company.folder, "outbound/mailings-*.csv") if r["template"].startswith("relance")]
    gone = sum(r["customer_number"] in left for r in mailed)
    # A letter and a mail each, 30 to 60 days later: who left last is not dunned yet.
    asked = 0 if company.clean else 2 * company.ask["dunned"] * max(1 - 45 / company.plan["days"], 0)
    table.add("letters and mails of dunning per leaver (7)", gone / max(len(left), 1), asked, len(left), 0.1, "rate" if asked else "share")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    options = parser.parse_args()
    company, table = Company(options.folder), Table()
    for check in (check_web, check_phone, check_calls, check_repeats, check_bills, check_visits, check_mail, check_bot,
                  check_outages, check_people, *company_effects.CHECKS):
        check(company, table)
    table.show()
    print(f"\n{len(table.rows)} figures, {table.faults} off")
    sys.exit(table.faults > 0)


if __name__ == "__main__":
    main()
