#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The disk of a running `veriline run` takes no more, and later takes again.

The limit on the size of the appliance's files stands in for the disk (no root needed). Meanwhile
no item is released, each is rejected as fault, and the line's alarm says why; when there is room
again it releases by itself, the alarm goes, and in the end no record is missing.

  full_disk.py --veriline BINARY --draw DRAW_PACKS --work DIR
"""
import argparse
import os
import resource
import signal
import subprocess
import sys
import time

import grpc

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import killed_line  # noqa: E402
from killed_line import folder_line, check  # noqa: E402

ALARM = "the store does not write: no item is released"


def status_of(address):
    line, line_grpc = folder_line.contract.load(folder_line.contract.PROTO_FOLDER,
                                                "line_service_pb2", "line_service_pb2_grpc")
    with grpc.insecure_channel(address) as channel:
        return line_grpc.LineServiceStub(channel).GetStatus(line.GetLineStatusRequest(), timeout=10)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--draw", required=True)
    parser.add_argument("--work", required=True)
    arguments = parser.parse_args()
    work = os.path.abspath(arguments.work)
    veriline = os.path.abspath(arguments.veriline)
    subprocess.run(["rm", "-rf", work], check=True)
    os.makedirs(work)
    folder, pictures = folder_line.drawn_pictures(arguments.draw, work, 120)
    folder_line.RECIPE, folder_line.CONFIG = killed_line.RECIPE, killed_line.CONFIG
    folder_line.write_inputs(work, folder, pictures)
    killed_line.batch(veriline, work, "import", "codes.csv", "--batch", "pictures")
    life = killed_line.Life(veriline, work, 0, pictures)
    pid = life.process.pid
    life.wait_for(lambda: len(life.released()) >= 5, "releases")
    check(status_of(life.address).alarm == "", "an alarm without a reason")

    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    life.wait_for(lambda: status_of(life.address).alarm == ALARM, "the alarm")
    verdicts = len(life.events("verdict"))
    released = len(life.released())
    life.wait_for(lambda: len(life.events("verdict")) >= verdicts + 25, "verdicts")
    during = life.events("verdict")[verdicts:]
    check(len(life.released()) == released, "an item was released while the store did not write")
    check(sum(row["primary"] == "FAULT" for row in during) >= 5, "no item says fault")
    check(status_of(life.address).alarm == ALARM, "the alarm went too early")
    check(status_of(life.address).store_errors > 0, "the errors are not counted")

    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    life.wait_for(lambda: len(life.released()) >= released + 5, "releases after there was room")
    check(status_of(life.address).alarm == "", "the alarm did not go")
    folder_line.command_line(life.address, "STOP")
    life.wait_for(lambda: set(life.released()) == life.item_seqs("confirmed"), "confirmations")
    items = status_of(life.address).items
    life.process.send_signal(signal.SIGTERM)
    check(life.process.wait(timeout=30) == 0, "SIGTERM did not end the appliance cleanly")
    death_ns = time.monotonic_ns() + 10**10
    life.thread.join()

    history = killed_line.History()
    history.add(life, death_ns)
    rows = killed_line.batch(veriline, work, "verified", "pictures", "--all")
    history.hold_against(rows)
    suspect = {row["item_seq"] for row in rows if row["state"] == "suspect"}
    verified = killed_line.batch(veriline, work, "verified", "pictures")
    check({row["item_seq"] for row in verified} | suspect == history.released,
          "the verified and suspect codes are not those of the released items")
    check(len(life.events("verdict")) == items, "an item has no verdict")
    print(f"{items} items, {len(history.released)} released, {len(during)} seen on the full disk: "
          f"{sorted({row['primary'] for row in during})}")
    print("failures:", len(folder_line.failures))
    return 1 if folder_line.failures else 0


if __name__ == "__main__":
    sys.exit(main())
