"""Messages of a real Mosquitto: none lost, none doubled, whoever is killed; over TLS."""
import getpass
import json
import random
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading

from capture import Server, token
from serve import make_certificate
from tools import Skipped, equal, holds
from watch import EVERYTHING, Watch

MAPPING = {"version": 1, "activity": {"template": "State {state}"}, "time": "at", "message_id": "id", "channel": {"constant": "iot"},
           "customer": [{"type": "device", "column": "topic.1"}]}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    """Mosquitto on a port of its own, with its sessions in a folder."""

    def __init__(self, place, *more):
        if not shutil.which("mosquitto"):
            raise Skipped("no mosquitto")
        self.port, folder = free_port(), place.path / "broker"
        folder.mkdir()
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence true", f"persistence_location {folder}/",
                 "max_queued_messages 0", f"user {getpass.getuser()}", *more]
        self.file = place.file("mosquitto.conf", "\n".join([*lines, ""]).encode())
        self.start()

    def start(self):
        self.process = subprocess.Popen(["mosquitto", "-c", str(self.file)], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if line.rstrip().endswith("running"):
                break
        self.reader = threading.Thread(target=self.process.stderr.read)
        self.reader.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)  # it keeps what it has acknowledged
        self.process.wait(timeout=60)
        self.reader.join()


def text(words):
    return struct.pack("!H", len(words)) + words


def packet(kind, body):
    length, out = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        out += bytes([digit | (128 if length else 0)])
        if not length:
            return bytes([kind]) + out + body


class Publisher:
    """MQTT 3.1.1 as far as publishing with QoS 1 wants it; sends again what was not acknowledged."""

    def __init__(self, port, trust=None):
        self.port, self.trust, self.socket = port, trust, None

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket = self.trust.wrap_socket(plain, server_hostname="127.0.0.1") if self.trust else plain
        self.socket.sendall(packet(0x10, text(b"MQTT") + bytes([4, 2]) + struct.pack("!H", 60) + text(b"test")))
        equal(self.read(4)[:2], b"\x20\x02", "CONNACK")

    def read(self, count):
        got = b""
        while len(got) < count:
            more = self.socket.recv(count - len(got))
            if not more:
                raise ConnectionError("the broker is gone")
            got += more
        return got

    def publish(self, topic, payload, retain=False):
        while True:
            try:
                if self.socket is None:
                    self.connect()
                self.socket.sendall(packet(0x33 if retain else 0x32, text(topic.encode()) + struct.pack("!H", 7) + payload))
                equal(self.read(4), b"\x40\x02\x00\x07", "PUBACK")
                return
            except OSError:
                self.socket = None

    def close(self):
        self.socket.close()


def subscribed(place, folder, broker, *more):
    mapping = place.file("devices.json", json.dumps(MAPPING).encode())
    lines = ["[serve]", "listen = 127.0.0.1:0", "[mqtt machines]", "host = 127.0.0.1", f"port = {broker.port}",
             "topics = devices/+/state alarms/#", f"mapping = {mapping}", *more, ""]
    return Server(folder, ["--config", place.file("ariane.conf", "\n".join(lines).encode())])


def state(i):
    return json.dumps({"id": f"m{i}", "state": "on" if i % 2 else "off", "at": f"2026-03-14T10:{i // 60 % 60:02}:{i % 60:02}Z"}).encode()


def publish(broker, numbers):
    publisher = Publisher(broker.port)
    for i in numbers:
        publisher.publish(f"devices/d{i % 20}/state", state(i))
    publisher.close()


def stored(server, secret):
    return server.json("/api/v1/status", secret)["events"]


def wait_for(server, secret, count):
    """Asks and asks: nothing else tells when a snapshot is published."""
    for _ in range(10**6):
        if stored(server, secret) >= count:
            return
        equal(server.process.poll(), None, "it runs")


def events_of(folder):
    return folder("events", "--json", "--limit", "1000000").lines()


def check_messages_are_read_by_a_mapping(place):
    """Topic and body become an event; what is no JSON is counted; retained ones are passed over."""
    folder, broker = place.folder(), Broker(place)
    try:
        publisher = Publisher(broker.port)
        publisher.publish("devices/d1/state", state(99), retain=True)
        with subscribed(place, folder, broker) as server:
            secret = token(folder, "analyst")
            publisher.publish("devices/d1/other", state(98))
            for _ in range(10**6):  # until it has subscribed
                publisher.publish("devices/d1/state", state(1))
                if stored(server, secret) == 1:
                    break
            publisher.publish("alarms/a", b"{no json")
            publisher.publish("alarms/a/b", b'{"id":"x","state":"low","at":"2026-03-14T11:00:00Z"}')
            wait_for(server, secret, 2)
            shown = server.json("/api/v1/sources/machines", secret)
            equal((shown["accepted"], shown["rejected"]), (2, 1), shown)
        events = events_of(folder)
        equal([(e["activity"], e["channel"], e["identifiers"][0]) for e in events],
              [("State on", "iot", {"type": "device", "value": "d1"}), ("State low", "iot", {"type": "device", "value": "a"})])
        publisher.close()
    finally:
        broker.stop()


def check_messages_survive_kills(place):
    """Ariane is killed again and again, the broker restarted: each message is there once."""
    folder, broker, chance, rounds, count = place.folder(), Broker(place), random.Random(3), 4, 150
    try:
        server = subscribed(place, folder, broker)
        server.start()
        secret = token(folder, "analyst")
        for _ in range(10**6):  # until it has subscribed: before that the broker keeps nothing for it
            publish(broker, range(1))
            if stored(server, secret) == 1:
                break
        for n in range(rounds):
            sending = threading.Thread(target=publish, args=(broker, range(n * count, (n + 1) * count)))
            with Watch(place.path / "data", EVERYTHING) as watch:
                sending.start()
                goal = chance.randrange(1, 5)  # few: messages come in batches
                watch.until(lambda: watch.events >= goal, server.process)
            server.kill()
            if n == 2:
                broker.stop()
                broker.start()
            server.start()
            sending.join()
        wait_for(server, secret, rounds * count)
        server.__exit__()
        events = events_of(folder)
        equal((len(events), len({e["message_id"] for e in events})), (rounds * count, rounds * count), "once each")
    finally:
        broker.stop()


def check_messages_come_over_tls(place):
    """Only from a broker whose certificate fits, with a password."""
    if not shutil.which("openssl") or not shutil.which("mosquitto_passwd"):
        raise Skipped("no openssl or no mosquitto_passwd")
    for name in ("broker", "other"):
        make_certificate(place.path, name)
    passwords = place.file("passwords", b"ariane:hush\ntest:hush\n")
    subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
    secret, path = place.file("secret", b"hush\n"), place.path
    broker = Broker(place, f"certfile {path}/broker.pem", f"keyfile {path}/broker.key")
    folder = place.folder()
    try:
        trust = ssl.create_default_context(cafile=path / "broker.pem")
        for ca, works in (("other", False), ("broker", True)):
            with subscribed(place, folder, broker, f"ca = {path}/{ca}.pem", "user = ariane", f"password_file = {secret}") as server:
                if not works:
                    holds(server.log_line(), '"mqtt"', "mqtt-setup")
                    continue
                publisher, analyst = Publisher(broker.port, trust), token(folder, "analyst")
                for _ in range(10**6):  # until it has subscribed
                    publisher.publish("devices/d1/state", state(1))
                    if stored(server, analyst) == 1:
                        break
                publisher.close()
    finally:
        broker.stop()
