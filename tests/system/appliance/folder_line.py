#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The whole job on pictures: `veriline run` with a folder as its camera, a PLC and an MES.

Each picture is an item. The batch is imported from the texts of the pictures with every tenth code
left out; then verdicts, releases and records as the clients saw them must agree with what stands on
the pictures: accepted ones are listed and claimed once, left-out ones unknown, codes seen before
duplicate, pictures without a readable code no_read, and ListVerifiedCodes equals what was accepted and
not shown by another item too.

  folder_line.py --veriline BINARY --work DIR --drawn DRAW_PACKS [--items N]
  folder_line.py --veriline BINARY --work DIR --real FOLDER_WITH_MANIFEST

Exit code 0 when everything agrees, 77 when the folder of --real is not there.
"""
import argparse
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

CLIENTS = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../support/clients"))
sys.path.insert(0, CLIENTS)
import contract  # noqa: E402

RECIPE = """veriline_recipe: 1
name: pictures
belt: {counts_per_mm: 10, top_speed_mm_s: 500, lanes: 1}
items: {min_length_mm: 85, max_length_mm: 97, debounce_mm: 1}
views:
  - {name: top, camera: cam0, distance_mm: 200, field_mm: 99, belt: left, trigger: software,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
codes:
  - {role: identity, symbologies: [datamatrix, qr]}
decision: {distance_mm: 1800, lead_ms: 20}
confirmation: {kind: gateway, distance_mm: 4000}
"""

CONFIG = """veriline_config: 1
line: {id: L1, recipe: pictures.recipe.yaml, start: stopped}
store: {path: store}
batch: pictures
cameras:
  - name: cam0
    folder: {path: %s, list: pictures.txt, loop: false, trigger: software}
trigger:
  paced: {items_per_s: 5, speed_mm_s: 500, item_length_mm: 96}
rpc: {listen: "127.0.0.1:0"}
pipeline: {workers: 2, in_flight_frames: 8, max_frame_px: 16777216}
"""

failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print("FAILED:", message)


def unescape(text):
    """The manifest's form: \\\\ is a backslash, \\xNN a control character."""
    return re.sub(r"\\(\\|x[0-9a-fA-F]{2})",
                  lambda m: "\\" if m.group(1) == "\\" else chr(int(m.group(1)[1:], 16)), text)


def real_pictures(folder):
    """[(path, {texts})] of the Data Matrix and QR pictures whose texts are not binary."""
    texts = {}
    skipped = set()
    with open(os.path.join(folder, "manifest.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["symbology"] not in ("datamatrix", "qr") or "binary payload" in row["notes"]:
                skipped.add(row["path"])
                continue
            texts.setdefault(row["path"], set()).add(unescape(row["expected_text"]))
    return [(path, found) for path, found in texts.items() if path not in skipped]


def drawn_pictures(draw, work, items):
    folder = os.path.join(work, "pictures")
    os.makedirs(folder, exist_ok=True)
    listing = subprocess.run([draw, folder, str(items)], check=True, capture_output=True, text=True)
    pictures = []
    for line in listing.stdout.splitlines():
        row = json.loads(line)
        pictures.append((row["file"], set(row["texts"])))
    return folder, pictures


def write_inputs(work, folder, pictures):
    """Writes list, codes, recipe and configuration; returns the listed and the left-out codes."""
    codes = list(dict.fromkeys(text for _, texts in pictures for text in sorted(texts)))
    left_out = {code for i, code in enumerate(codes) if i % 10 == 9}
    listed = [code for code in codes if code not in left_out]
    with open(os.path.join(work, "pictures.txt"), "w", encoding="utf-8") as file:
        file.writelines(path + "\n" for path, _ in pictures)
    with open(os.path.join(work, "codes.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["code"])
        writer.writerows([code] for code in listed)
    with open(os.path.join(work, "pictures.recipe.yaml"), "w", encoding="utf-8") as file:
        file.write(RECIPE)
    with open(os.path.join(work, "line.yaml"), "w", encoding="utf-8") as file:
        file.write(CONFIG % os.path.abspath(folder))
    return set(listed), left_out


def start_line(veriline, work):
    log = open(os.path.join(work, "run.log"), "w+", encoding="utf-8")
    process = subprocess.Popen([veriline, "run", "line.yaml"], cwd=work, stderr=log)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with open(log.name, encoding="utf-8") as lines:
            found = re.search(r"serves on (\S+)", lines.read())
        if found:
            return process, found.group(1)
        time.sleep(0.05)
    with open(log.name, encoding="utf-8") as lines:
        sys.exit("the appliance does not start:\n" + lines.read())


def command_line(address, *commands):
    import grpc
    line, line_grpc = contract.load(contract.PROTO_FOLDER, "line_service_pb2",
                                    "line_service_pb2_grpc")
    with grpc.insecure_channel(address) as channel:
        stub = line_grpc.LineServiceStub(channel)
        for command in commands:
            stub.SendCommand(line.SendCommandRequest(
                command=line.PackmlCommand.Value("PACKML_COMMAND_" + command)), timeout=10)


def expected_reason(codes, listed, spent):
    """What must become of an item whose codes (payload bytes as text) are these."""
    if not codes:
        return "NO_READ"
    if len(codes) > 1:
        return "INCONSISTENT"
    code = next(iter(codes))
    if code not in listed:
        return "UNKNOWN"
    return "DUPLICATE" if code in spent else "UNSPECIFIED"


def judge(pictures, listed, left_out, plc, mes, all_readable):
    verdicts = {row["item_seq"]: row for row in plc if row["event"] == "verdict"}
    records = {row["item_seq"]: row for row in mes["records"] if row["kind"] == "ITEM"}
    check(len(verdicts) == len(pictures), f"{len(verdicts)} verdicts for {len(pictures)} pictures")
    check(len(records) == len(pictures), f"{len(records)} records for {len(pictures)} pictures")
    seqs = [row["seq"] for row in mes["records"]]
    check(seqs == list(range(1, len(seqs) + 1)), "record numbers have a gap or are out of order")
    check(not mes["gaps"], "the MES saw a gap")
    counts = {}
    spent = set()
    twice = set()  # codes that another item showed too: suspect
    wrong_texts = []
    for (path, texts), item in zip(pictures, sorted(verdicts)):
        verdict = verdicts[item]
        record = records.get(item)
        if record is None:
            continue
        counts[verdict["primary"]] = counts.get(verdict["primary"], 0) + 1
        check(verdict["primary"] == record["primary"] and
              verdict["released"] == record["accepted"], f"{path}: verdict and record differ")
        codes = {bytes.fromhex(code["payload"]).decode("utf-8", "surrogateescape")
                 for code in record["codes"]}
        read_texts = {code["text"] for code in record["codes"]}
        wrong_texts += [(path, text) for text in read_texts - texts]
        if all_readable:
            check(read_texts == texts, f"{path}: read {read_texts} instead of {texts}")
        expected = expected_reason(codes, listed, spent)
        gs1 = any(code["identifier"] in ("]d2", "]d8", "]Q3") for code in record["codes"])
        if gs1 and verdict["primary"] == "MALFORMED":
            continue  # the label says GS1 and is not; the code was read right
        check(verdict["primary"] == expected,
              f"{path}: {verdict['primary']} ({record['detail']}) instead of {expected}, "
              f"codes {sorted(read_texts)}")
        if verdict["primary"] == "DUPLICATE":
            twice |= codes
        if verdict["released"]:
            spent |= codes
            check(not codes & left_out, f"{path}: a left-out code was accepted")
            check(codes <= texts, f"{path}: accepted with a text that is not on it: {codes}")
    verified = [bytes.fromhex(row["code"]).decode("utf-8") for row in mes["verified"]]
    check(len(verified) == len(set(verified)), "a verified code is listed twice")
    # The MES pulled along the way: it may have had one before another item showed it too.
    check(set(verified) - twice == spent - twice,
          f"verified codes are not the accepted ones: {set(verified) ^ spent}")
    check(all(row["state"] == "COMMISSIONED" for row in mes["verified"]),
          "a verified code is not commissioned")
    check(counts.get("LATE", 0) + counts.get("FRAME_LOST", 0) == 0,
          "items were late or lost their frame")
    for path, text in wrong_texts:
        print(f"not in the list of expected texts: {path}: {text!r}")
    print("verdicts:", {("ACCEPTED" if k == "UNSPECIFIED" else k): n
                        for k, n in sorted(counts.items())})
    check(counts.get("UNSPECIFIED", 0) > 0, "nothing was accepted")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--veriline", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--drawn", help="program that draws pictures")
    parser.add_argument("--real", help="folder with manifest.csv")
    parser.add_argument("--items", type=int, default=24)
    arguments = parser.parse_args()
    if arguments.real and not os.path.exists(os.path.join(arguments.real, "manifest.csv")):
        print(f"SKIPPED: no real pictures at {arguments.real} (set VERILINE_PICTURES)")
        return 77
    work = os.path.abspath(arguments.work)
    subprocess.run(["rm", "-rf", work], check=True)
    os.makedirs(work)
    veriline = os.path.abspath(arguments.veriline)
    if arguments.real:
        folder, pictures = arguments.real, real_pictures(arguments.real)
    else:
        folder, pictures = drawn_pictures(arguments.drawn, work, arguments.items)
    listed, left_out = write_inputs(work, folder, pictures)
    print(f"{len(pictures)} pictures, {len(listed)} codes listed, {len(left_out)} left out")
    subprocess.run([veriline, "batch", "import", "codes.csv", "--batch", "pictures", "--store",
                    "store"], cwd=work, check=True)
    process, address = start_line(veriline, work)
    seconds = str(len(pictures) / 5 + 60)
    clients = [
        subprocess.Popen([sys.executable, os.path.join(CLIENTS, "plc.py"), address, "--confirm",
                          "--items", str(len(pictures)), "--seconds", seconds, "--out",
                          os.path.join(work, "plc.jsonl")]),
        subprocess.Popen([sys.executable, os.path.join(CLIENTS, "mes.py"), address, "--batch",
                          "pictures", "--records", str(len(pictures)), "--seconds", seconds,
                          "--out", os.path.join(work, "mes.json")])]
    try:
        deadline = time.monotonic() + 20  # both must listen before the first item
        while "hello" not in open_text(os.path.join(work, "plc.jsonl")):
            if time.monotonic() > deadline:
                sys.exit("the PLC does not connect")
            time.sleep(0.05)
        command_line(address, "RESET", "START")
        for client in clients:
            check(client.wait(timeout=float(seconds) + 30) == 0, f"a client failed: {client.args}")
    finally:
        for client in clients:
            client.kill()
        process.send_signal(signal.SIGTERM)
        try:
            check(process.wait(timeout=30) == 0, "SIGTERM did not end the appliance cleanly")
        except subprocess.TimeoutExpired:
            process.kill()
            check(False, "SIGTERM did not end the appliance")
    plc = [json.loads(line) for line in open_text(os.path.join(work, "plc.jsonl")).splitlines()]
    with open(os.path.join(work, "mes.json"), encoding="utf-8") as file:
        mes = json.load(file)
    judge(pictures, listed, left_out, plc, mes, all_readable=not arguments.real)
    print("failures:", len(failures))
    return 1 if failures else 0


def open_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
