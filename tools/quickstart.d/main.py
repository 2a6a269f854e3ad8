#!/usr/bin/env python3
"""The quickstart once everything is built: starts, loads, shows, and with --check judges."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

import show
from processes import Failure
from world import EmbeddedWorld, KafkaWorld

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT_CHANNELS = ["email", "sms", "push"]


def arguments():
    parser = argparse.ArgumentParser(prog="tools/quickstart", description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--kafka", action="store_true", help="two deciders and an executor on a real Apache Kafka")
    parser.add_argument("--check", action="store_true", help="a bounded run with crashes; ends with one JSON line")
    parser.add_argument("--trial", action="store_true", help="a small world for --check: the bounds on numbers do not apply")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated world")
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--fail-rate", type=float, default=0.05, help="share of calls that the webhook target fails")
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "var" / "quickstart",
                        help="where everything it makes goes; emptied at the start")
    options = parser.parse_args()
    if options.trial:
        options.customers, options.days = 300, 30
    return options


class Crashes:
    """Kills each victim once, at its share of the way, while the load goes on."""

    def __init__(self, world, signals):
        self.world, self.signals = world, signals
        victims = world.victims()
        self.plan = [((i + 1) / (len(victims) + 1), victim) for i, victim in enumerate(victims)]

    def __call__(self):
        if not self.plan:
            return
        done = sum(value for name, value in self.world.samples().items() if name.startswith("evenkeel_signals_total"))
        share, victim = self.plan[0]
        if done < share * self.signals:
            return
        self.plan.pop(0)
        show.say(f"kill -9 of {victim.name} after {int(done):,} signals; it starts again")
        self.world.restart(victim)


def check(world, options):
    """Dumps the log and lets tools/check_world, which knows nothing of us, judge. Returns its exit code."""
    prefix = "evenkeel."
    topics = sorted(line.split(":")[0] for line in world.command("topics", "list").splitlines())
    wanted = [t for t in topics if any(part in t for part in (".signals.", ".decisions.", ".actions.", ".receipts.", ".approvals.",
                                                             ".journal.")) or t.endswith(".dlq")]
    dumps = [world.dump(topic) for topic in wanted]
    command = [ROOT / "tools" / "check_world", "--events", world.events, "--dump", *dumps, "--journal", world.journal,
               "--policy", ROOT / "tools" / "check_world.d" / "policies" / "demo.json", "--prefix", prefix, "--complete",
               "--webhook-channels", *KEPT_CHANNELS, "task",
               "--min-no-action", "0.3", "--max-no-action", "0.95"]
    if not options.trial:
        command += ["--min-signals", "100000", "--min-executed", "500"]
    if options.kafka:
        command += ["--kcat", *[world.kcat(t) for t in (f"{prefix}decisions.v1", f"{prefix}receipts.v1",
                                                         *[f"{prefix}actions.{c}.v1" for c in KEPT_CHANNELS])]]
    return subprocess.run([str(part) for part in command], check=False).returncode


def main():
    options = arguments()
    shutil.rmtree(options.dir, ignore_errors=True)
    options.dir.mkdir(parents=True)
    kind = KafkaWorld if options.kafka else EmbeddedWorld
    world = kind(options.dir, options.build / "bin", ROOT / "deploy" / "bundles" / "demo", options)
    begun = time.monotonic()
    try:
        figures = json.loads(world.generate())
        show.say(f"a world of {figures['customers']:,} customers over {figures['days']} days: {figures['lines']:,} events")
        world.prepare()
        show.say("running: " + ", ".join(process.name for process in world.started))
        meanwhile = show.Summary(world)
        crashes = Crashes(world, figures["events"]) if options.check else (lambda: None)

        def turn():
            crashes()
            meanwhile()
        world.load(turn)
        world.wait_idle(turn)
        meanwhile.last()
        show.say(f"everything was processed after {time.monotonic() - begun:.0f} s")
        if options.check:
            if crashes.plan:
                raise Failure("the load was over before every crash had happened")
            return check(world, options)
        show.story(world)
        show.hints(world)
        while True:
            time.sleep(1)
            for process in world.started:
                process.check()
    except KeyboardInterrupt:
        show.say("stopping")
        return 0
    finally:
        world.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        sys.exit(1)
