"""What the quickstart shows of a running world: figures as they rise, and what it was worth."""

import os
import re
import subprocess
import sys
import textwrap
import time

OWN_WORDS = {"NO_ACTION": "nothing"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def by_label(samples, name, label):
    """Sums of a counter by one of its labels."""
    found = {}
    for sample, value in samples.items():
        if sample.startswith(name + "{"):
            labels = dict(part.split("=", 1) for part in sample[len(name) + 1:-1].split(","))
            key = labels[label].strip('"')
            found[key] = found.get(key, 0) + int(value)
    return found


def listed(counts):
    """The largest first."""
    return ", ".join(f"{count:,} {OWN_WORDS.get(name, name)}"
                     for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))) or "none"


class Customers:
    """How many the world has spoken of so far."""

    NAME = re.compile(rb'"customer": ?"([^"]+)"')

    def __init__(self, path):
        self.path, self.position, self.names = path, 0, set()

    def count(self):
        if self.path.exists():
            with open(self.path, "rb") as file:
                file.seek(self.position)
                text = file.read()
            whole = text[:text.rfind(b"\n") + 1]
            self.position += len(whole)
            self.names.update(self.NAME.findall(whole))
        return len(self.names)


def figures(world, customers):
    """Lines of what there is so far. What is done with decisions is their verdict; what they are about, their action."""
    samples, page = world.samples(), world.whole_progress()
    signals = by_label(samples, "evenkeel_signals_total", "family")
    decided = by_label(samples, "evenkeel_decisions_total", "action")
    verdicts = by_label(samples, "evenkeel_decisions_total", "verdict")
    calls = by_label(samples, "evenkeel_executor_calls_total", "outcome")
    value = sum(by_label(samples, "evenkeel_expected_value_total", "verdict").values())
    out = sum(verdicts.get(name, 0) for name in ("execute", "task", "released"))
    signals.pop("receipt", 0)  # What deciders have taken in; written were more, as long as their time stands.
    receipts = by_label(samples, "evenkeel_engine_outputs_total", "application").get("executor", 0)
    return [
        f"day {world.day()}: {sum(signals.values()):,} signals of {customers.count():,} customers",
        f"  {sum(decided.values()):,} decisions: {listed(decided)}",
        f"  {out:,} actions went out, expected to be worth {value:+,} EUR; {calls.get('done', 0):,} executed, {receipts:,} receipts; "
        f"{page.get('open_approvals', 0):,} wait for approval, {verdicts.get('withheld', 0):,} held out",
    ]


class Summary:
    """Some lines of figures, drawn over themselves on a terminal, else now and then."""

    def __init__(self, world):
        self.world, self.customers, self.terminal = world, Customers(world.events), sys.stderr.isatty()
        self.interval = 0.5 if self.terminal else 10
        self.next, self.drawn = time.monotonic(), 0

    def __call__(self):
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.interval
        self.draw()

    def say(self, text):
        """Something that stays, between the figures."""
        self.drawn = 0
        say(text)

    def draw(self):
        lines = figures(self.world, self.customers)
        if self.terminal:
            lines = [part for line in lines for part in textwrap.wrap(line, terminal_width() - 1, subsequent_indent="    ",
                                                                      replace_whitespace=False)]
        over = f"\033[{self.drawn}A\r\033[J" if self.terminal and self.drawn else ""
        self.drawn = len(lines)
        say(over + "\n".join(lines))


def terminal_width():
    try:
        return max(40, os.get_terminal_size(sys.stderr.fileno()).columns)
    except OSError:
        return 120


def value(world):
    """What all this was worth, by the one who knows the truth; the losses, too."""
    print("\n=== What it was worth, by the simulator, which knows what each customer would have done without ===")
    done = subprocess.run([str(world.bin / "evenkeel-simulator"), "value", "--journal", str(world.journal)],
                          capture_output=True, text=True, check=False)
    print(done.stdout.strip() or done.stderr.strip())
