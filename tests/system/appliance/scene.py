# SPDX-License-Identifier: Apache-2.0
"""Runs a scene of the simulated line and holds its account against what was asked for.

scene.py --veriline BINARY --scene NAME --items N [--kinds a,b] [--together RATIO] [--whole NAME]
         [-- MORE OPTIONS OF demo]

The demo's own exit code is 1 unless no bad item passed, no good one was rejected, and each has one
verdict with the right reason. Beyond that: every item is there; of each of `kinds` at least one was
planted; the views together read at least that share of the identities; each feed that is faulty as
a whole (misplaced, splice) is named with all of its positions rejected, and there is one.
"""
import argparse
import re
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--together", type=float)
    parser.add_argument("--whole")
    parser.add_argument("more", nargs="*")
    args = parser.parse_args()
    run = subprocess.run(
        [args.veriline, "demo", "--headless", "--scene", args.scene, "--items", str(args.items)]
        + args.more, stdout=subprocess.PIPE, text=True, check=False)
    print(run.stdout, flush=True)
    wrong = []
    if run.returncode != 0:
        wrong.append(f"exit code {run.returncode}")

    def number(name):
        found = re.search(rf"^ *{name} +(\d+)", run.stdout, re.MULTILINE)
        return int(found[1]) if found else 0

    if number("items") != args.items:
        wrong.append(f"{number('items')} items instead of {args.items}")
    for kind in filter(None, args.kinds.split(",")):
        if number(kind) == 0:
            wrong.append(f"no {kind} was planted")
    if args.together is not None:
        rates = re.findall(r"^  (\w+) +\d+ +([\d.]+) %$", run.stdout, re.MULTILINE)
        print("read rates:", rates)
        if not rates or float(rates[-1][1]) < 100 * args.together:
            wrong.append(f"of the identities less than {args.together} was read")
    if args.whole:
        named = re.findall(rf" \d+ \({args.whole}\): (\d+) of (\d+) positions rejected", run.stdout)
        if not named or any(rejected != positions for rejected, positions in named):
            wrong.append(f"faulty as a whole ({args.whole}): {named}")
    for what in wrong:
        print("WRONG:", what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
