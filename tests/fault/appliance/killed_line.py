#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`veriline run` is killed in the middle of its work, several times, and started again on its store.

The same drawn pictures come in another order each time, as long as the line runs. After each death
what the PLC saw is held against what the store says: a released item has exactly the code of its
picture, no code was released twice over all lives, only what the PLC confirmed is verified, and
what was in flight is in doubt. Before the end the PLC repeats its confirmations; then the verified
codes are those of all released items, of all lives.

  killed_line.py --veriline BINARY --draw DRAW_PACKS --work DIR [--kills N] [--seed N]
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../system/appliance"))
import folder_line  # noqa: E402  (finds the clients' folder)
import plc  # noqa: E402
from folder_line import check  # noqa: E402

ITEMS_PER_S = 10
EXIT_SECONDS = 0.8  # from a release to the exit eye
SURELY_DURABLE_SECONDS = 1.0  # a confirmation waits some tens of milliseconds for its group
RECIPE = folder_line.RECIPE.replace("top_speed_mm_s: 500", "top_speed_mm_s: 1000")
CONFIG = (folder_line.CONFIG.replace("loop: false", "loop: true")
          .replace("items_per_s: 5, speed_mm_s: 500", f"items_per_s: {ITEMS_PER_S}, speed_mm_s: 1000"))


class Life:
    """One run of the appliance with its PLC."""

    def __init__(self, veriline, work, number, pictures):
        self.pictures = pictures
        self.log = os.path.join(work, f"plc{number}.jsonl")
        self.veriline = veriline
        self.work = work
        with open(os.path.join(work, "pictures.txt"), "w", encoding="utf-8") as file:
            file.writelines(path + "\n" for path, _ in pictures)
        self.process, self.address = folder_line.start_line(veriline, work)
        arguments = argparse.Namespace(
            address=self.address, proto=folder_line.contract.PROTO_FOLDER, out=self.log,
            seconds=60, items=0, confirm=True, confirm_after=EXIT_SECONDS, connect_seconds=10)
        self.plc = plc.Plc(arguments, open(self.log, "w", encoding="utf-8"))
        self.thread = threading.Thread(target=self.plc.run)
        self.thread.start()
        self.wait_for(lambda: self.events("hello"), "the PLC's connection")
        folder_line.command_line(self.address, "RESET", "START")

    def events(self, name):
        text = folder_line.open_text(self.log)
        rows = [json.loads(line) for line in text.splitlines(keepends=True) if line[-1] == "\n"]
        return [row for row in rows if row["event"] == name]

    def released(self):
        return [row["item_seq"] for row in self.events("verdict") if row["released"]]

    def item_seqs(self, name, before_ns=None):
        return {seq for row in self.events(name) for seq in row["item_seqs"]
                if before_ns is None or row["received_ns"] < before_ns}

    def wait_for(self, condition, what, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                sys.exit(f"the appliance ended ({self.process.returncode}) before {what}")
            if condition():
                return
            if time.monotonic() > deadline:
                sys.exit(f"waited in vain for {what}")
            time.sleep(0.02)

    def kill(self):
        """Returns when it was dead, on the clock of the events."""
        self.process.kill()
        self.process.wait()
        self.thread.join()
        return time.monotonic_ns()

    def texts_on_items(self):
        """The texts on each item's picture, as far as the order is sure: each item had one."""
        texts = {}
        verdicts = sorted(self.events("verdict"), key=lambda row: row["item_seq"])
        for place, verdict in enumerate(verdicts):
            if verdict["primary"] in ("FRAME_LOST", "LATE", "FAULT"):
                break
            if verdict["item_seq"] != verdicts[0]["item_seq"] + place:
                break
            texts[verdict["item_seq"]] = self.pictures[place % len(self.pictures)][1]
        return texts


def batch(veriline, work, *arguments):
    done = subprocess.run([veriline, "batch", *arguments, "--store", "store", "--json"], cwd=work,
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"batch {arguments}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class History:
    """All lives together."""

    def __init__(self):
        self.released = set()
        self.confirming = set()  # sent; whether it arrived is not sure
        self.confirmed = set()   # long enough ago to be durable
        self.texts = {}          # on the picture of an item
        self.item_of_code = {}
        self.duplicates = 0      # items that showed the code of another one

    def add(self, life, death_ns):
        released = life.released()
        check(len(released) == len(set(released)), "an item was released twice")
        check(not self.released & set(released), "an item number came again")
        self.released |= set(released)
        self.confirming |= life.item_seqs("confirming")
        self.confirmed |= life.item_seqs(
            "confirmed", death_ns - int(SURELY_DURABLE_SECONDS * 1e9))
        self.texts |= life.texts_on_items()
        self.duplicates += sum(row["primary"] == "DUPLICATE" for row in life.events("verdict"))
        return len(released)

    def hold_against(self, rows):
        """Rows of `batch verified --all` after a death."""
        items = {}
        for row in rows:
            check(self.item_of_code.setdefault(row["code"], row["item_seq"]) == row["item_seq"],
                  f"{row['code']} was accepted for two items")
            check(row["item_seq"] not in items, f"item {row['item_seq']} has two codes")
            items[row["item_seq"]] = row
        check(len({row["code"] for row in rows}) == len(rows), "a code is listed twice")
        for seq in self.released:
            if seq not in items:
                check(False, f"the code of released item {seq} is forgotten")
                continue
            row = items[seq]
            if row["state"] == "suspect":  # the pictures come again in another life
                check(self.duplicates > 0, f"item {seq} is suspect and no item showed its code")
            elif seq in self.confirmed:
                check(row["state"] == "commissioned", f"confirmed item {seq} is {row['state']}")
            elif seq not in self.confirming:
                check(row["state"] == "in_doubt", f"item {seq} in flight is {row['state']}")
            if seq in self.texts:
                check(row["code"] in self.texts[seq],
                      f"item {seq} has {row['code']}, its picture {self.texts[seq]}")
        for seq, row in items.items():
            if row["state"] == "commissioned":
                check(seq in self.confirming, f"item {seq} is verified and nobody confirmed it")
                check(seq in self.released, f"item {seq} is verified and was not released")
        return sum(row["state"] == "in_doubt" for row in rows)


def confirm_again(life, item_seqs):
    """A PLC that came back tells what it knows of earlier runs."""
    request = life.plc.messages.ConfirmRequest
    items = [life.plc.types.Item(line_id="L1", lane=0, item_seq=seq) for seq in item_seqs]
    taken = life.plc.stub.Confirm(
        request(confirmations=[request.Confirmation(item=item, outcome=request.OUTCOME_PASSED)
                               for item in items]), timeout=10).taken
    check(taken == len(items), "not all confirmations were taken")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--draw", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    work = os.path.abspath(arguments.work)
    veriline = os.path.abspath(arguments.veriline)
    subprocess.run(["rm", "-rf", work], check=True)
    os.makedirs(work)
    dice = random.Random(arguments.seed)
    folder, pictures = folder_line.drawn_pictures(arguments.draw, work,
                                                  20 + 20 * arguments.kills)
    folder_line.RECIPE, folder_line.CONFIG = RECIPE, CONFIG
    folder_line.write_inputs(work, folder, pictures)
    batch(veriline, work, "import", "codes.csv", "--batch", "pictures")

    history = History()
    in_doubt = 0
    for number in range(arguments.kills):
        life = Life(veriline, work, number, dice.sample(pictures, len(pictures)))
        life.wait_for(life.released, "a release")
        time.sleep(dice.uniform(0, 2.5))  # the dice of the test; nothing waits for it
        death_ns = life.kill()
        check(os.path.exists(os.path.join(work, "store", "owner.sock")), "it left no socket")
        released = history.add(life, death_ns)
        # The dead owner's lock and socket are in nobody's way.
        status = batch(veriline, work, "status", "pictures")[0]
        check(status["claimed"] == 0, "a claim outlived its run and is not in doubt")
        in_doubt = history.hold_against(batch(veriline, work, "verified", "pictures", "--all"))
        check(in_doubt == status["in_doubt"], "list and counts differ")
        print(f"kill {number + 1}: {released} released, {in_doubt} in doubt by now, "
              f"{status['commissioned']} commissioned")
    check(in_doubt > 0, "no kill met an item in flight")

    life = Life(veriline, work, arguments.kills, dice.sample(pictures, len(pictures)))
    life.wait_for(life.released, "a release")
    confirm_again(life, history.released)
    folder_line.command_line(life.address, "STOP")
    life.wait_for(lambda: set(life.released()) == life.item_seqs("confirmed"), "confirmations")
    life.process.send_signal(signal.SIGTERM)
    check(life.process.wait(timeout=30) == 0, "SIGTERM did not end the appliance cleanly")
    life.thread.join()
    history.add(life, time.monotonic_ns())
    history.confirming |= history.released
    history.confirmed |= history.released
    rows = batch(veriline, work, "verified", "pictures", "--all")
    history.hold_against(rows)
    verified = batch(veriline, work, "verified", "pictures")
    suspect = {row["item_seq"] for row in rows if row["state"] == "suspect"}
    check({row["item_seq"] for row in verified} | suspect == history.released,
          "the verified and suspect codes are not those of the released items")
    check(len(suspect) <= history.duplicates, "more codes are suspect than items showed twice")
    known = sum(seq in history.texts for seq in history.released)
    print(f"{len(history.released)} released in {arguments.kills + 1} lives, {len(verified)} "
          f"verified, {known} compared with their pictures")
    check(known > len(history.released) / 2, "too few could be compared with their pictures")
    print("failures:", len(folder_line.failures))
    return 1 if folder_line.failures else 0


if __name__ == "__main__":
    sys.exit(main())
