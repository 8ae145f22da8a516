#!/bin/sh
# The image built by buildah, which needs no engine, and docker-compose.yml's stack played from it: sh image.sh <python>
#
# Mounts are made in a namespace of their own and end with it; everything built lies in one folder that is removed.
# Each process runs in the image's root, read-only, as its user, without any privilege. BASE=local: python:3.13-slim
# is made here (base.sh) where no registry of images is reached; otherwise it is pulled.
set -eu
python=$1

skip() {
    echo "skipped: $1"
    exit 0
}

[ "$(id -u)" = 0 ] || skip "root is needed to mount an image and to become its user"
command -v buildah >/dev/null || skip "there is no buildah (Debian: apt install buildah)"
[ "${BASE:-}" != local ] || command -v debootstrap >/dev/null || skip "there is no debootstrap (Debian: apt install debootstrap)"
if [ -z "${LINLI_IMAGE_WORK:-}" ]; then
    unshare --mount true 2>/dev/null || skip "this machine lets nobody mount"
    LINLI_IMAGE_WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/linli-image-XXXXXX")
    export LINLI_IMAGE_WORK
    trap 'rm -rf --one-file-system "$LINLI_IMAGE_WORK"' EXIT
    trap 'exit 130' INT TERM
    unshare --mount --propagation private sh "$0" "$python"
    exit
fi

work=$LINLI_IMAGE_WORK
chmod 0711 "$work"
with() {
    command=$1
    shift
    buildah --storage-driver vfs --root "$work/store" --runroot "$work/run" "$command" "$@"
}

pull=--pull
if [ "${BASE:-}" = local ]; then
    sh tests/containers/base.sh "$work/base"
    made=$(with from scratch)
    with add --quiet "$made" "$work/base" / >/dev/null
    with config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 "$made"
    with commit --quiet --rm "$made" docker.io/library/python:3.13-slim >/dev/null
    rm -rf "$work/base"
    pull=--pull=never
fi

# What is committed, as a stranger would have it.
git clone --quiet . "$work/clone"
began=$(date +%s)
with build --isolation chroot "$pull" --format docker --tag linli:check "$work/clone" >"$work/build.log" 2>&1 || {
    tail -n 30 "$work/build.log"
    exit 1
}
echo "built in $(($(date +%s) - began)) s"
with inspect --type image linli:check >"$work/image.json"
with images --format '{{.Name}}:{{.Tag}} {{.Size}}'

root=$(with mount "$(with from --pull=never linli:check)")
mkdir "$work/stack" "$work/root"
mount --bind "$root" "$work/root"
mount -t proc proc "$work/root/proc"
mount --rbind /dev "$work/root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$work/root/tmp"
mkdir -p "$root/$work/stack" # where secrets and data lie: by the same name on both sides
mount --bind "$work/stack" "$work/root/$work/stack"
mount -o remount,bind,ro "$work/root"
chmod 0711 "$work/stack"

LINLI_IMAGE="$work/root" LINLI_IMAGE_CONFIG="$work/image.json" TMPDIR="$work/stack" \
    "$python" -m pytest -q -m "prove or not prove" -p no:cacheprovider tests/containers/test_image.py tests/containers/test_stack.py
