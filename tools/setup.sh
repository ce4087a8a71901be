#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the build and the tests need on Debian 12. Quick when nothing is missing.
#   tools/setup.sh           install what is missing (as root, or with sudo)
#   tools/setup.sh --check   say what is missing; needs no root; exit 1 when something is
set -euo pipefail

packages=(
  build-essential cmake ninja-build pkg-config
  libopencv-dev libzxing-dev libdmtx-dev libtbb-dev
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libsqlite3-dev libpq-dev postgresql-15 libssl-dev libsodium-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev
  libaravis-dev libusb-1.0-0-dev
  libcairo2-dev libhwy-dev libexpected-dev libspdlog-dev libfmt-dev libzint-dev libzbar-dev
  libfreetype-dev fonts-ocr-a fonts-ocr-b fonts-opendin fonts-dejavu-core
  libtesseract-dev tesseract-ocr-eng
  libgtest-dev libgmock-dev librapidcheck-dev
  openssl poppler-utils procps python3 python3-grpcio python3-grpc-tools python3-protobuf
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

if [ "${1:-}" = --check ]; then
  if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}"
    exit 1
  fi
  exit 0
elif [ $# -gt 0 ]; then
  echo "usage: tools/setup.sh [--check]" >&2
  exit 2
fi

[ ${#missing[@]} -gt 0 ] || exit 0
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "missing: ${missing[*]} (run tools/setup.sh as root, or install sudo)" >&2
    exit 1
  }
  sudo=(sudo)
fi
echo "installing: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends \
  "${missing[@]}" >/dev/null
