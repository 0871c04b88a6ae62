#!/usr/bin/env python3
"""The screen pop: a customer by an identifier, with profile, and his last 50 events, as an agent's screen asks when it rings.

The events are those of `thread?last=50&brief=true`, from columns; `payload` is all of the last one, which is asked for
when somebody looks at it, and is not in `both`.

    bench/pop_bench.py [--ariane PATH] [--events 1000000] [--customers 100000] [--pops 2000] [--data FOLDER] [--json FILE]

Both requests go over one connection that stays open, one after the other, each timed from its first byte sent to the last byte
of its answer; `both` is their sum.  Customers are drawn at random from all.  The same is asked twice: of the journal as an
import leaves it (of which the server begins to seal what is full while the clock runs), and once all is sealed.  --data: a
folder that is there already (its customers are named id:0 to id:N-1, as `ariane demo --workload visits` names them), asked as
it is; else one is made and imported, and thrown away."""
# smoke: --events 20000 --customers 2000 --pops 100
import argparse
import json
import os
import random
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def quantile(times, q):
    return sorted(times)[min(len(times) - 1, int(len(times) * q))]


def make(options, folder):
    csv = folder + "/visits.csv"
    ask = lambda *words: subprocess.run([options.ariane, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: E731
    ask("demo", "--workload", "visits", "--events", str(options.events), "--customers", str(options.customers), "--out", csv)
    ask("--data", folder + "/data", "--quiet", "import", "--customer", "id=customer", "--activity", "activity", "--time", "time",
        "--channel", "channel", csv)
    os.unlink(csv)
    return folder + "/data"


class Connection:
    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token, self.rest = token, b""

    def ask(self, path):
        """(status, body)"""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b"chunked" in head.lower():
            return int(head[9:12]), self.chunks()
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(self.rest) < length:
            self.more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head[9:12]), body

    def more(self):
        got = self.socket.recv(1 << 18)
        assert got, "the server closed the connection"
        self.rest += got

    def chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.rest:
                self.more()
            size, self.rest = self.rest.split(b"\r\n", 1)
            length = int(size, 16)
            while len(self.rest) < length + 2:
                self.more()
            body, self.rest = body + self.rest[:length], self.rest[length + 2:]
            if length == 0:
                return body


def pop(connection, customer):
    """(ms of the profile, ms of the events, how many events, ms of all of the last); None if nobody drew this number"""
    began = time.perf_counter()
    status, profile = connection.ask(f"/api/v1/customers/id:{customer}")
    if status == 404:
        return None
    between = time.perf_counter()
    assert status == 200, profile
    status, thread = connection.ask(f"/api/v1/customers/id:{customer}/thread?last=50&brief=true")
    ended = time.perf_counter()
    assert status == 200, thread
    events = [json.loads(line) for line in thread.splitlines() if line]
    asked = time.perf_counter()
    status, last = connection.ask(f"/api/v1/customers/id:{customer}/thread?last=1")
    whole = time.perf_counter()
    assert status == 200 and json.loads(last)["time"][:19] == events[-1]["time"][:19], last
    assert f'"{customer}"'.encode() in profile, profile
    return (between - began) * 1000, (ended - between) * 1000, len(events), (whole - asked) * 1000


def measure(options, data, name):
    token = subprocess.run([options.ariane, "--data", data, "--quiet", "token", "create", "--role", "agent"], check=True,
                           capture_output=True, text=True).stdout.strip()
    began = time.perf_counter()
    server = subprocess.Popen([options.ariane, "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(re.search(r":(\d+)\s*$", server.stdout.readline())[1])
        started, connection, draw = time.perf_counter() - began, Connection(port, token), random.Random(1)
        pops = []
        while len(pops) < options.pops:
            one = pop(connection, draw.randrange(options.customers))
            if one is not None:
                pops.append(one)
        resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1]) / 1024
        server.terminate()
        assert server.wait(timeout=600) == 0
    finally:
        server.kill()
    result = {"load": os.getloadavg()[0], "start_s": round(started, 3), "resident_mb": round(resident)}
    print(f"{name}: started in {result['start_s']} s, {result['resident_mb']} MB resident, {len(pops)} pops of "
          f"{sum(p[2] for p in pops) / len(pops):.1f} events each, load {result['load']:.1f}")
    for what, times in (("profile", [p[0] for p in pops]), ("events", [p[1] for p in pops]), ("both", [p[0] + p[1] for p in pops]),
                        ("payload", [p[3] for p in pops])):
        result[what] = {str(q): round(quantile(times, q), 3) for q in (0.5, 0.9, 0.99, 1)}
        print(f"  {what:8} ms  {'  '.join(f'{q}: {v}' for q, v in result[what].items())}", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ariane", default=str(ROOT / "build/release/ariane"))
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--pops", type=int, default=2000)
    parser.add_argument("--data")
    parser.add_argument("--json")
    options = parser.parse_args()
    results = {"customers": options.customers}
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        data = options.data or make(options, folder)
        results["as it is" if options.data else "as imported"] = measure(options, data, "as it is" if options.data else "as imported")
        if not options.data:
            subprocess.run([options.ariane, "--data", data, "--quiet", "seal", "--all"], check=True, stdout=subprocess.DEVNULL)
            results["sealed"] = measure(options, data, "sealed")
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
