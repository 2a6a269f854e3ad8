"""Processes that the quickstart starts, and how it talks to them."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """Something that ends the quickstart; the text is for the user."""


class Process:
    """One child, its log in a file. Stopped by its process id, never by name."""

    def __init__(self, name, command, log):
        self.name, self.command, self.log = name, [str(part) for part in command], pathlib.Path(log)
        self.child = None

    def start(self):
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        return self

    def check(self):
        if self.child.poll() is not None:
            raise Failure(f"{self.name} ended with code {self.child.returncode}; its last words:\n{self.tail()}")

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """As a crash would: no chance to tidy up."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self, timeout=20):
        if self.child is None or self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()


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
