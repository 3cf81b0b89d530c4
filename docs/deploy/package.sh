#!/bin/sh
# Builds the Debian package: `docs/deploy/package.sh OUT [ENGINE [FLAG…]]`. Around ENGINE if one is named, else around a release built first;
# flags are `cargo deb`'s.
set -eu
cd "$(dirname "$0")/../.."
out=$1
engine=${2:-}
shift "$(($# < 2 ? $# : 2))"
if [ -z "$engine" ]; then
    cargo build --locked --release --bin engine
    engine=${CARGO_TARGET_DIR:-target}/release/engine
fi
# Where `cargo deb` looks for what was built: the engine, and what it says of itself.
target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT
made=$target/release/package
mkdir -p "$made"
cp "$engine" "$target/release/engine"
"$engine" completions bash >"$made/engine.bash"
"$engine" completions zsh >"$made/_engine"
"$engine" completions fish >"$made/engine.fish"
"$engine" man --out "$made/man"
gzip -9n "$made"/man/*.1
CARGO_TARGET_DIR=$target cargo deb --locked --no-build --output "$out" "$@"
