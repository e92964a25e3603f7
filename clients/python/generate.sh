#!/usr/bin/env bash
# Writes src/rupt/v2 from the protos; needs buf and the packages of the extra `generate`.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf src/rupt/v2
buf generate
cp ../../proto/rupt/v2/rupt_grpc_service_config.json src/rupt/
