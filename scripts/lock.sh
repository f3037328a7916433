#!/bin/sh
# Pins what requirements*.in asks for, from a virtual environment made for this alone.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
python3 -m venv "$folder"

pin() { # requirements file in → file out
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade -r "$1"
    {
        echo "# Written by \`make lock\` from $1; do not edit."
        "$folder/bin/python" -m pip freeze
    } >"$2"
}

pin requirements.in requirements.txt
pin requirements-dev.in requirements-dev.txt
