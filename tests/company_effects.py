"""Effects and journeys of a simulated company that need more than one file to be seen; a part of company_check.py."""
import collections
import csv
import datetime
import glob
import math
import re

DAY = 86400.0
SELF_SERVICE = ("web", "app", "bot", "ivr")


def read(path, delimiter=","):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    yield from csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)


def rows(folder, pattern, delimiter=","):
    for path in sorted(glob.glob(f"{folder}/{pattern}")):
        yield from read(path, delimiter)


def paris(text):
    """Of a local time, good to the hour: enough to say which came first of things that lie days apart."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp() - 3600


def french(day, clock="00:00:00"):
    return datetime.datetime.strptime(f"{day} {clock}", "%d/%m/%Y %H:%M:%S").replace(tzinfo=datetime.timezone.utc).timestamp() - 3600


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def points(score):
    return 100 if score >= 9 else -100 if score <= 6 else 0


class Mean:
    """A mean and its variance, in one pass."""

    def __init__(self):
        self.n, self.sum, self.squares = 0, 0.0, 0.0

    def add(self, value):
        self.n += 1
        self.sum += value
        self.squares += value * value

    @property
    def mean(self):
        return self.sum / max(self.n, 1)

    @property
    def error2(self):
        return max(self.squares / max(self.n, 1) - self.mean ** 2, 1e-9) / max(self.n, 1)


def add_difference(table, what, got, asked, error2, of, room=0.0):
    """A difference of two means, good within `room` and three standard errors."""
    if of == 0:  # a small company: as of shares that nobody came to
        table.rows.append((what, asked, None, 0, "none came"))
        return
    good = abs(got - asked) <= room + 3 * math.sqrt(error2)
    table.faults += not good
    table.rows.append((what, asked, got, of, "" if good else "**off**"))


# ---- journeys


def check_credits(company, table):
    """Bill, explanation (the mail that repeats it), credit, and a payment that is smaller by it."""
    explained = []
    for row in rows(company.folder, "outbound/mailings-*.csv"):
        if row["template"] == "facture_expliquee":
            explained.append((row["send_id"], row["customer_number"], utc(row["sent_at"])))
    explained = sorted(set(explained))
    credits, bills, paid, sums = collections.defaultdict(list), {}, {}, []
    for row in rows(company.folder, "billing/ledger-*.csv", ";"):
        cents = round(100 * float(row["Montant TTC"].replace(",", ".")))
        if row["Type"] == "AVOIR":
            credits[row["Client"]].append((paris(row["Date"]), cents, row["Facture"]))
        elif row["Type"] == "FACTURE":
            bills[row["Piece"]] = (row["Client"], cents, paris(row["Date"]))
        elif row["Type"] == "REGLEMENT":
            paid[row["Facture"]] = (paris(row["Date"]), cents)
    end = max(at for _, _, at in explained) if explained else 0
    full = [e for e in explained if e[2] < end - 25 * DAY]
    hit = 0
    for _, client, at in full:
        first = next((c for c in sorted(credits[client]) if at - DAY <= c[0] < at + 20 * DAY), None)
        if first is not None and first[1] < 4990:
            hit += 1
            sums.append(first[1])
    table.add("explained bills that end with a credit", hit / max(len(full), 1), company.ask["credited"], len(full), 0.08)
    mean = Mean()
    for cents in sums:
        mean.add(cents)
    table.add("mean credit, cents", mean.mean, company.ask["credit_cents"], mean.n, 0.08, "mean")
    # What is paid of a bill is what was billed, less credits: never more, and less only for who has one.
    # Credits promised before the first day, or booked after the last, are in no file.
    begin = min((at for at, _ in paid.values()), default=0)
    owed = {client for bill, (client, cents, at) in bills.items() if at < begin + 30 * DAY and paid.get(bill, (0, 0))[1] < cents}
    known = [(bills[bill], cents) for bill, (at, cents) in paid.items() if bill in bills]
    odd = sum(cents > bill[1] or (cents < bill[1] and not credits[bill[0]] and bill[0] not in owed and not late_credit(company, bill[0]))
              for bill, cents in known)
    table.add("payments that no bill and credit explain", odd, 0, len(known), 0, "count")


def late_credit(company, client):
    """Granted, and not booked before the last day; or booked before the first."""
    return company.who.get(client) in company.granted


def check_ladder(company, table):
    """Complaints that the customer service has not solved, rung by rung, from the register alone."""
    cases = collections.defaultdict(list)
    for row in rows(company.folder, "crm/complaints-*.csv", ";"):
        cases[row["Dossier"]].append((french(row["Date"], row["Heure"]), row["Etape"], row["Decision"], row["Echeance"]))
    came = answered = solved = late = asked_mediator = waited = granted = opinions = 0
    end = company.end
    for steps in cases.values():
        steps.sort()
        by_name = {name: (at, decision, due) for at, name, decision, due in steps}
        if "Reçue" not in by_name:
            continue
        came += 1
        if "Répondue" in by_name and by_name["Reçue"][0] < end - 50 * DAY:
            at, decision, _ = by_name["Répondue"]
            answered += 1
            solved += decision.startswith("favorable")
            late += at >= french(by_name["Reçue"][2]) + DAY
            if at < end - 45 * DAY and not decision.startswith("favorable"):
                waited += 1
                asked_mediator += "Médiateur saisi" in by_name
        if "Avis du médiateur" in by_name:
            opinions += 1
            granted += by_name["Avis du médiateur"][1].startswith("favorable")
            assert by_name["Médiateur saisi"][0] > by_name["Répondue"][0]
    table.add("complaints that the consumer service solves", solved / max(answered, 1), company.ask["consumer_solves"], answered, 0.03)
    table.add("answered after the date promised", late / max(answered, 1), company.ask["consumer_late"], answered, 0.03)
    table.add("refused, and put to the mediator", asked_mediator / max(waited, 1), company.ask["mediated"], waited, 0.03)
    table.add("opinions in the customer's favour", granted / max(opinions, 1), company.ask["mediator_grants"], opinions, 0.03)


# ---- published shapes


def check_problems(company, table):
    """Arcep: had a problem in the year.  An alarm of the line, or a case about it; of the customers at the end."""
    gone = {r["Client"] for r in rows(company.folder, "crm/contracts-*.csv", ";") if r["Type"] == "resiliation"}
    troubled = {"fixed": set(), "mobile": set()}
    for row in rows(company.folder, "network/lines-*.csv"):
        if row["state"] in ("down", "mobile_down"):
            troubled["fixed" if row["state"] == "down" else "mobile"].add(company.who.get(row["customer_number"]))
    for row in rows(company.folder, "crm/cases-*.csv", ";"):
        kind = {"Internet, TV, wifi": "fixed", "Mobile, SIM": "mobile"}.get(row["Motif"])
        if kind:
            troubled[kind].add(company.who.get(row["Client"].replace(" ", "")))
    left = {company.who.get(client) for client in gone}
    for kind in ("fixed", "mobile"):
        have = {int(p["customer"]) for p in company.people if p[kind]} - left
        asked = 1 - (1 - company.ask[f"problem_{kind}"]) ** (company.plan["days"] / 365)
        table.add(f"had a problem in the year, {kind}", len(have & troubled[kind]) / max(len(have), 1), asked, len(have), 0.06)


def check_channels(company, table):
    """Gartner's shape: what a resolution costs with the channels on which people had to be served by people.

    Technicians' visits are left out, as in studies of contact centres."""
    needs = collections.defaultdict(lambda: [set(), 0, False, False])
    for row in company.all_contacts:
        need = needs[row["need"]]
        if row["channel"] == "field":
            continue
        need[1] += int(row["cost_cents"])
        if row["channel"] not in SELF_SERVICE:
            need[0].add(row["channel"])
        need[3] = need[3] or (row["channel"] in SELF_SERVICE and row["outcome"] == "resolved")
    cost, solved = collections.Counter(), collections.Counter()
    stays = {1: Mean(), 3: Mean()}
    for row in company.opinions:
        if row["relational"] == "1":
            continue
        channels = min(len(needs[row["need"]][0]), 3)
        cost[channels] += needs[row["need"]][1]
        solved[channels] += row["resolved"] == "1"
        asked = min(int(row["channels"]), 3)
        if asked != 2:
            stays[asked].add(int(row["stays"]))
    table.add("cost per resolution, one channel, cents", cost[1] / max(solved[1], 1), company.ask["cost_one"], solved[1], 0.06, "mean")
    table.add("cost per resolution, three channels, cents", cost[3] / max(solved[3], 1), company.ask["cost_three"], solved[3], 0.2, "mean")
    table.add("say they stay, one channel", stays[1].mean, company.ask["stays_one"], stays[1].n, 0.03)
    table.add("say they stay, three or more", stays[3].mean, company.ask["stays_three"], stays[3].n, 0.03)
    alone = sum(not need[0] and need[3] for need in needs.values())
    table.add("needs served by self-service alone", alone / max(len(needs), 1), company.ask["self_served"], len(needs), 0.15)


# ---- the delight, the decoy, the satisfied leavers


def check_delight(company, table):
    """Repairs whose team calls back: how many (visits, outbound calls), and what it does to the score."""
    calls = collections.defaultdict(list)
    for row in rows(company.folder, "contact/interactions-*.csv"):
        if row["direction"] == "outbound" and row["channel"] == "voice":
            calls[company.who.get(row["customer_id"].replace(" ", ""))].append(paris(row["started_at"]))
    repaired = called = 0
    for row in rows(company.folder, "orders/visits-*.csv", ";"):
        at = paris(row["date"])
        if row["commande"] or row["resultat"] != "realisee" or at > company.end - 5 * DAY:
            continue
        repaired += 1
        called += any(at < t < at + 4 * DAY for t in calls[company.who.get(row["client"])])
    if company.clean:
        table.add("repairs after which somebody calls back", called / max(repaired, 1), 0, repaired, 0.01)
        return
    # Teams are a departement's: their share of the repairs is that of the departements drawn, so +- a quarter.
    # One call in eleven is written down without a customer number.
    table.add("repairs after which somebody calls back", called / max(repaired, 1), company.ask["delight_teams"] * 10 / 11, repaired, 0.3, together=8)
    repair_cases = {r["need"] for r in company.all_contacts if r["channel"] == "field" and r["outcome"] == "done" and r["reason"] == "internet"}
    scores = {True: collections.defaultdict(Mean), False: collections.defaultdict(Mean)}
    for row in company.opinions:
        if row["relational"] == "0" and row["need"] in repair_cases and row["resolved"] == "1" and row["satisfied_segment"] == "0":
            scores[row["called_back"] == "1"][int(row["tries"]) > 1].add(points(int(row["nps"])))
    got, error2, weight = stratified(scores[True], scores[False])
    add_difference(table, "NPS gained by the call back (delight)", got, company.ask["delight"], error2, weight)


def stratified(one, other):
    """The difference of two means, stratum by stratum, weighted by the first; its squared error; how many."""
    got = error2 = 0.0
    weight = sum(one[s].n for s in one if other[s].n > 1 and one[s].n > 1)
    for s in list(one):
        if other[s].n > 1 and one[s].n > 1:
            share = one[s].n / weight
            got += share * (one[s].mean - other[s].mean)
            error2 += share * share * (one[s].error2 + other[s].error2)
    return got, error2, weight


def check_decoy(company, table):
    """Customers of shops look worse served; compared within their age they are not."""
    by_need = {}
    for row in company.all_contacts:
        if row["tries"] == "1" and row["channel"] in ("store", "phone"):
            by_need.setdefault(row["need"], (row["channel"], row["reason"], row["outcome"] != "unresolved"))
    age = {int(p["customer"]): p["age"] for p in company.people}
    ages = {True: collections.defaultdict(Mean), False: collections.defaultdict(Mean)}
    whole = {True: collections.defaultdict(Mean), False: collections.defaultdict(Mean)}
    old = {True: Mean(), False: Mean()}
    for row in company.opinions:
        if row["relational"] == "1" or row["need"] not in by_need or row["satisfied_segment"] == "1":
            continue
        channel, reason, _ = by_need[row["need"]]
        shop, score = channel == "store", points(int(row["nps"]))
        ages[shop][age[int(row["customer"])], reason].add(score)
        whole[shop][reason].add(score)
        old[shop].add(age[int(row["customer"])] in ("3", "4"))
    raw, raw_error2, n = stratified(whole[True], whole[False])
    got, error2, n = stratified(ages[True], ages[False])
    table.rows.append(("share over 60 of shops' customers, against the phone's (decoy)", None, old[True].mean / max(old[False].mean, 1e-9), old[True].n, ""))
    table.rows.append(("NPS of shops against the phone, same reason (decoy)", 0, raw, n, f"± {3 * math.sqrt(raw_error2):.1f}"))
    add_difference(table, "the same within one age", got, 0, error2, n, 0.5)


def check_young(company, table):
    """Satisfied, and leaving: under 26 with a mobile line alone."""
    young = {int(p["customer"]) for p in company.people if p["age"] == "0" and not p["fixed"]}
    left = {company.who.get(r["Client"]) for r in rows(company.folder, "crm/contracts-*.csv", ";") if r["Type"] == "resiliation"}
    others = len(company.people) - len(young)
    hazard = [-math.log(1 - len(left & young) / max(len(young), 1)), -math.log(1 - len(left - young) / max(others, 1))]
    ratio = hazard[0] / hazard[1]
    asked = 1 if company.clean else company.ask["young_leaving"]
    error = ratio * math.sqrt(1 / max(len(left & young), 1) + 1 / max(len(left - young), 1))
    # Contacts that went wrong drive the others away, and those young have fewer lines to call about.
    add_difference(table, "young with a mobile line alone: leaving, times", ratio, asked, error ** 2, len(young), 0.15 * asked)
    scores = {True: collections.defaultdict(Mean), False: collections.defaultdict(Mean)}
    for row in company.opinions:
        if row["relational"] == "0" and row["called_back"] == "0":
            kind = row["resolved"], int(row["tries"]) > 1
            scores[int(row["customer"]) in young][kind].add(points(int(row["nps"])))
    got, error2, n = stratified(scores[True], scores[False])
    add_difference(table, "their advance in NPS", got, 0 if company.clean else company.ask["young_nps"], error2, n, 1)


CHECKS = (check_credits, check_ladder, check_problems, check_channels, check_delight, check_decoy, check_young)
