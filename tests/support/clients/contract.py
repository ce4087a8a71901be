# SPDX-License-Identifier: Apache-2.0
"""The contract as Python modules, generated from the .proto files when a client starts."""
import importlib
import os
import sys
import tempfile

from grpc_tools import protoc

PROTO_FOLDER = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../../rpc/proto"))


def load(proto_folder, *names):
    """Generates veriline/v1 and returns the modules `names`, as "types_pb2"."""
    with tempfile.TemporaryDirectory(prefix="veriline-proto-") as folder:
        sources = os.path.join(proto_folder, "veriline", "v1")
        files = [os.path.join(sources, file)
                 for file in sorted(os.listdir(sources)) if file.endswith(".proto")]
        code = protoc.main(["protoc", "-I", proto_folder, "-I", "/usr/include",
                            "--python_out", folder, "--grpc_python_out", folder, *files])
        if code != 0:
            sys.exit(f"cannot generate Python from {sources}")
        sys.path.insert(0, folder)
        return [importlib.import_module("veriline.v1." + name) for name in names]


def short_name(enum, number, prefix):
    """NO_READ for REJECT_REASON_NO_READ."""
    return enum.Name(number).replace(prefix, "", 1)
