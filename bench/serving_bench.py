#!/usr/bin/env python3
"""What serve_bench.c does not see: how soon an acknowledged event is visible, and what idle connections cost.

    bench/serving_bench.py [--ariane PATH] [--events 1000] [--rate 50] [--connections 5000] [--streams 5000] [--json FILE]

Visible: an event is sent, and from the moment when its acknowledgement was read the customer's thread is asked for,
again and again over one connection, until the event is in it: so the time includes that of the answer itself.
Before each, another customer's thread is read, which tells what an answer costs alone.  Idle: connections that have
asked once and stay open; memory and descriptors of the server before and with them.  Streams: the same of those who
listen to what changes (/api/v1/live), and how long it takes until an event has been told to every one of them."""
# smoke: --events 50 --connections 200 --streams 200
import argparse
import http.client
import json
import os
import re
import resource
import select
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class Server:
    def __init__(self, program, data):
        ask = lambda *words: subprocess.run([program, "--data", data, "--quiet", *words], check=True, capture_output=True,  # noqa: E731
                                            text=True).stdout.strip()
        self.key, self.token = ask("key", "create", "--source", "bench"), ask("token", "create", "--role", "analyst")
        self.process = subprocess.Popen([program, "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.port = int(re.search(r":(\d+)\s*$", self.process.stdout.readline())[1])

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def memory_kb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=120)


def quantile(times, q):
    return sorted(times)[min(len(times) - 1, int(len(times) * q))]


def thread_of(server, connection, user):
    """How many events it has; 0 if nobody knows him."""
    connection.request("GET", f"/api/v1/customers/user_id:{user}/thread", headers={"Authorization": f"Bearer {server.token}"})
    answer = connection.getresponse()
    lines = answer.read().count(b"\n")  # also of a 404, or the connection is lost
    return lines if answer.status == 200 else 0


def send(server, connection, user, n):
    body = json.dumps({"event": "Seen", "userId": user, "messageId": f"m{n}"})
    connection.request("POST", f"/v1/track?writeKey={server.key}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status


def measure_visible(server, events, rate):
    sender, reader, visible, alone = server.connect(), server.connect(), [], []
    pause = select.poll()  # nothing registered: it waits
    send(server, sender, "other", -1)
    while thread_of(server, reader, "other") == 0:
        pass
    for n in range(events):
        began = time.perf_counter()
        thread_of(server, reader, "other")
        alone.append((time.perf_counter() - began) * 1000)
        send(server, sender, f"u{n}", n)
        acknowledged = time.perf_counter()
        while thread_of(server, reader, f"u{n}") == 0:
            pass
        visible.append((time.perf_counter() - acknowledged) * 1000)
        pause.poll(1000 / rate)
    return visible, alone


def measure_idle(server, connections):
    before = server.memory_kb(), server.descriptors()
    held = []
    for _ in range(connections):
        s = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        s.sendall(REQUEST)
        assert s.recv(65536).startswith(b"HTTP/1.1 200")
        held.append(s)
    after = server.memory_kb(), server.descriptors()
    for s in held:
        s.close()
    return (after[0] - before[0]) / connections, after[1] - before[1]


def read_epoch(stream):
    """What the stream sent, up to the end of what it told of the state."""
    seen = b""
    while not re.search(rb"event: epoch\ndata: [^\n]*\n\n|^HTTP/1.1 [^2]", seen):
        more = stream.recv(65536)
        assert more, f"the stream ended: {seen!r}"
        seen += more
    return seen


def measure_streams(server, streams):
    """(KB each, seconds until all were told of one event)"""
    before, held = server.memory_kb(), []
    request = f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
    for _ in range(streams):
        s = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        s.sendall(request)
        assert read_epoch(s).startswith(b"HTTP/1.1 200")  # one by one: all at once are told to come again
        held.append(s)
    kb = (server.memory_kb() - before) / streams
    sender = server.connect()
    began = time.perf_counter()
    send(server, sender, "told", "told")
    for s in held:
        read_epoch(s)
    told = time.perf_counter() - began
    for s in held:
        s.close()
    return kb, told


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ariane", default=str(ROOT / "build/release/ariane"))
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--streams", type=int, default=5000)
    parser.add_argument("--json")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        server = Server(options.ariane, folder + "/data")
        try:
            visible, alone = measure_visible(server, options.events, options.rate)
            kb, descriptors = measure_idle(server, options.connections)
            stream_kb, told = measure_streams(server, options.streams)
            assert server.stop() == 0
        finally:
            server.process.kill()  # of one that has stopped nothing is left to kill
    result = {"load": os.getloadavg()[0], "events": len(visible), "within_50_ms": sum(t <= 50 for t in visible) / len(visible)}
    for name, times in (("visible_ms", visible), ("answer_alone_ms", alone)):
        result[name] = {str(q): round(quantile(times, q), 2) for q in (0.5, 0.9, 0.99, 0.999, 1)}
        print(f"{name:16}", "  ".join(f"{q}: {v}" for q, v in result[name].items()))
    result["idle"] = {"connections": options.connections, "kb_each": round(kb, 2), "descriptors": descriptors}
    print(f"within 50 ms     {result['within_50_ms']:.4f} of {len(visible)}, load {result['load']:.1f}")
    print(f"idle             {options.connections} connections: {kb:.2f} KB and {descriptors / options.connections:.2f} descriptors each")
    result["streams"] = {"count": options.streams, "kb_each": round(stream_kb, 2), "all_told_s": round(told, 3)}
    print(f"streams          {options.streams}: {stream_kb:.2f} KB each; one event told to all in {told:.3f} s")
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
