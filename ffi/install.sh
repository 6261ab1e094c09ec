#!/bin/sh
# Installs the C and C++ interface: install.sh PREFIX [FOLDER WITH THE BUILT LIBRARIES]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=${1:?usage: install.sh PREFIX [FOLDER]}
built=${2:-$here/../target/release}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml" | head -n 1)

mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
prefix=$(cd "$prefix" && pwd)
cp "$here"/include/cocket*.h "$here"/include/cocket*.hpp "$prefix/include/"
cp "$built/libcocket_c.a" "$prefix/lib/libcocket.a"
if [ -f "$built/libcocket_c.dylib" ]; then
    cp "$built/libcocket_c.dylib" "$prefix/lib/libcocket.0.dylib"
    ln -sf libcocket.0.dylib "$prefix/lib/libcocket.dylib"
else
    cp "$built/libcocket_c.so" "$prefix/lib/libcocket.so.0"
    ln -sf libcocket.so.0 "$prefix/lib/libcocket.so"
fi
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" "$here/cocket.pc.in" \
    >"$prefix/lib/pkgconfig/cocket.pc"
