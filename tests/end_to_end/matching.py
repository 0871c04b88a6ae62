"""Records without a common key: import, match, look, undo."""
import collections
import csv
import io
import json
import random

from tools import ROOT, data, equal, holds, schema_faults

FEBRL = {"given_name": "given_name", "surname": "surname", "street_number": "street_number",
         "address": "address_1", "address_2": "address_2", "suburb": "suburb", "postcode": "postcode",
         "state": "state", "birth_date": "date_of_birth", "national_id": "soc_sec_id"}
PEOPLE = """id,name,born,zip,mail
1,Élodie Durand,1971-06-24,01000,elodie.durand@example.fr
2,DURAND Elodie,24/06/1971,01000,
3,Elodie Durant,1971-06-24,,elodie.durand@example.fr
4,Bob Martin,1980-02-03,75011,bob@example.org
5,Robert Martin,1980-02-03,75011,bob@example.org
"""


def fields(names):
    return [word for name, column in names.items() for word in ("--field", f"{name}={column}")]


def pairs_of(groups):
    return sum(n * (n - 1) // 2 for n in collections.Counter(groups).values())


def clusters(folder):
    answer = folder("identity", "clusters", "--csv")
    return {row["record"]: row["customer"] for row in csv.DictReader(io.StringIO(answer.out))}


def checked(answer, name):
    schema = json.loads((ROOT / f"docs/schemas/{name}.json").read_text())
    for line in answer.lines():
        equal(list(schema_faults(schema, line)), [], name)
    return answer.lines()


def check_febrl_within_the_goal(place):
    folder = place.folder()
    folder.import_("--records", data("linkage/febrl3.csv"), "--id", "rec_id", *fields(FEBRL))
    folder("identity", "match")
    found = clusters(folder)
    truth = {record: record.split("-")[1] for record in found}
    both = pairs_of((found[r], truth[r]) for r in found)
    f1 = 2 * both / (pairs_of(found.values()) + pairs_of(truth.values()))
    equal(len(found), 5000, "records")
    equal(f1 >= 0.99, True, f"F1 {f1}")


def many(place):
    """Strangers of whom to learn, every third of them twice, and the few of above."""
    chance = random.Random(1)
    syllables = "ba cou de fi go lan mar nel pier quin ro sen ti vau bert".split()
    word = lambda n: "".join(chance.choice(syllables) for _ in range(n))
    rows = []
    for i in range(300):
        given, family, zip_code = word(2), word(3), chance.randrange(1000, 95999)
        born = f"19{chance.randrange(30, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        rows.append(f"s{i},{given} {family},{born},{zip_code:05},{given}{i}@exemple.fr")
        if i % 3 == 0:
            rows.append(f"t{i},{given} {family}x,{born},{zip_code:05},{given}{i}@exemple.fr")
    return place.file("people.csv", PEOPLE + "\n".join(rows) + "\n")


def import_people(place):
    folder = place.folder()
    answer = folder.import_("--records", many(place), "--id", "crm=id", *fields(
        {"full_name": "name", "birth_date": "born", "postcode": "zip", "email": "mail"}))
    equal(answer["imported"], 405, "records")
    return folder


def check_links_are_decisions_and_are_undone(place):
    folder = import_people(place)
    before = folder.digest()
    seen = checked(folder("identity", "match", "--dry-run", "--json"), "identity-match")
    equal({(p["a"], p["b"]) for p in seen if p["a"] == "crm:4"}, {("crm:4", "crm:5")}, "Bob is Robert")
    equal(folder.digest(), before, "a dry run changes nothing")

    folder("identity", "match")
    found = clusters(folder)
    equal(found["crm:4"], found["crm:5"], "one customer")
    equal(found["crm:1"], found["crm:3"], "one customer")
    equal(len(set(found.values())) < 405, True, "fewer customers")
    holds(folder("identity", "match").out, "0 links noted")

    folder("identity", "unlink", "crm:4", "crm:5")
    equal(clusters(folder)["crm:4"] == clusters(folder)["crm:5"], False, "people decide")
    again = checked(folder("identity", "match", "--json"), "identity-match")
    equal([p["decision"] for p in again if p["a"] == "crm:4" and p["b"] == "crm:5"], ["forbidden"], "heeded")

    folder("identity", "match", "--undo")
    equal(len(set(clusters(folder).values())), 405, "all taken back")
    equal(folder("verify", "--json").json()["faults"], 0, "sound")


def check_later_records_are_compared_alone(place):
    folder = import_people(place)
    equal(folder("identity", "match", "--new", "--json", status=1).problem()["code"], "match-kept-none",
          "nothing was learnt yet")
    folder("identity", "match")
    before = clusters(folder)
    equal(folder("identity", "match", "--new", "--json").lines(), [], "nothing is new")
    later = place.file("later.csv", "id,name,born,zip,mail\n6,Elodie Durand,1971-06-24,01000,elodie.durand@example.fr\n"
                       "7,Roberto Nowak,1955-12-01,33000,nowak@example.net\n")
    folder.import_("--records", later, "--id", "crm=id", *fields(
        {"full_name": "name", "birth_date": "born", "postcode": "zip", "email": "mail"}))
    pairs = checked(folder("identity", "match", "--new", "--json"), "identity-match")
    equal({record for p in pairs for record in (p["a"], p["b"])} >= {"crm:6"}, True, "the new one")
    equal([p for p in pairs if "crm:6" not in (p["a"], p["b"]) and "crm:7" not in (p["a"], p["b"])], [], "no other pair")
    found = clusters(folder)
    equal((found["crm:6"], found["crm:7"] in before.values()), (found["crm:1"], False), "one is known, one is not")
    equal(folder("identity", "match", "--new", "--json").lines(), [], "each once")
    folder("identity", "match", "--undo")
    equal(folder("identity", "match", "--new", "--json", status=1).problem()["code"], "match-kept-none", "forgotten")


def check_a_pair_is_explained(place):
    folder = import_people(place)
    holds(folder("identity", "match", "crm:1", "crm:2").out, "birth_date", "given_name", "before any field")
    pair, = checked(folder("identity", "match", "crm:1", "crm:2", "--json"), "identity-match")
    total = pair["prior"] + pair["household"] + sum(f["weight"] for f in pair["fields"])
    equal(abs(total - pair["weight"]) < 0.01, True, "the sum of its fields")
    checked(folder("identity", "review", "--json", "--review", "-8", "--threshold", "60"), "identity-match")
    checked(folder("identity", "clusters", "--json"), "identity-clusters")


def check_what_is_asked_wrongly(place):
    folder = import_people(place)
    for words, code in [(["identity", "match", "crm:1"], "usage-match-one-of-two"),
                        (["identity", "match", "--threshold", "much"], "usage-match-weight"),
                        (["identity", "match", "crm:1", "crm:99999"], "match-no-record"),
                        (["import", "--records", many(place)], "usage-import-id"),
                        (["import", "--records", many(place), "--id", "id", "--field", "x"], "usage-import-field")]:
        answer = folder(*words, "--json", status=None)
        equal((answer.status, answer.problem()["code"]), (2 if code.startswith("usage") else 1, code), code)
    empty = place.folder("empty")
    empty("import", place.file("e.csv", "time,activity,customer\n2026-01-01T00:00:00Z,x,1\n"), "--customer", "account=customer")
    equal(empty("identity", "match", "--json", status=1).problem()["code"], "match-no-traits", "nothing to match")


def check_keys_are_believed(place):
    """Two customer numbers are two customers, however alike; an account that tells no number may still be one of them."""
    folder = place.folder()
    folder.import_("--records", many(place), "--id", "customer=id", *fields(
        {"full_name": "name", "birth_date": "born", "postcode": "zip", "email": "mail"}))
    before = folder.digest()
    told = folder("identity", "match").out
    holds(told, "0 links noted", "kept apart")
    equal(folder.digest(), before, "nothing is linked that the rules would refuse")
    pairs = checked(folder("identity", "match", "--dry-run", "--json"), "identity-match")
    equal({p["decision"] for p in pairs}, {"forbidden"}, "none is proposed")
    equal(folder("identity", "review", "--json").lines(), [], "nor to be reviewed")
    one = next(p for p in pairs)
    holds(folder("identity", "match", one["a"], one["b"]).out, "birth_date")
