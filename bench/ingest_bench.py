#!/usr/bin/env python3
"""The same calls taken in by Ariane over HTTP, and by PostgreSQL with a COPY for each batch: the same events in the end?

    bench/ingest_bench.py [--ariane PATH] [--events 200000] [--connections 8] [--times 3] [--json FILE]

R2 (`ariane demo --workload calls`, about 490 bytes each), batches of 100, each connection with one under way; one batch in ten
is sent a second time, as SDKs do that heard no answer.  What each does until it acknowledges a batch:

    ariane       POST /v1/batch: parsed, checked, told apart, identified, in thread order, synced
    postgresql   COPY into a temporary table, INSERT ... ON CONFLICT (message_id) DO NOTHING into (message_id, customer, time,
                 event, jsonb), commit, synced; no HTTP before it, no customers behind it: what stands under a service that
                 somebody would write

In turns, each time on a fresh folder.  The program ends with 1 if they do not have the same number of events.  Without
Debian's postgresql it says so and ends with 77."""
# smoke: --events 2000 --times 1
import argparse
import base64
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BATCH, SKIPPED = 100, 77
TABLES = """
create table events (message_id text primary key, customer text, time timestamptz, event text, whole jsonb);
create index events_of on events (customer, time);
"""
TAKE = """begin;
create temp table batch (whole jsonb) on commit drop;
copy batch from stdin with (format csv, delimiter e'\\x01', quote e'\\x02');
{}
\\.
insert into events select whole->>'messageId', coalesce(whole->>'userId', whole->>'anonymousId'),
    (whole->>'timestamp')::timestamptz, whole->>'event', whole from batch on conflict do nothing;
commit;
\\echo taken
"""


def batches_of(path):
    """Lists of lines; every tenth once more, behind the one after it."""
    lines, out = path.read_text().splitlines(), []
    for i in range(0, len(lines), BATCH):
        out.append(lines[i:i + BATCH])
    again = out[::10]
    for n, batch in enumerate(again):
        out.insert(min(len(out), n * 11 + 2), batch)
    return len(lines), out


def share(work, count):
    """Threads, each with its share; the first error of any is raised here."""
    errors = []

    def one(part):
        try:
            work(part)
        except Exception as error:  # noqa: BLE001: told below
            errors.append(error)
    threads = [threading.Thread(target=one, args=(part,)) for part in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]


def cpu_of(process):
    """Seconds of the server's processors, of its ended children too; not those of whoever feeds it."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


# ---- Ariane


def by_ariane(options, batches, folder):
    ask = lambda *words: subprocess.run([options.ariane, "--data", folder + "/data", "--quiet", *words], check=True,  # noqa: E731
                                        capture_output=True, text=True).stdout.strip()
    key = ask("key", "create", "--source", "bench")
    server = subprocess.Popen([options.ariane, "--data", folder + "/data", "serve", "--listen", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(re.search(r":(\d+)\s*$", server.stdout.readline())[1])
    head = f"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {base64.b64encode(f'{key}:'.encode()).decode()}\r\n"
    requests = []
    for batch in batches:
        body = ('{"batch":[' + ",".join(batch) + "]}").encode()
        requests.append((head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)

    def send(part):
        with socket.create_connection(("127.0.0.1", port), timeout=120) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests[part::options.connections]:
                s.sendall(request)
                answer = b""
                while not whole(answer):
                    more = s.recv(65536)
                    assert more, "the server closed the connection"
                    answer += more
                assert answer.startswith(b"HTTP/1.1 200"), answer
    try:
        before, began = cpu_of(server), time.perf_counter()
        share(send, options.connections)
        took, cpu = time.perf_counter() - began, cpu_of(server) - before
        server.terminate()
        assert server.wait(timeout=600) == 0
    finally:
        server.kill()
    return took, cpu, json.loads(ask("status", "--json"))["events"]


def whole(answer):
    head, found, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(found) and len(body) >= int(length[1])


# ---- PostgreSQL


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    return Path(found[-1]).parent if found else None


def by_postgresql(options, batches, folder):
    bin_, data = programs(), folder + "/pg"
    who = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}  # it refuses to run as root
    os.mkdir(data)
    if who:
        os.chmod(folder, 0o755)
        os.chown(data, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    run = lambda *words: subprocess.run([str(w) for w in words], check=True, cwd=data, stdout=subprocess.DEVNULL,  # noqa: E731
                                        stderr=subprocess.DEVNULL, **who)
    run(bin_ / "initdb", "-D", data, "--auth=trust", "--encoding=UTF8", "--locale=C")
    server = subprocess.Popen([str(bin_ / "postgres"), "-D", data, "-k", data, "-c", "listen_addresses=", "-c", "shared_buffers=1GB",
                               "-c", "max_wal_size=4GB"], cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who)
    try:
        return feed_postgresql(options, batches, data, server, who)
    finally:
        server.send_signal(signal.SIGINT)  # "fast": without waiting for clients
        server.wait(timeout=120)


def feed_postgresql(options, batches, data, server, who):
    bin_ = programs()
    psql = [str(bin_ / "psql"), "-h", data, "-d", "postgres", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    deadline = time.monotonic() + 60
    while subprocess.run([str(bin_ / "pg_isready"), "-h", data, "-t", "5"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        assert time.monotonic() < deadline and server.poll() is None, "PostgreSQL does not start"
    ask = lambda text: subprocess.run(psql, input=text, check=True, capture_output=True, text=True, **who).stdout.strip()  # noqa: E731
    ask(TABLES)
    texts = [TAKE.format("\n".join(batch)) for batch in batches]

    def send(part):
        with subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **who) as client:
            for text in texts[part::options.connections]:
                client.stdin.write(text)
                client.stdin.flush()
                assert client.stdout.readline() == "taken\n"
            client.stdin.close()
    before, began = cpu_of(server), time.perf_counter()
    share(send, options.connections)
    took, events = time.perf_counter() - began, int(ask("select count(*) from events"))
    return took, cpu_of(server) - before, events  # those who answered have ended: they are among its children


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ariane", default=str(ROOT / "build/release/ariane"))
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--times", type=int, default=3, help="runs of each, in turns; medians are told")
    parser.add_argument("--json")
    options = parser.parse_args()
    if programs() is None:
        print("skipped: Debian's postgresql is not installed")
        return SKIPPED
    results = {"ariane": [], "postgresql": []}
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        calls = Path(folder) / "calls.jsonl"
        subprocess.run([options.ariane, "demo", "--workload", "calls", "--events", str(options.events), "--customers",
                        str(max(1, options.events // 10)), "--out", str(calls)], check=True, stdout=subprocess.DEVNULL)
        count, batches = batches_of(calls)
        print(f"{count:,} calls, {calls.stat().st_size / count:.0f} bytes each, {len(batches)} batches, load {os.getloadavg()[0]:.1f}")
        for _ in range(options.times):
            for who, take in (("ariane", by_ariane), ("postgresql", by_postgresql)):
                own = tempfile.mkdtemp(dir=folder)
                os.chmod(folder, 0o755)
                took, cpu, events = take(options, batches, own)
                shutil.rmtree(own)
                print(f"  {who:11} {count / took:9,.0f} events/s  {cpu / count * 1e6:6.1f} s CPU a million  {events:,} events", flush=True)
                if events != count:
                    sys.exit(f"{who} has {events} events, {count} were sent")
                results[who].append((count / took, cpu / count * 1e6))
    medians = {who: [statistics.median(r[k] for r in runs) for k in (0, 1)] for who, runs in results.items()}
    ours, theirs = medians["ariane"], medians["postgresql"]
    print(f"medians of {options.times}: ariane {ours[0]:,.0f} events/s, postgresql {theirs[0]:,.0f}: {ours[0] / theirs[0]:.1f} times; "
          f"CPU {ours[1]:.1f} and {theirs[1]:.1f} s a million")
    if options.json:
        Path(options.json).write_text(json.dumps(medians, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
