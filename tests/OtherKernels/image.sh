#!/usr/bin/env bash
# image.sh SUITE FOLDER: a Debian suite's kernel and system as two files that QEMU boots from memory: FOLDER/vmlinuz and FOLDER/system.cpio.
# Packages are unpacked and not configured, which a system without services does not need.
set -euo pipefail
suite=$1
folder=$(realpath -m "$2")
packages=linux-image-cloud-amd64,bash,coreutils,mount,util-linux,kmod,procps,iproute2,ethtool,nftables,python3
packages+=,libstdc++6,libgcc-s1,libssl3,zlib1g,libsqlite3-0

mkdir -p "$folder"
# Each hook gets the system's folder, in which parts of this machine are mounted. What mmdebstrap makes itself is thrown away.
mmdebstrap --quiet --variant=extract --format=null --include="$packages" \
  --extract-hook='rm -r "$1/usr/share/doc" "$1/usr/share/man" "$1/usr/share/locale"' \
  --extract-hook='chroot "$1" /sbin/depmod "$(basename "$1"/lib/modules/*)"' \
  --extract-hook="mv \"\$1\"/boot/vmlinuz-* '$folder/vmlinuz'" \
  --extract-hook="cd \"\$1\" && find . -xdev \( -path './dev/*' -o -path './var/*' -o -path './boot/*' -o -path '*/udev/*' \) -prune -o -print | cpio --quiet -o -H newc -R 0:0 >'$folder/system.cpio.part'" \
  "$suite" /dev/null
mv "$folder/system.cpio.part" "$folder/system.cpio"
