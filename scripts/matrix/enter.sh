#!/bin/sh
# Runs a program in a Debian tree, as this very process: whoever started it has its pid.
#
# usage: sh enter.sh TREE FOLDERS program [argument…]
#
# FOLDERS, joined with colons, are the machine's own and are seen in the tree at the same paths.
# The mounts are made in a mount namespace of this process alone. They end with it, however it
# ends: nobody has to unmount anything, and nobody else can delete through them.
set -eu
if [ "$1" != --in-namespace ]; then
  exec unshare --mount --propagation private /bin/sh "$0" --in-namespace "$@"
fi
tree=$2
folders=$3
shift 3
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
# So that what is made in it, mount points of the folders among it, does not pile up in the tree.
mount -t tmpfs tmpfs "$tree/tmp"
IFS=:
for folder in $folders; do
  mkdir -p "$tree$folder"
  # With what is mounted in it: a broker whose data are to be on a small disk would fill the large one.
  mount --rbind "$folder" "$tree$folder"
done
unset IFS
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
exec chroot "$tree" "$@"
