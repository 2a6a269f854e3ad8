#!/usr/bin/env python3
"""The quickstart once everything is built: a world in a loop with Evenkeel, shown, and with --check judged."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time

import hints
import people
import show
import story
from processes import Failure
from config import CHANNELS
from world import PREFIX, EmbeddedWorld, KafkaWorld, clear

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="tools/quickstart", description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--kafka", action="store_true",
                        help="ingest, two deciders, executor and console as processes on a real Apache Kafka")
    parser.add_argument("--check", action="store_true", help="a bounded run with crashes; ends with one JSON line")
    parser.add_argument("--trial", action="store_true", help="a small world for --check: the bounds on numbers do not apply")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated world")
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--days", type=int, help="of the simulated world (default: 60, with --check 90)")
    parser.add_argument("--days-per-second", type=float, default=3, help="how fast the world goes, without --check")
    parser.add_argument("--fail-share", type=float, default=0.05, help="share of calls that the simulated target fails")
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "var" / "quickstart",
                        help="where everything it makes goes; emptied at the start")
    options = parser.parse_args()
    options.dir = options.dir.resolve()
    options.days = options.days or (90 if options.check else 60)
    if options.trial:
        options.customers, options.days = 300, 30
    return options


class Crashes:
    """Kills each victim once, at its share of the way, while the world goes on."""

    def __init__(self, world, days, say):
        self.world, self.say = world, say
        victims = world.victims()
        self.plan = [(days * (i + 1) // (len(victims) + 1), victim) for i, victim in enumerate(victims)]

    def __call__(self):
        if self.plan and self.world.day() >= self.plan[0][0]:
            day, victim = self.plan.pop(0)
            self.say(f"kill -9 of {victim.name} on day {day}; it starts again")
            self.world.kill(victim)


def check(world, options):
    """Dumps the log and lets tools/check_world, which knows nothing of us, judge. Returns its exit code."""
    topics = sorted(line.split(":")[0] for line in world.command("topics", "list").splitlines())
    parts = (".signals.", ".decisions.", ".actions.", ".approvals.", ".receipts.", ".journal.")
    dumps = [world.dump(topic) for topic in topics if any(part in topic for part in parts) or topic.endswith(".dlq")]
    command = [ROOT / "tools" / "check_world", "--events", world.events, "--run", world.journal, "--dump", *dumps,
               "--policy", ROOT / "tools" / "check_world.d" / "policies" / "demo.json", "--prefix", PREFIX, "--complete",
               "--webhook-channels", *CHANNELS, "--min-no-action", "0.3", "--max-no-action", "0.95", "--kills", world.kills,
               "--min-kills", *[f"{victim.name.split('-')[0]}=1" for victim in world.victims()]]
    if not options.trial:
        command += ["--min-signals", "100000", "--min-executed", "500", "--min-released", "5", "--min-rejected", "5",
                    "--min-expired", "5", "--min-tasks", "20", "--min-proposer", "20", "--proposers", "retention/1",
                    "service_recovery/1"]
    if options.kafka:
        command += ["--kcat", *[world.kcat(f"{PREFIX}{topic}.v1") for topic in (
            "decisions", "receipts", "approvals.requests", "approvals.verdicts", *[f"actions.{c}" for c in CHANNELS])]]
    return subprocess.run([str(part) for part in command], check=False).returncode


def judged(world, options):
    """The world to its end, with crashes and with people who answer; then the judge."""
    begun = time.monotonic()
    meanwhile = show.Summary(world)
    crashes = Crashes(world, options.days, meanwhile.say)
    reviewer = people.Reviewer(world.api_port, world.people_file()).start()

    def turn():
        crashes()
        meanwhile()
    try:
        world.run_to_the_end(turn)
        world.wait_idle(meanwhile)
    finally:
        reviewer.stop()
    meanwhile.draw()
    show.say(f"{options.days} days were over after {time.monotonic() - begun:.0f} s; "
             f"{len(reviewer.answered)} requests for approval were answered")
    for error, count in reviewer.errors.items():
        show.say(f"  {count} times a person was told: {error}")
    if crashes.plan:
        raise Failure("the world was over before every crash had happened")
    return check(world, options)


def shown(world):
    meanwhile = show.Summary(world)
    world.run_to_the_end(meanwhile)
    world.wait_idle(meanwhile)
    meanwhile.draw()
    cast = hints.Cast(world)
    if cast.told:
        story.story(world, cast.told)
    show.value(world)
    world.tell()
    print(hints.hints(world, cast), flush=True)
    supervise(world)


def supervise(world):
    """Starts again what is killed, as whatever runs services does; who ends by itself again and again has a problem."""
    falls = {}
    while True:
        time.sleep(0.1)
        world.simulator.check()
        for service in world.services:
            if service.child.poll() is None:
                continue
            recent = falls.setdefault(service.name, [])
            recent[:] = [at for at in recent if at > time.monotonic() - 20] + [time.monotonic()]
            if len(recent) > 3:
                service.check()
            show.say(f"{service.name} ended with code {service.child.returncode}; it starts again")
            world.again(service)


def stop_as_by_hand(_number, _frame):
    raise KeyboardInterrupt


def main():
    options = arguments()
    # A terminal that is closed ends it, too; what it has started must not stay.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_as_by_hand)
    held = clear(options.dir)
    kind = KafkaWorld if options.kafka else EmbeddedWorld
    world = kind(options.dir, options.build / "bin", ROOT / "deploy" / "bundles" / "demo", options)
    try:
        world.prepare()
        show.say(f"{options.customers:,} simulated customers over {options.days} days; running: "
                 + ", ".join(process.name for process in world.started))
        return judged(world, options) if options.check else shown(world)
    except KeyboardInterrupt:
        show.say("stopping")
        return 0
    finally:
        world.stop()
        held.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        sys.exit(1)
