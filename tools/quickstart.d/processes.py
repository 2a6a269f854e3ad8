"""Processes that the quickstart starts, and how it talks to them."""

import fcntl
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """Something that ends the quickstart; the text is for the user."""


class Process:
    """One child, its log in a file. Stopped by its process id, never by name."""

    def __init__(self, name, command, log, pid_file=None):
        self.name, self.command, self.log, self.pid_file = name, [str(part) for part in command], pathlib.Path(log), pid_file
        self.child = self.ended = None

    def start(self):
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        if self.pid_file:
            self.pid_file.write_text(f"{self.child.pid}\n")
        return self

    def check(self):
        if self.child.poll() is not None:
            raise Failure(f"{self.name} ended with code {self.child.returncode}; its last words:\n{self.tail()}")

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """As a crash would: no chance to tidy up. Returns whom it hit."""
        self.child.send_signal(signal.SIGKILL)
        self.ended = self.child.wait()
        return self.child.pid

    def stop(self, timeout=20):
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.pid_file:
            self.pid_file.unlink(missing_ok=True)


def is_ours(pid, folder):
    """Whether the process is one that was started for the folder: ids are given out again."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return any(str(folder) in word for word in words)


def end_leftovers(pids, folder, timeout=20):
    """Stops what the pid files name, as far as it still is what they named."""
    for file in pids.glob("*") if pids.exists() else []:
        pid, deadline = int(file.read_text() or 0), time.monotonic() + timeout
        sent = None
        while pid and is_ours(pid, folder):
            wanted = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
            if sent != wanted:
                os.kill(pid, wanted)
                sent = wanted
            time.sleep(0.05)


def hold(path):
    """An open file that nobody else holds, for as long as the process lives; None: somebody does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "w")  # pylint: disable=consider-using-with
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def free_port():
    """A port below those that the system gives to callers, free now: so it is still free when who has it comes back."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def run(command, **kwargs):
    """Runs a command to its end and returns what it printed; a failure is the user's to read."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **kwargs)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}\nended with code {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


def get(url, timeout=5):
    """The body of a page, or None while nobody answers or it says 'not yet'."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, OSError):
        return None


def wait_for(what, condition, processes, timeout=120, interval=0.1):
    """Polls until `condition()` gives something. A process that ends meanwhile is an error."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        for process in processes:
            process.check()
        if time.monotonic() > deadline:
            raise Failure(f"{what}: nothing came of it in {timeout} s")
        time.sleep(interval)


def read_port(file):
    """The port that a process wrote into a file, or None as long as there is none."""
    try:
        text = pathlib.Path(file).read_text()
    except OSError:
        return None
    return int(text) if text.strip() else None


def progress(port):
    page = get(f"http://127.0.0.1:{port}/progress")
    return json.loads(page) if page else None


def metrics(port):
    """All samples of a scrape: {name{labels}: value}."""
    page = get(f"http://127.0.0.1:{port}/metrics") or ""
    samples = {}
    for line in page.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            samples[name] = float(value)
    return samples


def secret_file(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    return path
