#!/usr/bin/env python3
"""Runs every command block of README.md, in order, in one shell, in a copy of the checkout.

usage: readme_test.py CHECKOUT RELEASE_BINARIES

Blocks marked norun="reason" are left out: at most two. `tools/quickstart` is not built anew here: the
copy is given the programs that were built, and a smaller world, so that it takes a minute.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```sh([^\n]*)\n(.*?)^```$", re.S | re.M)


def blocks(text):
    found = [(mark.strip(), body) for mark, body in BLOCK.findall(text)]
    others = len(re.findall(r"^```", text, re.M)) // 2 - len(found)
    if others:
        raise SystemExit(f"README.md has {others} fenced blocks that are not sh: a test cannot tell what they promise")
    return found


def main():
    checkout, binaries = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    found = blocks((checkout / "README.md").read_text())
    skipped = [mark for mark, _ in found if mark]
    for mark in skipped:
        if not re.fullmatch(r'norun="[^"]{10,}"', mark):
            raise SystemExit(f"README.md: a block is marked {mark}: say norun=\"reason\"")
    if len(skipped) > 2:
        raise SystemExit(f"README.md: {len(skipped)} blocks are not run; at most two may be")
    runnable = [body for mark, body in found if not mark]
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "evenkeel"
        for part in ("deploy", "tools", "proto"):
            shutil.copytree(checkout / part, copy / part)
        (copy / "build" / "release").mkdir(parents=True)
        (copy / "build" / "release" / "bin").symlink_to(binaries)
        script = "set -euo pipefail\n" + "\n".join(runnable)
        # The bounded run has a test of its own; here it only has to be the command that it is.
        script = script.replace("tools/quickstart --check",
                                f"/usr/bin/python3 tools/quickstart.d/main.py --build build/release --check --trial")
        done = subprocess.run(["bash", "-c", script], cwd=copy, env={**os.environ, "HOME": folder}, check=False,
                              stdout=subprocess.PIPE, text=True, timeout=900)
        log = copy / "var" / "my" / "evenkeel.log"
        print(done.stdout[-4000:])
        if done.returncode != 0:
            print(log.read_text()[-4000:] if log.exists() else "no log")
            raise SystemExit(f"README.md: a command ended with code {done.returncode}")
    for wanted in ('"customer_id": "ada"', '"action": "dunning_reminder"', "no_customer"):
        if wanted not in done.stdout:
            raise SystemExit(f"README.md: its commands ran, but {wanted} is nowhere in what they print")
    print(f"README.md: {len(runnable)} blocks run, {len(skipped)} not, with a reason")


if __name__ == "__main__":
    main()
