# Installs packages of Debian's into an empty root folder, $SCRATCH/root, and prints which are installed then.
. "$BENCH/loader"

root=$SCRATCH/root
state=$root/var/lib/dpkg
programs=$SCRATCH/bin

# dpkg starts others by their names; they are run with libraries of their own.
mkdir -p "$programs"
for name in dpkg-deb dpkg-split rm tar; do
    cat >"$programs/$name" <<END
#!/bin/sh
. "\$BENCH/loader"
debian $name "\$@"
END
    chmod 755 "$programs/$name"
done
PATH=$programs:$PATH

# The packages need others that are not there, and programs in PATH that none of them calls.
manage() {
    debian dpkg "--root=$root" --force-not-root --force-bad-path --force-depends --force-script-chrootless --no-triggers "$@"
}

rm -rf "$root"
mkdir -p "$state/info" "$state/updates" "$state/triggers" "$state/parts"
: >"$state/status"
: >"$state/available"
if ! manage --install "$BENCH"/debian/packages/*.deb >"$SCRATCH/install.log" 2>&1; then
    grep -m 1 error: "$SCRATCH/install.log" >&2
fi
sed -n 's/^Package: //p; s/^Status: //p' "$state/status"
rm -rf "$root"
