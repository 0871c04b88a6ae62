#!/usr/bin/env python3
"""The real server, really killed, while clients retry: what was acknowledged is there, once.

    tests/serve_kill.py --ariane build/dev/ariane [--kills N] [--seconds S] [--seed N] [--rate N] [--life S] [--sdk]

A few clients send batches of events with message ids of their own, as SDKs do: until a 200 comes, the same
batch again.  The server is killed with SIGKILL after a random number of acknowledgements, by its pid alone,
and started anew on the same port.  With --life it lives so many seconds instead, with --rate each client sends
so many batches a second, with --sdk two SDKs that others wrote send too (installed by tests/clients.py): a soak.
In the end each acknowledged event lies in the journal exactly once, and
no event is there that was not sent."""
import argparse
import collections
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CLIENTS, BATCH = 4, 20
INSTALLED = Path(__file__).resolve().parent.parent / "build/clients"


class House:
    def __init__(self, program, data):
        self.program, self.data, self.port, self.process = program, data, 0, None
        made = self.ask("key", "create", "--source", "shop")
        self.key = re.search(r"ak_\w+", made)[0]

    def ask(self, *words):
        return subprocess.run([self.program, "--data", self.data, "--lang", "en", *words], check=True,
                              capture_output=True, text=True).stdout

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "--data", self.data, "--lang", "en", "serve", "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)\s*$", self.process.stdout.readline())[1])

    def resident_mb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=120)


class Run:
    def __init__(self, house, rate):
        self.house, self.rate, self.lock = house, rate, threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.sent, self.acknowledged, self.retries, self.ended = set(), set(), 0, False

    def post(self, connection, body):
        connection.request("POST", f"/v1/batch?writeKey={self.house.key}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200

    def deliver(self, ids, body):
        """True once it is acknowledged; False only at the end of the run."""
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=60)
            try:
                if self.post(connection, body):
                    return True
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            with self.changed:
                self.retries += 1
                if self.ended:
                    return False
                self.changed.wait(timeout=0.02)  # until something happens, or another try

    def client(self, number):
        for n in range(10**9):
            ids = [f"{number}-{n}-{i}" for i in range(BATCH)]
            body = json.dumps({"batch": [{"type": "track", "event": "e", "userId": f"u{hash(i) % 500}", "messageId": i}
                                         for i in ids]})
            with self.lock:
                self.sent.update(ids)
            done = self.deliver(ids, body)
            with self.changed:
                if done:
                    self.acknowledged.update(ids)
                self.changed.notify_all()
                if self.rate > 0:
                    self.changed.wait_for(lambda: self.ended, timeout=1 / self.rate)
                if self.ended:
                    return


def attribute(event, key):
    """Also where a name could be taken for something else, and they are told as pairs."""
    attributes = event["attributes"]
    return dict(attributes["$map"])[key] if "$map" in attributes else attributes[key]


class Sdks:
    """tests/clients/retrying.mjs, until it is told that no more is wanted."""

    def __init__(self, house):
        script = Path(__file__).resolve().parent / "clients/retrying.mjs"
        (INSTALLED / script.name).write_bytes(script.read_bytes())
        self.process = subprocess.Popen(["node", script.name, f"http://127.0.0.1:{house.port}", house.key, "10"], cwd=INSTALLED,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self):
        out, _ = self.process.communicate(timeout=300)
        return json.loads(out)

    @staticmethod
    def faults(told, events):
        """What is not there once, of what each of the two sent."""
        faults = list(told["lost"])
        for name in ("segment retried", "posthog retried"):
            there = collections.Counter(attribute(e, "i") for e in events if e.get("activity") == name)
            faults += [f"{name} {i}: {there[i]} times" for i in range(told["sent"]) if there[i] != 1]
        return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ariane", required=True)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rate", type=float, default=0, help="batches a second of each client; 0: as many as go")
    parser.add_argument("--life", type=float, default=0, help="seconds between two kills, at most; 0: by acknowledgements")
    parser.add_argument("--sdk", action="store_true")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    chance, began, killed = random.Random(seed), time.monotonic(), 0
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        house = House(options.ariane, folder + "/data")
        house.start()
        run = Run(house, options.rate)
        clients = [threading.Thread(target=run.client, args=(n,)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        sdks, memory = Sdks(house) if options.sdk else None, []
        while killed < options.kills and time.monotonic() - began < options.seconds:
            with run.changed:
                goal = len(run.acknowledged) + BATCH * chance.randrange(1, 30)
                if not run.changed.wait_for(lambda: len(run.acknowledged) >= goal, timeout=120):
                    sys.exit("FAIL nothing is acknowledged any more")
                if options.life > 0:
                    run.changed.wait_for(lambda: False, timeout=options.life * chance.random())
            memory.append(house.resident_mb())
            house.kill()
            killed += 1
            house.start()
            if killed % 50 == 0:
                print(f"{time.monotonic() - began:6.0f} s, {killed} kills, {len(run.acknowledged)} events, "
                      f"memory before each of the last 50: {min(memory[-50:]):.0f} to {max(memory[-50:]):.0f} MB", flush=True)
        with run.changed:
            run.ended = True
            run.changed.notify_all()
        for client in clients:
            client.join()
        told = sdks.stop() if sdks else {"sent": 0, "lost": []}
        code = house.stop()
        events = [json.loads(line) for line in house.ask("events", "--json", "--limit", "100000000").splitlines()]
    faults = Sdks.faults(told, events)
    events = [e for e in events if not e.get("activity", "").endswith(" retried")]
    found = collections.Counter(e["message_id"] for e in events)
    lost, doubled = run.acknowledged - set(found), [i for i, n in found.items() if n > 1]
    strange = set(found) - run.sent
    print(f"killed {killed} times, {len(run.acknowledged)} events acknowledged, {len(found)} stored, {run.retries} retries, "
          f"{len(lost)} lost, {len(doubled)} doubled, {len(strange)} strange")
    print(f"memory before a kill: {min(memory):.0f} to {max(memory):.0f} MB; of {2 * told['sent']} events of SDKs "
          f"{len(faults)} are not there once {faults[:3]}")
    return 1 if faults or lost or doubled or strange or code != 0 or killed == 0 else 0


sys.exit(main())
