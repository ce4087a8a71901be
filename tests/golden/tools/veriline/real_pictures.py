#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the real pictures of a folder with manifest.csv and compares with what stands on them.

  real_pictures.py --reader veriline --pictures FOLDER [--minima FILE] [--threads N]
                   [--max-mean-ms MS] [--misses] [--save FILE] [--against FILE]

A code counts as read when its text (its bytes, for a binary payload) and its symbology are those of
the manifest; an add-on that is printed beside the code and not named there does not matter. Per folder of the first level the reads must not fall below --minima, a picture of
symbology `none` must give nothing, and every text that is not on its picture is listed by name; the
codes that `notes` calls unlisted are not judged. --reader is a program that prints JSON lines as
`veriline read --json` does ("veriline" in its name: called so; any other: with the files alone).
--save writes "path<TAB>text" of all reads; --against prints what such a list of another reader has
and this one has not. Exit code 0 when all is kept, 77 when there is no manifest.
"""
import argparse
import collections
import csv
import json
import os
import re
import statistics
import subprocess
import sys


def unescape(text):
    """The manifest's form: \\\\ is a backslash, \\xNN a control character (or byte)."""
    return re.sub(r"\\(\\|x[0-9a-fA-F]{2})",
                  lambda m: "\\" if m.group(1) == "\\" else chr(int(m.group(1)[1:], 16)), text)


class Expected:
    """One code that stands on a picture."""

    def __init__(self, row):
        self.symbology = row["symbology"]
        self.text = unescape(row["expected_text"])
        self.addon = "addon=" in row["notes"]
        self.binary = "binary payload" in row["notes"]
        identifier = re.search(r"si=(\][A-Za-z][0-9a-zA-Z])", row["notes"])
        self.identifier = identifier.group(1) if identifier else None

    def matches(self, symbol, exact):
        if self.symbology != "composite" and (
                symbol["symbology"] != self.symbology if exact
                else self.symbology.split("-")[0] != symbol["symbology"].split("-")[0]):
            return False
        if self.binary:
            return bytes.fromhex(symbol["bytes"]) == self.text.encode("latin-1")
        addon = symbol.get("addon", "") if not self.addon else ""
        return symbol["text"].removesuffix(addon) == self.text


class Picture:
    def __init__(self, path):
        self.path = path
        self.codes = []
        self.unlisted = set()  # texts that were seen on it and are not judged
        self.all_judged = True


def load_manifest(folder):
    pictures = {}
    with open(os.path.join(folder, "manifest.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            picture = pictures.setdefault(row["path"], Picture(row["path"]))
            if row["symbology"] != "none":
                picture.codes.append(Expected(row))
            if "are not judged" in row["notes"] or row["source_repo"].endswith("PuckBarcodeReader"):
                picture.all_judged = False
            also = re.search(r"reference decoder also reports (.*)", row["notes"])
            if also:
                picture.unlisted |= {unescape(part.split(":", 1)[1])
                                     for part in also.group(1).split(", ") if ":" in part}
    return pictures


def read(reader, folder, paths, threads):
    """{path: report} from one run of the reader over all pictures."""
    command = [reader]
    if "veriline" == os.path.basename(reader):
        command += ["read", "--json", "--threads", str(threads)]
    run = subprocess.run(command + paths, cwd=folder, stdout=subprocess.PIPE, text=True)
    reports = {}
    for line in run.stdout.splitlines():
        report = json.loads(line)
        reports[report["file"]] = report
    return reports


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", required=True)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--minima")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--max-mean-ms", type=float)
    parser.add_argument("--misses", action="store_true", help="list what was not read")
    parser.add_argument("--save")
    parser.add_argument("--against")
    arguments = parser.parse_args()
    if not os.path.exists(os.path.join(arguments.pictures, "manifest.csv")):
        print(f"SKIPPED: no real pictures at {arguments.pictures} (set VERILINE_PICTURES)")
        return 77
    pictures = load_manifest(arguments.pictures)
    reports = read(os.path.abspath(arguments.reader), arguments.pictures, list(pictures),
                   arguments.threads)
    # Other readers do not tell stacked DataBar from that of one row.
    exact = os.path.basename(arguments.reader) == "veriline"
    failures = []
    of = collections.Counter()
    got = collections.Counter()
    times_us = []
    photographs_us = []  # of 2 to 12 megapixels, as a phone or an inspection camera takes them
    reads = []
    for path, picture in pictures.items():
        folder = path.split("/")[0]
        report = reports.get(path)
        if report is None or "error" in report:
            failures.append(f"{path}: {report['error'] if report else 'no answer'}")
            report = {"symbols": [], "elapsed_us": 0}
        times_us.append(report["elapsed_us"])
        if 2e6 <= report.get("width", 0) * report.get("height", 0) <= 12e6:
            photographs_us.append(report["elapsed_us"])
        left = list(report["symbols"])
        for code in picture.codes:
            of[folder] += 1
            hit = next((s for s in left if code.matches(s, exact)), None)
            if hit is None:
                if arguments.misses:
                    print(f"not read: {path}: {code.symbology} {code.text!r}")
                continue
            left.remove(hit)
            got[folder] += 1
            reads.append((path, code.text))
            if code.identifier and hit.get("identifier", code.identifier) != code.identifier:
                print(f"identifier: {path}: {hit['identifier']} instead of {code.identifier}")
        if not picture.codes:
            for symbol in left:
                failures.append(f"{path}: read where nothing is: {symbol['symbology']} "
                                f"{symbol['text']!r}")
            continue
        texts = {code.text for code in picture.codes} | picture.unlisted
        for symbol in left:
            if picture.all_judged and symbol["text"] not in texts:
                print(f"wrong text: {path}: {symbol['symbology']} {symbol['text']!r}")
    minima = {}
    if arguments.minima:
        with open(arguments.minima, newline="", encoding="utf-8") as file:
            minima = {row["folder"]: int(row["reads"]) for row in csv.DictReader(file)}
    print(f"{'folder':<12} {'codes':>6} {'read':>6} {'least':>6}")
    for folder in sorted(of):
        least = minima.get(folder, 0)
        print(f"{folder:<12} {of[folder]:>6} {got[folder]:>6} {least:>6}")
        if got[folder] < least:
            failures.append(f"{folder}: {got[folder]} reads, at least {least} are held")
    print(f"{'all':<12} {sum(of.values()):>6} {sum(got.values()):>6}")
    times_us.sort()
    mean_ms = sum(times_us) / len(times_us) / 1000
    print(f"a picture: mean {mean_ms:.0f} ms, p50 {times_us[len(times_us) // 2] / 1000:.0f}, "
          f"p99 {times_us[len(times_us) * 99 // 100] / 1000:.0f}, max {times_us[-1] / 1000:.0f}")
    if photographs_us:
        print(f"of 2 to 12 megapixels: {len(photographs_us)} pictures, median "
              f"{statistics.median(photographs_us) / 1000:.1f} ms")
    if arguments.max_mean_ms and mean_ms > arguments.max_mean_ms:
        failures.append(f"{mean_ms:.0f} ms a picture, at most {arguments.max_mean_ms:.0f} are held")
    if arguments.save:
        with open(arguments.save, "w", encoding="utf-8") as file:
            file.writelines(f"{path}\t{text!r}\n" for path, text in reads)
    if arguments.against:
        with open(arguments.against, encoding="utf-8") as file:
            other = collections.Counter(file.read().splitlines())
        own = collections.Counter(f"{path}\t{text!r}" for path, text in reads)
        for line in sorted((other - own).elements()):
            print("read by the other alone:", line)
        print(f"the other alone {sum((other - own).values())}, this alone "
              f"{sum((own - other).values())}")
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
