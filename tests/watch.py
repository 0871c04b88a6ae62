"""Waiting for what happens, not for time to pass: changes below a folder, and the end of a process.

    with Watch(folder) as watch:
        process = subprocess.Popen(...)
        seen = watch.until(lambda: condition, process)

inotify tells of the files, a pidfd of the process, and poll waits for both.
"""
import ctypes
import os
import select
import struct
import time
from pathlib import Path

# linux/inotify.h
ACCESS, MODIFY, CLOSE_WRITE, OPEN, MOVED_TO, CREATE, IS_FOLDER = 0x1, 0x2, 0x8, 0x20, 0x80, 0x100, 0x40000000
EVERYTHING = ACCESS | MODIFY | CLOSE_WRITE | OPEN | MOVED_TO | CREATE
CHANGES = MODIFY | MOVED_TO | CREATE
HEAD = struct.Struct("iIII")  # watch, mask, cookie, bytes of the name
DEADLINE_S = 300  # a hang is a failure; a slow machine is not

LIBC = ctypes.CDLL(None, use_errno=True)


def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Watch:
    """Sees what happens in a folder and in the folders below it, those to come included."""

    def __init__(self, folder, mask=CHANGES):
        self.mask, self.folders, self.events = mask, {}, 0
        self.inotify = called(LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self.add(Path(folder))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self.inotify)

    def add(self, folder):
        """What is made in it before the watch stands is found by looking, also in its folders."""
        number = LIBC.inotify_add_watch(self.inotify, os.fsencode(folder), self.mask | CREATE | MOVED_TO)
        if number < 0:
            return  # gone already
        self.folders[number] = folder
        for below in list(folder.iterdir()):
            if below.is_dir() and not below.is_symlink():
                self.add(below)

    def read(self):
        try:
            got = os.read(self.inotify, 65536)
        except BlockingIOError:
            return
        at = 0
        while at < len(got):
            number, mask, _, name_bytes = HEAD.unpack_from(got, at)
            name = got[at + HEAD.size:at + HEAD.size + name_bytes].rstrip(b"\0")
            at += HEAD.size + name_bytes
            self.events += 1
            if mask & IS_FOLDER and mask & (CREATE | MOVED_TO) and number in self.folders:
                self.add(self.folders[number] / os.fsdecode(name))

    def until(self, condition, process, deadline_s=DEADLINE_S):
        """True when the condition holds, looked at after each event; False if the process ended
        first, which it must within the deadline."""
        end = time.monotonic() + deadline_s
        pidfd = os.pidfd_open(process.pid)
        try:
            poll = select.poll()
            poll.register(self.inotify, select.POLLIN)
            poll.register(pidfd, select.POLLIN)
            while not condition():
                ready = dict(poll.poll(max(end - time.monotonic(), 0) * 1000))
                if not ready:
                    raise TimeoutError(f"nothing happened in {deadline_s} s: {process.args}")
                if self.inotify in ready:
                    self.read()
                elif pidfd in ready:
                    return condition()
            return True
        finally:
            os.close(pidfd)
