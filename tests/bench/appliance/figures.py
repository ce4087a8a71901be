# SPDX-License-Identifier: Apache-2.0
"""Runs a scene of the simulated line and prints what a user would measure from outside: the time from
the last pixel of an item to its verdict in another process, and the peak memory of each process.

figures.py --veriline BINARY [--p50-ms MS] [--p99-ms MS] [--most-mb MB] [--overload] -- OPTIONS OF demo

The verdict is heard over gRPC by the gate, a process of its own; both clocks are CLOCK_MONOTONIC. Peak
memory is VmHWM of /proc/PID/status, which the kernel keeps, so that looking at it now and then misses
nothing but what the last moment adds. The pictures are drawn in another process, which shares its
buffers with the appliance as a frame grabber does: their part of the appliance's memory is told, and
counts. Exit code 0 when every item has a verdict, none is wrong, and no figure given is passed; with
--overload good items may be rejected, but not released wrongly.
"""
import argparse
import glob
import json
import re
import subprocess
import sys
import threading

LOOK_EVERY_S = 0.05


def children(pid):
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path, encoding="ascii") as file:
                yield from map(int, file.read().split())
        except OSError:
            pass  # the thread has ended


def role(pid):
    """What a process does, by its command line; the renderer is a fork of the appliance."""
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        if file.read().startswith("linesim-render"):
            return "renderer (simulator)"
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
        line = file.read()
    if "decode-worker" in line:
        return "decode worker"
    return "gate (simulator)" if "linesim-gate" in line else "other"


class Memory:
    """The peaks of a process and its children, in kB."""

    def __init__(self, pid):
        self.pid = pid
        self.peaks = {}   # (role, pid) → VmHWM
        self.shared = 0   # most RssShmem of the appliance

    def look(self):
        for pid in [self.pid, *children(self.pid)]:
            try:
                name = "appliance" if pid == self.pid else role(pid)
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    of = {k: int(v) for k, v in
                          re.findall(r"^(VmHWM|RssShmem):\s+(\d+) kB", file.read(), re.MULTILINE)}
            except OSError:
                continue
            if not of:
                continue  # a zombie
            self.peaks[name, pid] = max(of["VmHWM"], self.peaks.get((name, pid), 0))
            if name == "appliance":
                self.shared = max(self.shared, of["RssShmem"])

    def of(self, name):
        return [kb / 1024 for (role, _), kb in self.peaks.items() if role == name]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--p50-ms", type=float)
    parser.add_argument("--p99-ms", type=float)
    parser.add_argument("--most-mb", type=float)
    parser.add_argument("--overload", action="store_true")
    parser.add_argument("demo", nargs="*")
    args = parser.parse_args()
    run = subprocess.Popen([args.veriline, "demo", "--headless", "--json"] + args.demo,
                           stdout=subprocess.PIPE, text=True)
    memory = Memory(run.pid)
    ended = threading.Event()

    def watch():
        while not ended.wait(LOOK_EVERY_S):
            memory.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    out = run.stdout.read()
    ended.set()
    watcher.join()
    exit_code = run.wait()
    wrong = []
    try:
        account = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        print(f"WRONG: no account; exit code {exit_code}")
        return 1
    if exit_code != 0 and not args.overload:
        wrong.append(f"exit code {exit_code}: {account}")
    for count in ["bad_on_good_lane", "without_verdict"]:
        if account[count] != 0:
            wrong.append(f"{count}: {account[count]}")

    pixels = account["from_pixels_us"]
    print(f"last pixel to verdict in another process: p50 {pixels['p50'] / 1000:.2f} ms, "
          f"p99 {pixels['p99'] / 1000:.2f}, max {pixels['max'] / 1000:.2f} "
          f"({account['items']} items, {account['frames_per_s']:.1f} pictures/s, "
          f"{account['good_rejected']} good ones rejected)")
    for name in ["appliance", "decode worker", "renderer (simulator)", "gate (simulator)"]:
        peaks = memory.of(name)
        if not peaks:
            wrong.append(f"no {name} was seen")
            continue
        print(f"peak memory of {name:<21}", ", ".join(f"{mb:.0f} MB" for mb in peaks),
              f"of which {memory.shared / 1024:.0f} MB are the renderer's pictures"
              if name == "appliance" else "")
    for what, value, most in [("p50 in ms", pixels["p50"] / 1000, args.p50_ms),
                              ("p99 in ms", pixels["p99"] / 1000, args.p99_ms),
                              ("peak of the appliance in MB", max(memory.of("appliance"), default=0),
                               args.most_mb)]:
        if most is not None and value > most:
            wrong.append(f"{what}: {value:.2f}, at most {most} is held")
    for what in wrong:
        print("WRONG:", what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
