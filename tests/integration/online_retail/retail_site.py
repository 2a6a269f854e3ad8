"""Where the deciders of the test run: on a local log, or on a Kafka broker of the test's own."""

import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "quickstart.d"))

from processes import Failure, Process, progress, read_port, run, wait_for  # noqa: E402

BUNDLE = ROOT / "deploy" / "bundles" / "online_retail"
# The same on both logs: the name of the deployment is part of every decision.
PREFIX = "retail."
PARTITIONS = 8
INPUT = f"{PREFIX}signals.commercial.v1"
DECISIONS = f"{PREFIX}decisions.v1"
CHANGELOG = f"{PREFIX}decider.changelog.v1"
ACTIONS = [f"{PREFIX}actions.{channel}.v1" for channel in ("email", "task")]


class Site:
    """One deployment: its log is filled first, then its deciders run."""

    def __init__(self, folder, binaries):
        self.folder, self.bin = folder, binaries
        self.evenkeel = binaries / "evenkeel"
        self.deciders, self.configs = [], {}
        folder.mkdir(parents=True)

    def configure(self, name, log, workers, rate=None):
        limits = {"limits": {"records_per_second_max": rate}} if rate else {}
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps({
            "deployment": {"prefix": PREFIX},
            "log": {**log, "partition_count": PARTITIONS},
            "clock": {"mode": "event"},
            "channels": ["email", "task"],
            "bundles": {"is_unsigned_allowed": True},
            "engine": {"instance": name, "workers": workers, "state": {"directory": str(self.folder / name)}, **limits},
        }, indent=2))
        self.configs[name] = path

    def command(self, *arguments):
        return run([self.evenkeel, "--config", next(iter(self.configs.values())), *arguments])

    def lines(self, *arguments):
        """What a command prints, a JSON object a line, without keeping all of it."""
        command = [self.evenkeel, "--config", next(iter(self.configs.values())), *arguments]
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout:
                yield json.loads(line)
        if child.returncode != 0:
            raise Failure(f"{' '.join(map(str, command))} ended with code {child.returncode}")

    # --- what it does ---

    def fill(self, file):
        """Everything is in the log before the first decider starts."""
        self.command("topics", "create")
        self.command("bundle", "publish", BUNDLE)
        return json.loads(self.command("signals", "load", file, "--bundle", BUNDLE))

    def start(self):
        for name, path in self.configs.items():
            process = Process(name, [self.bin / "evenkeel-decider", "--config", path], self.folder / f"{name}.log")
            self.deciders.append(process.start())

    def pages(self):
        found = []
        for process in self.deciders:
            port = read_port(self.folder / process.name / "metrics.port")
            page = progress(port) if port else None
            if page:
                found.append(page[0])
        return found

    def applied(self):
        """Signals whose effects are committed; None while somebody does not answer."""
        pages = self.pages()
        if len(pages) < len(self.deciders):
            return None
        return sum(page["applied_offsets"].get(INPUT, 0) for page in pages)

    def wait_until(self, offset, timeout=600):
        """Until so many signals are committed. Offsets of Kafka count transactions, too."""
        return wait_for(f"offset {offset} of {INPUT}", lambda: (self.applied() or 0) >= offset, self.deciders, timeout, 0.02)

    def wait_idle(self, timeout=600):
        def idle():
            pages = self.pages()
            return (len(pages) == len(self.deciders) and all(page["idle"] for page in pages)
                    and sum(sum(page["tasks"].values()) for page in pages) == PARTITIONS)
        wait_for("the end of the input", idle, self.deciders, timeout)

    def kill(self):
        """As a crash of the machine would: all deciders, no chance to tidy up."""
        for process in self.deciders:
            process.kill()
            (self.folder / process.name / "metrics.port").unlink(missing_ok=True)

    def restart(self):
        for process in self.deciders:
            process.start()

    def stop_deciders(self):
        for process in self.deciders:
            process.stop()

    def stop(self):
        self.stop_deciders()

    # --- what came of it ---

    def payloads(self, topics):
        """How often each (id, digest of the payload) is in the topics."""
        found = collections.Counter()
        for topic in topics:
            for record in self.lines("topics", "dump", "--topic", topic, "--format", "digests"):
                found[record["headers"]["ce_id"], record["payload_sha256"]] += 1
        return found


class LocalSite(Site):
    """One decider with one worker, on the log of its own process."""

    def __init__(self, folder, binaries):
        super().__init__(folder, binaries)
        self.configure("decider", {"local": {"directory": str(folder / "log")}}, workers=1)


class KafkaSite(Site):
    """Two deciders with two workers each, on a real Apache Kafka."""

    def __init__(self, folder, binaries, rate):
        super().__init__(folder, binaries)
        self.broker = folder / "kafka"
        self.bootstrap = run([ROOT / "tools" / "kafka", "start", "-d", self.broker]).strip()
        log = {"kafka": {"bootstrap_servers": self.bootstrap}}
        for name in ("decider-a", "decider-b"):
            self.configure(name, log, workers=2, rate=rate)

    def kcat(self, isolation, *arguments):
        return run(["kcat", "-b", self.bootstrap, "-X", f"isolation.level=read_{isolation}", *arguments])

    def ends(self, topic, isolation):
        """Where each partition ends for a reader of this kind: behind an open transaction, or before it."""
        query = [part for row in range(PARTITIONS) for part in ("-t", f"{topic}:{row}:-1")]
        found = {}
        for line in self.kcat(isolation, "-Q", *query).splitlines():
            place, _, offset = line.partition(" offset ")
            found[int(place.split("[")[1].rstrip("]"))] = int(offset)
        return found

    def offsets(self, topic, isolation):
        """(partition, offset) of every record that a reader of this kind sees, ours or not."""
        out = self.kcat(isolation, "-C", "-e", "-q", "-o", "beginning", "-t", topic, "-f", "%p %o\n")
        return {tuple(map(int, line.split())) for line in out.splitlines()}

    def stop(self):
        super().stop()
        run([ROOT / "tools" / "kafka", "stop", "-d", self.broker])
