#!/bin/sh
# A stand-in for python:3.13-slim from Debian's packages, where no registry of images is reached: sh base.sh <new folder>
#
# As the image: Debian trixie, CPython 3.13 with venv, `python` in /usr/local/bin. It trusts whom this machine trusts.
set -eu
root=$1

debootstrap --variant=minbase --include=ca-certificates,netbase,tzdata,python3.13,python3.13-venv trixie "$root" \
    "${DEBIAN:-http://deb.debian.org/debian}" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log"
    exit 1
}
for name in python python3 python3.13; do
    ln -sf /usr/bin/python3.13 "$root/usr/local/bin/$name"
done
for authority in /usr/local/share/ca-certificates/*.crt; do
    [ ! -e "$authority" ] || cp "$authority" "$root/usr/local/share/ca-certificates/"
done
chroot "$root" update-ca-certificates >/dev/null 2>&1
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
