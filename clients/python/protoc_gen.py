"""Lets buf run the generators inside grpcio-tools, which come without a plugin of their own: `protoc_gen.py python|pyi|grpc_python`."""

import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc


def generate(generator: str, request: CodeGeneratorRequest) -> CodeGeneratorResponse:
    response = CodeGeneratorResponse(
        supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    with tempfile.TemporaryDirectory() as folder:
        files, out = Path(folder, "files.binpb"), Path(folder, "out")
        files.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        out.mkdir()
        exit_code = protoc.main(
            ["protoc", f"--descriptor_set_in={files}", f"--{generator}_out={out}", *request.file_to_generate]
        )
        if exit_code != 0:
            response.error = f"protoc --{generator}_out ended with {exit_code}"
        for path in sorted(out.rglob("*.py*")):
            response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text())
    return response


if __name__ == "__main__":
    asked = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(generate(sys.argv[1], asked).SerializeToString())
