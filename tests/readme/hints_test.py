#!/usr/bin/env python3
"""What tools/quickstart says to paste, pasted: each command exactly as it is printed, with what it promises.

usage: hints_test.py CHECKOUT BUILD WORK [--kafka]

The world is a small one. Time stands still after its end, so nothing here hangs on the hour or on how fast a machine is.
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import time

CHECKOUT, BUILD, WORK = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
KAFKA = sys.argv[4:]
START = [sys.executable, CHECKOUT / "tools/quickstart.d/main.py", "--build", BUILD, "--dir", WORK, "--customers", "1000", "--days", "30",
         "--days-per-second", "15", *KAFKA]
PART = re.compile(r"^(\d)\. (.*):\n((?:   .*\n)+)", re.M)
DECIDED = re.compile(r"^decided (\S+ \S+) UTC \([a-z_]+\) by demo@([0-9a-f]+): (.*) \(([-+0-9.]+) EUR\), verdict (\w+)\n((?:  not .*\n)*)", re.M)
CAUSE = re.compile(r"^  because of event (\S+), seen (\d+\.\d\d) s after it was sent$", re.M)
FIGURES = re.compile(r"([\d,]+) decisions, (\d+) of them twice; ([\d,]+) actions, ([\d,]+) applied .*, ([\d,]+) receipts\nlost: (\d+), doubled: (\d+)\n")


class Broken(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Broken(what)


def number(text):
    return int(text.replace(",", ""))


def pids():
    return {file.name: int(file.read_text()) for file in (WORK / "pids").iterdir()}


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Quickstart:
    def __init__(self):
        WORK.parent.mkdir(parents=True, exist_ok=True)
        self.printed, self.said = WORK.with_suffix(".out"), WORK.with_suffix(".err")
        with open(self.printed, "w") as out, open(self.said, "w") as err:
            # Ctrl-C must reach it, whatever the shell of this test ignores.
            self.child = subprocess.Popen(START, cwd=CHECKOUT, stdout=out, stderr=err, start_new_session=True,
                                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))

    def hints(self):
        """number -> (what it promises, commands)."""
        deadline = time.monotonic() + 400
        while "=== Your turn" not in self.printed.read_text() or "\n6. " not in self.printed.read_text():
            expect(self.child.poll() is None, "it ended")
            expect(time.monotonic() < deadline, "it printed no hints")
            time.sleep(0.2)
        text = self.printed.read_text()
        text = text[text.index("=== Your turn"):]
        expect(f"in {CHECKOUT} ===" in text, "it does not say in which folder")
        found = {int(part): (title, "".join(line[3:] + "\n" for line in commands.splitlines()))
                 for part, title, commands in PART.findall(text)}
        expect(sorted(found) == [1, 2, 3, 4, 5, 6], f"hints are {sorted(found)}")
        return found

    def end(self, how):
        if self.child.poll() is None:
            self.child.send_signal(how)
        return self.child.wait(120)


def paste(title, commands, codes=(0,)):
    print(f"--- {title}\n{commands}", end="", flush=True)
    begun = time.monotonic()
    # As a terminal does: the next line follows whatever came of the one before.
    done = subprocess.run(["bash"], input=commands, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=400, check=False)
    print(f"{done.stdout}({time.monotonic() - begun:.1f} s)", flush=True)
    expect(done.returncode in codes, f"'{title}' ended with {done.returncode}")
    for wrong in ("Traceback", "try: ", "<", "curl: "):
        expect(wrong not in done.stdout or codes != (0,), f"'{title}' printed {wrong}")
    return done.stdout


def decided(text):
    """All decisions that are shown, the one that was asked for last."""
    found = [{"at": at, "bundle": bundle, "what": what, "worth": float(worth), "verdict": verdict, "fallen": fallen}
             for at, bundle, what, worth, verdict, fallen in DECIDED.findall(text)]
    expect(found, "no decision is shown")
    return found


def dumped(topic):
    """Decoded values of a topic."""
    config = WORK / ("decider-a.yaml" if KAFKA else "standalone.yaml")
    lines = subprocess.run([BUILD / "bin/evenkeel", "--config", config, "topics", "dump", "--topic", topic],
                           stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [json.loads(line)["value"] for line in lines]


# --- what each promises ---

def check_story(text, commands):
    customer = commands.split()[-1]
    for wanted in (f"One customer: {customer}, decided", "What had happened last:", "Chance to leave within", "log-hazard:",
                   " --> ", "not chosen:", "survival", "looked better by"):
        expect(wanted in text, f"the story has no '{wanted}'")


def check_event(text, known):
    event = json.loads(next(line for line in text.splitlines() if line.startswith('{"accepted"')))["accepted"][0]
    expect(not event["repeated"] and event["id"] not in known, "the event is a repeat")
    known.add(event["id"])
    decision = decided(text)[-1]
    expect(decision["verdict"] in ("ask_approval", "execute", "task", "blocked", "no_action"), decision["verdict"])
    causes = CAUSE.findall(text)
    expect([cause for cause, _ in causes] == [event["id"]], f"decided because of {causes}, but {event['id']} was sent")
    expect(float(causes[0][1]) > 0, f"it was seen {causes[0][1]} s after it was sent")
    decision["id"] = event["id"]
    return decision


def check_triggers(shown):
    """What is shown is what was decided: the log has one decision because of each event that was sent."""
    log = [one["decoded"] for one in dumped("evenkeel.decisions.v1")]
    for one in shown:
        found = [decision for decision in log if decision.get("trigger", {}).get("signal", {}).get("id") == one["id"]]
        expect([decision["verdict"].removeprefix("DECISION_VERDICT_").lower() for decision in found] == [one["verdict"]],
               f"the log has {len(found)} decisions because of {one['id']}, or another verdict than {one['verdict']}")


def check_cap(text):
    published = re.search(r"^demo@([0-9a-f]{64}) is revision 2$", text, re.M)
    expect(published, "nothing was published")
    before, after = map(decided, (text[:published.start()], text[published.end():]))
    expect(re.search(r"not plan_review_call by task .*: cap \(calls\)$", before[-1]["fallen"], re.M), "no cap stood against the call before")
    expect(not any(published[1].startswith(one["bundle"]) for one in before), "it was in force before")
    expect(all(published[1].startswith(one["bundle"]) for one in after), "it was not decided by what was published")
    expect(("plan_review_call by task", "task") in [(one["what"], one["verdict"]) for one in after], "nobody calls now, either")


def check_approval(text):
    expect(decided(text)[-1]["verdict"] == "ask_approval", "nobody was asked")
    for wanted in ("waits for a person, because of", "approver says yes", "checked again: released", "has the receipt done"):
        expect(wanted in text, f"no '{wanted}'")
    action = re.search(r"action ([0-9a-f]{32}) has the receipt", text)[1]
    receipts = [one["status"] for one in dumped("evenkeel.receipts.v1") if one["action_id"] == action]
    expect(receipts == ["RECEIPT_STATUS_DONE"], f"its receipts are {receipts}")
    calls = [json.loads(line) for line in (WORK / "run.jsonl").read_text().splitlines() if action in line]
    expect([one["outcome"] for one in calls if one["kind"] == "call"].count("applied") == 1, "the target did not get it")


def check_crash(text, before, quickstart):
    decisions, twice, actions, applied, receipts, lost, double = map(number, FIGURES.search(text).groups())
    expect((twice, lost, double) == (0, 0, 0), "something is lost or doubled")
    expect(decisions > actions > 200 and actions == applied == receipts, "the figures do not go together")
    expect("200 payments have failed" in text, "no work was under way")
    ended = {name for name, pid in before.items() if not is_alive(pid)}
    expect(ended == ({"decider-a", "executor-a"} if KAFKA else {"standalone"}), f"ended: {ended}")
    now = pids()
    expect(sorted(now) == sorted(before) and all(map(is_alive, now.values())), "not all came back")
    for name in ended:
        expect(f"{name} ended with code -9; it starts again" in quickstart.said.read_text(), f"nobody said that {name} has ended")


def check_summary(text):
    for wanted in (r"day 30: [\d,]+ signals of \d{3} customers", r"[\d,]+ decisions: .*\d feature_education_email",
                   r"[\d,]+ actions went out, expected to be worth \+[\d,]+ EUR; [\d,]+ executed, [\d,]+ receipts; \d+ wait for approval"):
        expect(re.search(wanted, text), f"the summary has no {wanted}")
    executed, receipts = re.findall(r"([\d,]+) executed, ([\d,]+) receipts", text)[-1]
    expect(number(executed) == number(receipts) > 100, f"{executed} were executed, with {receipts} receipts")


def play(quickstart):
    hints, events = quickstart.hints(), set()
    check_summary(quickstart.said.read_text())
    check_story(paste(*hints[1]), hints[1][1])
    first = check_event(paste(*hints[2]), events)
    again = check_event(paste(*hints[2]), events)
    check_triggers([first, again])
    expect(again["at"] > first["at"], "the second event of one's own was not decided about anew")
    check_cap(paste(*hints[3]))
    check_approval(paste(*hints[4]))
    before = pids()
    check_crash(paste(*hints[5]), before, quickstart)
    table = paste(*hints[6])
    for policy in ("nothing", "discount_for_all", "oracle", "evenkeel"):
        expect(f"| {policy} |" in table, f"the table has no {policy}")
    # What was printed holds after a crash, and as often as one likes.
    expect(check_event(paste(*hints[2]), events)["bundle"] != first["bundle"], "the old cap is back")
    text = paste(*hints[4], codes=(0, 1))
    expect("has the receipt done" in text or "nothing waits for a person" in text, "a second yes is not explained")
    second = subprocess.run(START, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    expect(second.returncode == 1 and "a quickstart runs in" in second.stdout, f"two in one folder: {second.stdout}")
    living = pids()
    expect(quickstart.end(signal.SIGINT) == 0, "Ctrl-C is an error")
    expect(not any(map(is_alive, living.values())), "Ctrl-C left something running")
    text = paste("after its end", hints[1][1], codes=(1,))
    expect("waits for you: start tools/quickstart" in text, "it is not said that it has ended")


def main():
    quickstart = Quickstart()
    try:
        play(quickstart)
        print("every hint does what it says")
        return 0
    except Broken as broken:
        print(f"hints_test: {broken}\n--- what the quickstart said last\n{quickstart.said.read_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        quickstart.end(signal.SIGTERM)
        if KAFKA:
            subprocess.run([CHECKOUT / "tools/kafka", "clean", "-d", WORK / "kafka"], check=False)


if __name__ == "__main__":
    sys.exit(main())
