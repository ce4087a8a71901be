#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`veriline run` with a folder as its camera and a recorder, then `veriline replay --compare`.

The replay must have every record of the run again on 1 and 2 threads, from the code list alone and
from the store; with a code missing in the list it must name the item; a flipped byte and a cut tail
must be told.

  record_and_replay.py --veriline BINARY --work DIR --drawn DRAW_PACKS [--items N]
"""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
import folder_line  # noqa: E402

check = folder_line.check

ALL_SHOWN_S = 60


def run_line(veriline, work, items):
    """Runs the line until every picture was shown; returns what it logged."""
    with open(os.path.join(work, "run.log"), "w", encoding="utf-8") as log:
        process = subprocess.Popen([veriline, "run", "line.yaml"], cwd=work, stderr=log)
    deadline = time.monotonic() + ALL_SHOWN_S
    text = ""
    while f"every picture was shown: {items} items" not in text:
        if time.monotonic() > deadline or process.poll() is not None:
            process.kill()
            sys.exit("the line does not come to its end:\n" + text)
        time.sleep(0.1)
        with open(os.path.join(work, "run.log"), encoding="utf-8") as log:
            text = log.read()
    process.send_signal(signal.SIGTERM)
    check(process.wait(timeout=30) == 0, "SIGTERM did not end the appliance cleanly")
    with open(os.path.join(work, "run.log"), encoding="utf-8") as log:
        return log.read()


def replay(veriline, work, *arguments):
    """Exit code, the objects of stdout, and stderr."""
    done = subprocess.run([veriline, "replay", *arguments, "--json"], cwd=work, text=True,
                          capture_output=True, timeout=100)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--drawn", required=True)
    parser.add_argument("--items", type=int, default=16)
    arguments = parser.parse_args()
    veriline = os.path.abspath(arguments.veriline)
    work = os.path.abspath(arguments.work)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    folder, pictures = folder_line.drawn_pictures(os.path.abspath(arguments.drawn), work,
                                                  arguments.items)
    folder_line.write_inputs(work, folder, pictures)
    config = open(os.path.join(work, "line.yaml"), encoding="utf-8").read()
    config = config.replace("start: stopped", "start: execute")
    with open(os.path.join(work, "line.yaml"), "w", encoding="utf-8") as file:
        file.write(config + "recorder: {path: recordings, max_gb: 1, frames: all}\n")
    subprocess.run([veriline, "batch", "import", "codes.csv", "--batch", "pictures", "--store",
                    "store"], cwd=work, check=True)
    log = run_line(veriline, work, arguments.items)
    check("0 pictures and 0 entries not kept" in log, "the recorder did not keep up:\n" + log)
    recordings = glob.glob(os.path.join(work, "recordings", "L1-*Z"))
    check(len(recordings) == 1, f"recordings: {recordings}")
    recording = recordings[0]

    for batch in (["--batch-list", "codes.csv"], ["--store", "store"]):
        outputs = []
        for threads in ("1", "2"):
            code, lines, errors = replay(veriline, work, recording, *batch, "--threads", threads,
                                         "--compare")
            check(code == 0, f"{batch} on {threads} threads: exit code {code}, {errors}")
            check(errors == "", errors)
            summary = lines[-1]["summary"]
            check(summary["items"] == arguments.items, f"items: {summary}")
            check(summary["differences"] == 0, f"differences: {summary}")
            check(summary["pictures_read"] == arguments.items, f"pictures: {summary}")
            accepted = int(re.search(r"items, (\d+) accepted", log).group(1))
            check(0 < summary["accepted"] == accepted, f"{accepted} were accepted: {summary}")
            outputs.append(lines[:-1])
        check(outputs[0] == outputs[1], f"{batch}: 1 and 2 threads give different records")
        check(len(outputs[0]) == arguments.items, "one record for each item")

    # A code is missing in the list: its item is unknown now, and named.
    with open(os.path.join(work, "codes.csv"), newline="", encoding="utf-8") as file:
        rows = file.read().split("\r\n")
    with open(os.path.join(work, "fewer.csv"), "w", newline="", encoding="utf-8") as file:
        file.write("\r\n".join(rows[:1] + rows[2:]))
    code, lines, errors = replay(veriline, work, recording, "--batch-list", "fewer.csv", "--compare")
    found = [line["difference"] for line in lines if "difference" in line]
    check(code == 1 and len(found) == 1, f"exit code {code}, {found}, {errors}")
    fields = found[0]["fields"] if found else []
    check("primary: recorded none, replayed unknown" in fields, f"{found}")

    # Bad command lines and files.
    code, _, errors = replay(veriline, work, recording)
    check(code == 2, f"without a batch: exit code {code}")
    code, _, errors = replay(veriline, work, "store", "--batch-list", "codes.csv")
    check(code == 2 and "session.json" in errors, f"no recording: {code}, {errors}")

    # Damage.
    events = os.path.join(recording, "events-000000.bin")
    whole = open(events, "rb").read()
    with open(events, "wb") as file:
        file.write(whole[:-200])
    code, lines, errors = replay(veriline, work, recording, "--batch-list", "codes.csv",
                                 "--compare")
    check(code == 0 and "cut short" in errors, f"a cut tail: {code}, {errors}")
    at = len(whole) // 2
    with open(events, "wb") as file:
        file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    code, lines, errors = replay(veriline, work, recording, "--batch-list", "codes.csv")
    place = re.search(r"events-000000.bin: damaged at byte (\d+)", errors)
    check(code == 1 and place and int(place.group(1)) <= at, f"a flipped byte: {code}, {errors}")
    check(0 < lines[-1]["summary"]["items"] < arguments.items, f"{lines[-1]}")

    print("failures:", len(folder_line.failures))
    return 1 if folder_line.failures else 0


if __name__ == "__main__":
    sys.exit(main())
