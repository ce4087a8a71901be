#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The decode workers of a running line are killed at random moments.

The demo's line goes on: each item has its one verdict, nothing bad passes, and what was rejected
without a fault, or with another reason than that of its fault, was not read or late. The workers
are there again, and their deaths counted.

  killed_workers.py --veriline BINARY [--items N] [--kills N] [--seed N]
"""
import argparse
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time


def workers_of(pid):
    """Numbers of the decode workers that this process has started."""
    found = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return found
    for task in tasks:
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                children = [int(word) for word in file.read().split()]
            for child in children:
                with open(f"/proc/{child}/cmdline", "rb") as file:
                    if b"decode-worker" in file.read().split(b"\0"):
                        found.append(child)
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended meanwhile
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--items", type=int, default=80)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    dice = random.Random(args.seed)
    demo = subprocess.Popen(
        [args.veriline, "demo", "--headless", "--pooled", "--items", str(args.items),
         "--items-per-min", "600", "--fault-ratio", "0.1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    killed = []
    start = time.monotonic()

    def kill_some():
        # Items pass from three seconds on.
        time.sleep(3)
        while len(killed) < args.kills and demo.poll() is None:
            time.sleep(dice.uniform(0.1, 0.9))
            workers = workers_of(demo.pid)
            if not workers:
                continue
            pid = dice.choice(workers)
            assert pid > 1
            try:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                print(f"killed {pid} at {time.monotonic() - start:.2f} s", flush=True)
            except ProcessLookupError:
                pass

    killer = threading.Thread(target=kill_some)
    killer.start()
    try:
        out, errors = demo.communicate(timeout=90)
    finally:
        demo.kill()
        killer.join()
    print(out, errors, sep="\n", flush=True)

    def number(name):
        found = re.search(rf"^ *{name} +(\d+)", out, re.MULTILINE)
        return int(found[1]) if found else 0

    wrong = []

    def check(holds, what):
        if not holds:
            wrong.append(what)

    check(len(killed) >= args.kills / 2, f"only {len(killed)} workers were killed")
    check(number("items") == args.items, f"{number('items')} items instead of {args.items}")
    for name in ("bad on the good lane", "without verdict", "more than one verdict"):
        check(number(name) == 0, f"{name}: {number(name)}")
    check(number("accepted") > args.items / 4, f"only {number('accepted')} accepted")
    unread = number("rejected: no_read") + number("rejected: late")
    astray = number("good items rejected") + number("wrong reason")
    check(astray <= unread, f"{astray} wrong, and only {unread} were not read or late")
    causes = re.findall(r"^  cause: (\w+)", out, re.MULTILINE)
    check(set(causes) <= {"no_read", "late"}, f"good items were rejected by {causes}")
    told = re.search(r"^decode workers\n  (\d+) +(\d+) restarts, (\d+) of (\d+)", out, re.MULTILINE)
    check(told and int(told[2]) >= len(set(killed)) - 2, "the restarts were not counted")
    for what in wrong:
        print("WRONG:", what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
