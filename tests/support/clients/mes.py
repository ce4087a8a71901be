#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An MES that reads Veriline's records and pulls its verified codes, made from the .proto alone.

Follows InspectionService from --from-seq on until --seconds are over or --records came, and
meanwhile and afterwards pulls ListVerifiedCodes of --batch by cursor until nothing new has come for
--stable seconds. Writes one JSON object to --out:

  {"line_id":..,"store_id":..,
   "records":[{"seq":..,"kind":"ITEM","lane":..,"item_seq":..,"accepted":..,"primary":"NO_READ",
    "reasons":[..],"detail":..,"batch":..,"received_ns":..,
    "codes":[{"role":"IDENTITY","symbology":..,"identifier":..,"text":..,"payload":"hex"}]}],
   "gaps":[{"from_seq":..,"to_seq":..,"missed":..}],
   "verified":[{"cursor":..,"code":"hex","text":..,"state":"COMMISSIONED","lane":..,"item_seq":..,
    "encoder_count":..,"confirmed":"2025-01-01T00:00:00Z"}],
   "end":..,"verified_end":"stable"}

"received_ns" is CLOCK_MONOTONIC; "text" of a verified code is its bytes as UTF-8 where they are.
Exit code 0, or 1 when the server could not be reached or refused.

Example: mes.py 127.0.0.1:50051 --batch night --seconds 60 --out mes.json
"""
import argparse
import json
import queue
import sys
import threading
import time

import grpc

import contract

CREDITS = 512  # in hand; granted again when half of them are spent
PULL_SECONDS = 0.2


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="host:port or unix:/path of the server")
    parser.add_argument("--proto", default=contract.PROTO_FOLDER,
                        help="folder of veriline/v1/*.proto (default: the repository's)")
    parser.add_argument("--out", default="-", help="file for the JSON; - = standard output")
    parser.add_argument("--batch", default="", help="pull the verified codes of this batch")
    parser.add_argument("--unconfirmed", action="store_true", help="unconfirmed codes as well")
    parser.add_argument("--from-seq", type=int, default=1, help="first record wanted (default 1)")
    parser.add_argument("--records", type=int, default=0, help="end after so many; 0 = never")
    parser.add_argument("--seconds", type=float, default=60, help="how long to follow (default 60)")
    parser.add_argument("--stable", type=float, default=1,
                        help="codes are complete when none came for so long (default 1)")
    parser.add_argument("--connect-seconds", type=float, default=10,
                        help="how long to wait for the server (default 10)")
    return parser.parse_args()


class Mes:
    def __init__(self, arguments):
        self.arguments = arguments
        self.types, self.inspection, inspection_service, self.batch, batch_service = contract.load(
            arguments.proto, "types_pb2", "inspection_service_pb2", "inspection_service_pb2_grpc",
            "batch_service_pb2", "batch_service_pb2_grpc")
        self.channel = grpc.insecure_channel(arguments.address)
        self.records_stub = inspection_service.InspectionServiceStub(self.channel)
        self.batch_stub = batch_service.BatchServiceStub(self.channel)
        self.result = {"line_id": "", "store_id": "", "records": [], "gaps": [], "verified": [],
                       "verified_end": ""}
        self.following = threading.Event()
        self.following.set()
        self.failure = None

    def reason(self, number):
        return contract.short_name(self.types.RejectReason, number, "REJECT_REASON_")

    def take_record(self, record):
        self.result["records"].append({
            "seq": record.seq,
            "kind": contract.short_name(self.inspection.InspectionRecord.Kind, record.kind,
                                        "KIND_"),
            "lane": record.item.lane, "item_seq": record.item.item_seq,
            "accepted": record.accepted, "primary": self.reason(record.primary),
            "reasons": [self.reason(reason) for reason in record.reasons],
            "detail": record.detail, "batch": record.batch,
            "received_ns": time.monotonic_ns(),
            "codes": [{"role": contract.short_name(self.types.CodeRole, code.role, "CODE_ROLE_"),
                       "symbology": code.symbology, "identifier": code.identifier,
                       "text": code.text, "payload": code.payload.hex()}
                      for code in record.codes]})

    def follow(self):
        """Reads the stream of records; gives the reason of its end."""
        requests = queue.Queue()
        request_type = self.inspection.InspectionServiceWatchRequest
        requests.put(request_type(open=request_type.Open(watch=self.types.WatchOpen(
            from_seq=self.arguments.from_seq, credits=CREDITS))))
        stream = self.records_stub.Watch(iter(requests.get, None), timeout=self.arguments.seconds)
        spent = 0
        try:
            for response in stream:
                kind = response.WhichOneof("event")
                if kind == "hello":
                    self.result["line_id"] = response.hello.line_id
                    self.result["store_id"] = response.hello.store_id
                elif kind == "gap":
                    self.result["gaps"].append({"from_seq": response.gap.from_seq,
                                                "to_seq": response.gap.to_seq,
                                                "missed": response.gap.missed})
                elif kind == "record":
                    self.take_record(response.record)
                    spent += 1
                    if spent == CREDITS // 2:
                        requests.put(request_type(credits=spent))
                        spent = 0
                    if self.arguments.records and \
                            len(self.result["records"]) >= self.arguments.records:
                        return "all records seen"
            return "the stream ended"
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                return "time is up"
            if error.code() != grpc.StatusCode.UNAVAILABLE:  # it shut down: what came is good
                self.failure = error
            return error.details()
        finally:
            stream.cancel()
            requests.put(None)

    def pull_page(self, after):
        response = self.batch_stub.ListVerifiedCodes(
            self.batch.ListVerifiedCodesRequest(
                batch=self.arguments.batch, after=after,
                include_unconfirmed=self.arguments.unconfirmed), timeout=30)
        for code in response.codes:
            row = {"cursor": code.cursor, "code": code.code.hex(),
                   "state": contract.short_name(self.types.CodeState, code.state, "CODE_STATE_"),
                   "lane": code.item.lane, "item_seq": code.item.item_seq,
                   "encoder_count": code.encoder_count}
            try:
                row["text"] = code.code.decode("utf-8")
            except UnicodeDecodeError:
                pass
            if code.HasField("confirmed"):
                row["confirmed"] = code.confirmed.utc.ToJsonString()
            self.result["verified"].append(row)
        return response.codes[-1].cursor if response.codes else after

    def pull(self):
        """Thread: pulls verified codes while records are followed, then until they are stable."""
        cursor = 0
        changed = time.monotonic()
        try:
            while True:
                was_following = self.following.is_set()
                last = self.pull_page(cursor)
                if last != cursor:
                    cursor = last
                    changed = time.monotonic()
                    continue
                if was_following:
                    changed = time.monotonic()
                elif time.monotonic() - changed >= self.arguments.stable:
                    self.result["verified_end"] = "stable"
                    return
                time.sleep(PULL_SECONDS)
        except grpc.RpcError as error:
            self.result["verified_end"] = error.details()
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                self.failure = error

    def run(self):
        grpc.channel_ready_future(self.channel).result(timeout=self.arguments.connect_seconds)
        puller = threading.Thread(target=self.pull) if self.arguments.batch else None
        if puller:
            puller.start()
        self.result["end"] = self.follow()
        self.following.clear()
        if puller:
            puller.join()
        if self.failure:
            print(f"mes.py: {self.failure.code().name}: {self.failure.details()}", file=sys.stderr)
        self.channel.close()
        return 1 if self.failure else 0


def main():
    arguments = parse_arguments()
    mes = Mes(arguments)
    try:
        code = mes.run()
    except grpc.FutureTimeoutError:
        print(f"mes.py: no server at {arguments.address}", file=sys.stderr)
        return 1
    with sys.stdout if arguments.out == "-" else open(arguments.out, "w", encoding="utf-8") as out:
        json.dump(mes.result, out)
        out.write("\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
