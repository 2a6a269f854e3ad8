#!/usr/bin/env python3
"""Runs every command block of a page, in order, in one shell, in a copy of the checkout.

usage: pages_test.py CHECKOUT BINARIES PAGE...
       pages_test.py --until TEXT COMMAND...

Blocks marked norun="reason" are left out: at most one of a page. `tools/quickstart` is not built anew here:
the copy is given the programs that were built, and a smaller world, so that it takes a minute.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```sh([^\n]*)\n(.*?)^```$", re.S | re.M)
FIGURE = re.compile(r"\b(?:evenkeel|grpc_server|process)_[a-z_]+\b")
SHOWN = re.compile(r"^# TYPE (\S+) ", re.M)
# The page that has every figure: of a process of each kind, and those that are shown only once something went wrong.
OPERATIONS = "docs/operations.md"
# What the commands of a page must have printed, besides ending well.
WANTED = {
    "README.md": ["until Ctrl-C", "=== One customer", '"customer_id": "ada"', '"action": "dunning_reminder"', "no_customer"],
    OPERATIONS: ["44 topics are as they should be", "evenkeel-decider", "evenkeel-console", "\n60\n", "no_customer",
                 "evenkeel_signals_tolerated_total"],
    "docs/executors.md": ["create_case for ada, because of overdue_tickets", "RECEIPT_STATUS_DONE", "InvalidSignature()", "DecodeError('Error parsing message')", "callback for emil",
                          '"other_clock"', '"kill_switch"'],
    "docs/producers.md": ["payment_failed", '"ticket_id":"T-1"', '"ticket_id":"T-2"', "from Java: evenkeel.signals.support.v1@", '"repeated":true', "no_customer", "written 500",
                          "repeated 500", '"signals": 2', 'evenkeel_ingest_events_total{result="repeated"} 501'],
    "docs/queries.md": ['"idle": true', '"feature":"failed_payments_30d"', '"customerId":"nobody","errorCode":5,"errorReason":"CUSTOMER_UNKNOWN"', 'there is no action \\"discount_52\\"', "evenkeel.v1.ScoreService",
                        '"isHypothetical":true', '"is_hypothetical":true', "dunning_reminder", '"not_found"', "belongs to another query",
                        "ada leaves within 90 days: 18.2 %", "+1.80 failed_payments_30d", '"VERDICT_APPROVED"',
                        '"verdict":"DECISION_VERDICT_RELEASED","progress":{', '"receiptStatus":"done"', '"already_exists"',
                        "channel:sms", '"operator"', '"unauthenticated"'],
}
QUICKSTART = "/usr/bin/python3 tools/quickstart.d/main.py --build build/release"
KEPT = ("docs", "deploy", "tools", "proto")


def blocks(page, text):
    found = [(mark.strip(), body) for mark, body in BLOCK.findall(text)]
    others = len(re.findall(r"^```", text, re.M)) // 2 - len(found)
    if others:
        raise SystemExit(f"{page} has {others} fenced blocks that are not sh: a test cannot tell what they promise")
    skipped = [mark for mark, _ in found if mark]
    for mark in skipped:
        if not re.fullmatch(r'norun="[^"]{10,}"', mark):
            raise SystemExit(f"{page}: a block is marked {mark}: say norun=\"reason\"")
    if len(skipped) > 1:
        raise SystemExit(f"{page}: {len(skipped)} blocks are not run; at most one may be")
    return [body for mark, body in found if not mark], len(skipped)


def copy_of(checkout, binaries, folder):
    copy = pathlib.Path(folder) / "evenkeel"
    for part in KEPT:
        shutil.copytree(checkout / part, copy / part)
    (copy / "build" / "release").mkdir(parents=True)
    (copy / "build" / "release" / "bin").symlink_to(binaries)
    return copy


def run(copy, folder, commands):
    script = "set -euo pipefail\n" + "\n".join(commands)
    # The bounded run has a test of its own; here it only has to be the command that it is.
    script = script.replace("tools/quickstart --check", f"{QUICKSTART} --check --trial")
    endless = f"/usr/bin/python3 {pathlib.Path(__file__).resolve()} --until Ctrl-C {QUICKSTART}"
    script = re.sub("^tools/quickstart$", f"{endless} --customers 300 --days 30 --days-per-second 10", script, flags=re.M)
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    path = ":".join([os.environ["PATH"], *map(str, (pathlib.Path(cache) / "evenkeel").glob("grpcurl-*/"))])
    # Into a file: what a failing page leaves running would keep a pipe open.
    with open(pathlib.Path(folder) / "printed", "w+") as printed:
        shell = subprocess.Popen(["bash", "-c", script], cwd=copy, env={**os.environ, "HOME": folder, "XDG_CACHE_HOME": cache, "PATH": path},
                                 stdout=printed, start_new_session=True)
        try:
            code = shell.wait(timeout=900)
            printed.seek(0)
            return printed.read(), code
        finally:
            stop(shell, copy)


def until(text, command):
    """A program that goes on for ever: until it has said `text`, then Ctrl-C, as its reader would."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout:
            print(line, end="", flush=True)
            if text in line:
                program.send_signal(signal.SIGINT)
                text = "\n\n"  # Once.
    return program.returncode


def stop(shell, copy):
    """What the page would have stopped at its end, had it come so far."""
    try:
        os.killpg(shell.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    for broker in copy.glob("var/*/kafka"):
        subprocess.run([copy / "tools" / "kafka", "clean", "-d", broker], check=False, stdout=subprocess.DEVNULL)


def check_figures(page, checkout, shown):
    """What a page explains is shown by its processes; what they show, or could, is explained on one page."""
    explained = set(FIGURE.findall(BLOCK.sub("", (checkout / page).read_text())))
    if explained - shown:
        raise SystemExit(f"{page}: no process shows {sorted(explained - shown)}")
    if page == OPERATIONS:
        written = {name for part in ("libs", "services") for file in (checkout / part).rglob("*.cc")
                   for name in re.findall(f'"({FIGURE.pattern})"', file.read_text())}
        missing = (shown | written) - explained
        if missing:
            raise SystemExit(f"{page}: does not say what {sorted(missing)} mean")


def main():
    if sys.argv[1] == "--until":
        raise SystemExit(until(sys.argv[2], sys.argv[3:]))
    checkout, binaries = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    for page in sys.argv[3:]:
        commands, skipped = blocks(page, (checkout / page).read_text())
        with tempfile.TemporaryDirectory() as folder:
            copy = copy_of(checkout, binaries, folder)
            printed, code = run(copy, folder, commands)
            print(printed[-4000:])
            if code != 0:
                for log in copy.glob("var/*/*.log"):
                    print(f"--- {log.name}\n{log.read_text()[-3000:]}")
                raise SystemExit(f"{page}: a command ended with code {code}")
            shown = {name for file in copy.glob("var/*/*.metrics") for name in SHOWN.findall(file.read_text())}
            check_figures(page, checkout, shown)
        for wanted in WANTED[page]:
            if wanted not in printed:
                raise SystemExit(f"{page}: its commands ran, but {wanted} is nowhere in what they print")
        print(f"{page}: {len(commands)} blocks run, {skipped} not, with a reason")


if __name__ == "__main__":
    main()
