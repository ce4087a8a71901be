#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A PLC that lives by Veriline's RejectService, made from the .proto alone.

Takes releases, verdicts and heartbeats, confirms what was released (--confirm), and writes one JSON
object a line to --out for each thing it saw, with the time it came (received_ns, CLOCK_MONOTONIC):

  {"event":"hello","received_ns":..,"line_id":..,"store_id":..,"counts_per_mm":..,"lanes":..,
   "last_seq":..}
  {"event":"verdict","received_ns":..,"seq":..,"lane":..,"item_seq":..,"part_id":..,"from_count":..,
   "to_count":..,"released":..,"primary":"NO_READ","reasons":[..],"times":{"trigger_ns":..,...}}
  {"event":"heartbeat","received_ns":..,"steady_ns":..,"encoder_count":..,"last_seq":..,
   "state":"EXECUTE"}
  {"event":"gap","received_ns":..,"from_seq":..,"to_seq":..,"missed":..}
  {"event":"confirming","received_ns":..,"item_seqs":[..]}   right before it is sent
  {"event":"confirmed","received_ns":..,"item_seqs":[..]}    taken by the line
  {"event":"end","received_ns":..,"why":..,"verdicts":..,"released":..,"confirmed":..}

Ends after --seconds, after --items verdicts, or when the stream ends. Exit code 0, or 1 when the
server could not be reached or refused.

Example: plc.py 127.0.0.1:50051 --confirm --seconds 60 --out plc.jsonl
"""
import argparse
import json
import queue
import sys
import threading
import time

import grpc

import contract

CREDITS = 256  # in hand; granted again when half of them are spent


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="host:port or unix:/path of the server")
    parser.add_argument("--proto", default=contract.PROTO_FOLDER,
                        help="folder of veriline/v1/*.proto (default: the repository's)")
    parser.add_argument("--out", default="-", help="file for the JSON lines; - = standard output")
    parser.add_argument("--seconds", type=float, default=60, help="how long to listen (default 60)")
    parser.add_argument("--items", type=int, default=0,
                        help="end after so many verdicts; 0 = never")
    parser.add_argument("--confirm", action="store_true",
                        help="confirm each released item as passed")
    parser.add_argument("--confirm-after", type=float, default=0,
                        help="seconds from a release to its confirmation: the way to the exit")
    parser.add_argument("--connect-seconds", type=float, default=10,
                        help="how long to wait for the server (default 10)")
    return parser.parse_args()


class Plc:
    def __init__(self, arguments, out):
        self.messages, service, self.types = contract.load(
            arguments.proto, "reject_service_pb2", "reject_service_pb2_grpc", "types_pb2")
        self.arguments = arguments
        self.out = out
        self.channel = grpc.insecure_channel(arguments.address)
        self.stub = service.RejectServiceStub(self.channel)
        self.requests = queue.Queue()
        self.to_confirm = queue.Queue()
        self.verdicts = 0
        self.released = 0
        self.confirmed = 0

    def write(self, event, **fields):
        # One write each, so that a reader of the file sees whole lines while it grows.
        self.out.write(json.dumps({"event": event, **fields}) + "\n")
        self.out.flush()

    def reason(self, number):
        return contract.short_name(self.types.RejectReason, number, "REJECT_REASON_")

    def on_verdict(self, now_ns, verdict):
        self.verdicts += 1
        times = verdict.times
        self.write(
            "verdict", received_ns=now_ns, seq=verdict.seq, lane=verdict.item.lane,
            item_seq=verdict.item.item_seq, part_id=verdict.part_id,
            from_count=verdict.window.from_count,
            to_count=verdict.window.to_count, released=verdict.released,
            primary=self.reason(verdict.primary),
            reasons=[self.reason(reason) for reason in verdict.reasons],
            times={name: getattr(times, name) for name in
                   ("trigger_ns", "exposure_ns", "last_pixel_ns", "decision_ns", "sent_ns")})
        if verdict.released:
            self.released += 1
            if self.arguments.confirm:
                self.to_confirm.put((now_ns / 1e9 + self.arguments.confirm_after, verdict.item))

    def on_response(self, response):
        now_ns = time.monotonic_ns()
        kind = response.WhichOneof("event")
        if kind == "verdict":
            self.on_verdict(now_ns, response.verdict)
        elif kind == "heartbeat":
            beat = response.heartbeat
            self.write("heartbeat", received_ns=now_ns, steady_ns=beat.steady_ns,
                       encoder_count=beat.encoder_count, last_seq=beat.last_seq,
                       state=contract.short_name(self.types.PackmlState, beat.state,
                                                 "PACKML_STATE_"))
        elif kind == "gap":
            self.write("gap", received_ns=now_ns, from_seq=response.gap.from_seq,
                       to_seq=response.gap.to_seq, missed=response.gap.missed)
        elif kind == "hello":
            hello = response.hello
            self.write("hello", received_ns=now_ns, line_id=hello.line_id, store_id=hello.store_id,
                       counts_per_mm=hello.counts_per_mm, lanes=hello.lanes,
                       last_seq=hello.last_seq)

    def next_is_due(self):
        """Whether the next one that waits may be confirmed now, or is the end."""
        waiting = self.to_confirm.queue  # this thread alone takes from it
        return bool(waiting) and (waiting[0] is None or waiting[0][0] <= time.monotonic())

    def confirm(self):
        """Thread: sends what is to be confirmed, in groups, until it meets None."""
        request_type = self.messages.ConfirmRequest
        waiting = []
        ending = False
        while waiting or not ending:
            if not waiting:
                following = self.to_confirm.get()
                if following is None:
                    return
                time.sleep(max(0, following[0] - time.monotonic()))
                waiting.append(following[1])
            while len(waiting) < 256 and self.next_is_due():
                following = self.to_confirm.get()
                if following is None:
                    ending = True
                    break
                waiting.append(following[1])
            request = request_type(confirmations=[
                request_type.Confirmation(item=item, outcome=request_type.OUTCOME_PASSED)
                for item in waiting])
            item_seqs = [item.item_seq for item in waiting]
            self.write("confirming", received_ns=time.monotonic_ns(), item_seqs=item_seqs)
            try:
                taken = self.stub.Confirm(request, timeout=10).taken
            except grpc.RpcError as error:
                self.write("error", received_ns=time.monotonic_ns(), why=error.details())
                return
            self.write("confirmed", received_ns=time.monotonic_ns(), item_seqs=item_seqs[:taken])
            self.confirmed += taken
            del waiting[:taken]
            if taken == 0:
                time.sleep(0.01)  # the line's queue is full

    def run(self):
        grpc.channel_ready_future(self.channel).result(timeout=self.arguments.connect_seconds)
        self.requests.put(self.messages.RejectServiceWatchRequest(
            open=self.types.WatchOpen(credits=CREDITS)))
        stream = self.stub.Watch(iter(self.requests.get, None), timeout=self.arguments.seconds)
        confirmer = threading.Thread(target=self.confirm)
        confirmer.start()
        spent = 0
        why = "the stream ended"
        code = None
        try:
            for response in stream:
                self.on_response(response)
                if response.HasField("verdict"):
                    spent += 1
                    if spent == CREDITS // 2:
                        self.requests.put(
                            self.messages.RejectServiceWatchRequest(credits=spent))
                        spent = 0
                if self.arguments.items and self.verdicts >= self.arguments.items:
                    why = "all items seen"
                    break
        except grpc.RpcError as error:
            code = error.code()
            why = "time is up" if code == grpc.StatusCode.DEADLINE_EXCEEDED else error.details()
        stream.cancel()
        self.requests.put(None)
        self.to_confirm.put(None)
        confirmer.join()
        self.write("end", received_ns=time.monotonic_ns(), why=why, verdicts=self.verdicts,
                   released=self.released, confirmed=self.confirmed)
        self.channel.close()
        return 0 if code in (None, grpc.StatusCode.DEADLINE_EXCEEDED,
                             grpc.StatusCode.UNAVAILABLE) else 1


def main():
    arguments = parse_arguments()
    out = sys.stdout if arguments.out == "-" else open(arguments.out, "w", encoding="utf-8")
    try:
        return Plc(arguments, out).run()
    except grpc.FutureTimeoutError:
        print(f"plc.py: no server at {arguments.address}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
