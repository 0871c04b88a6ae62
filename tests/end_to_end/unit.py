"""examples/ariane.service: what it says is understood, and the server lives within the system calls that it leaves."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from doors import Server, filled, token
from tools import ARIANE, ROOT, Skipped, equal

UNIT = ROOT / "examples/ariane.service"
LIBSECCOMP = "libseccomp.so.2"
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000  # seccomp.h
NO_SUCH_CALL = -1
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE = 38, 65  # prctl.h
PATIENCE = 60  # seconds


def needs_systemd():
    if shutil.which("systemd-analyze") is None:
        raise Skipped("systemd-analyze is not installed")


def settings(name):
    return [line.split("=", 1)[1].strip() for line in UNIT.read_text().splitlines() if line.startswith(name + "=")]


def calls_of(group):
    """The system calls of a group, those of the groups within it too."""
    told = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", group], capture_output=True, text=True, check=True)
    calls = set()
    for word in (line.strip() for line in told.stdout.splitlines()[1:]):
        if word.startswith("@"):
            calls |= calls_of(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


def allowed_calls():
    """As systemd.exec(5) reads SystemCallFilter: the first line says whether it is a list of what is allowed."""
    calls = calls_of("@default")
    for line in settings("SystemCallFilter"):
        is_denied = line.startswith("~")
        named = set()
        for word in line.lstrip("~").split():
            named |= calls_of(word) if word.startswith("@") else {word}
        calls = calls - named if is_denied else calls | named
    if os.geteuid() == 0:
        calls.add("fchown")  # SQLite, as root alone; the unit has a user of its own
    return calls


def confined(calls):
    """What the child does before it becomes the server: as systemd does, whoever calls another call dies."""
    seccomp = ctypes.CDLL(LIBSECCOMP)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    numbers = [seccomp.seccomp_syscall_resolve_name(name.encode()) for name in sorted(calls)]
    libc = ctypes.CDLL(None)

    def before():
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if settings("MemoryDenyWriteExecute") == ["yes"]:
            libc.prctl(PR_SET_MDWE, 1, 0, 0, 0)  # kernels before 6.3 know it not
        rules = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(KILL_PROCESS)))
        for number in numbers:
            if number != NO_SUCH_CALL:
                seccomp.seccomp_rule_add_array(rules, ctypes.c_uint32(ALLOW), number, 0, None)
        if seccomp.seccomp_load(rules) != 0:
            os._exit(99)
    return before


class Confined(Server):
    """The server as its unit starts it: its system calls, and the socket that it notifies."""

    def __init__(self, folder, place):
        at = str(place.path / "notify")
        # The leak sanitizer of test builds looks from a process of its own, which no unit allows.
        more = {"NOTIFY_SOCKET": at, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        super().__init__(folder, env=more, before=confined(allowed_calls()))
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.settimeout(PATIENCE)
        self.told.bind(at)

    def notified(self):
        return self.told.recv(4096).decode().split("\n")[0]

    def __exit__(self, *_):
        super().__exit__()
        self.told.close()


def check_systemd_understands_the_unit(place):
    needs_systemd()
    unit = place.path / "ariane.service"
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/ariane", str(Path(ARIANE).resolve())))
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    said = [line for line in told.stderr.splitlines() if "ariane.service" in line]
    equal((told.returncode, said), (0, []), told.stderr)


def check_the_server_lives_within_its_unit(place):
    needs_systemd()
    folder = filled(place)
    with Confined(folder, place) as server:
        equal(server.notified(), "READY=1", "ready when it listens")
        administrator, analyst = token(folder, "administrator"), token(folder, "analyst")
        for path in ("/api/v1/status", "/api/v1/journey/map", "/api/v1/journey/frictions", "/api/v1/journey/variants"):
            equal(server.ask("GET", path, analyst).status, 200, path)
        equal(server.ask("POST", "/api/v1/seal", administrator, {}).status, 200, "what writes")
        equal(server.ask("GET", "/api/v1/export", token(folder, "privacy-officer")).status, 200, "what tells everything")
        server.process.send_signal(signal.SIGHUP)
        equal(server.notified(), "RELOADING=1", "it says that it reads its configuration again")
        equal(server.notified(), "READY=1", "and that it has")
        equal(server.ask("GET", "/healthz").status, 200, "and goes on")
        server.process.send_signal(signal.SIGTERM)
        equal(server.notified(), "STOPPING=1", "it says that it ends")
