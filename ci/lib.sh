# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every job shares. Source it first: it moves to the root of the tree, closes stdin, and finds the tools.

set -euo pipefail
exec </dev/null # no job may wait for a person

job=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Tools that ci/setup builds live beside the user's own, so that no version of theirs is replaced.
tools=${SAMPAN_TOOLS:-${XDG_CACHE_HOME:-${HOME:-$root/build}/.cache}/sampan}
export PATH="$tools/bin:$PATH:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin"

# rustup's per-directory overrides and a user's flags must not change what is built.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET RUSTDOCFLAGS
export CARGO_TERM_PROGRESS_WHEN=never CARGO_NET_RETRY=5
if [[ ${CI:-} == true ]]; then
  export CARGO_INCREMENTAL=0
fi

# SAMPAN_RUST=debian uses Debian's Rust for everything, whatever else is installed.
if [[ ${SAMPAN_RUST:-} == debian ]]; then
  export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
  PATH="/usr/bin:$PATH"
fi

# True if the rustc found is at least the workspace's rust-version.
min_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
readonly min_rust
rust_is_new_enough() {
  local version
  version=$(rustc --version 2>/dev/null | awk '{ print $2 }')
  [[ -n $version && $(printf '%s\n' "$min_rust" "${version%%-*}" | sort -V | head -n 1) == "$min_rust" ]]
}

# Beside an older default of rustup's, the toolchain that ci/setup installs is used.
if command -v rustup >/dev/null && ! rust_is_new_enough &&
  [[ $'\n'$(rustup toolchain list 2>/dev/null) == *$'\n'"$min_rust-"* ]]; then
  export RUSTUP_TOOLCHAIN=$min_rust
fi

readonly exit_skipped=77

# Targets with the atomics that wasmi needs, and those without.
# shellcheck disable=SC2034  # used by the scripts that source this
readonly targets_with_atomics=(thumbv7m-none-eabi thumbv7em-none-eabi thumbv7em-none-eabihf
  thumbv8m.main-none-eabi thumbv8m.main-none-eabihf riscv32imac-unknown-none-elf)
# shellcheck disable=SC2034
readonly targets_without_atomics=(thumbv6m-none-eabi riscv32imc-unknown-none-elf)

# Emulated boards with room for everything, with Rust's target and the toolchain file for each.
# shellcheck disable=SC2034
readonly boards=(mps2-an386:thumbv7em-none-eabihf:cortex-m4f mps2-an505:thumbv8m.main-none-eabihf:cortex-m33f
  riscv32-virt:riscv32imac-unknown-none-elf:rv32imac)

# step TEXT: names what comes next; ci/test shows these lines as they come.
step() { printf '== %s\n' "$*"; }

# note TEXT: something a reader of the result must know, such as a check that could not be made.
note() { printf '== note: %s\n' "$*"; }

# The last line of every job is one of these three.
passed() { printf '%s: passed: %s\n' "$job" "$*"; exit 0; }
failed() { printf '%s: FAILED: %s\n' "$job" "$*" >&2; exit 1; }
skipped() { printf '%s: skipped: %s\n' "$job" "$*"; exit "$exit_skipped"; }

# need THING...: has ci/setup provide it.
need() { "$root/ci/setup" "$@" || failed "ci/setup $* failed"; }

# xtask ARG...: the build helper, for the host.
xtask() { cargo run --quiet --locked --package xtask -- "$@"; }

# host_tuple: the Rust target that this machine is.
host_tuple() { rustc --print host-tuple 2>/dev/null || rustc -vV | sed -n 's/^host: //p'; }

# has_target TARGET: whether this Rust has a precompiled `core` for it.
has_target() { compgen -G "$(rustc --print target-libdir --target "$1")/libcore-*.rlib" >/dev/null; }

# tests_passed LOG: how many tests cargo says have passed.
tests_passed() { awk '/^test result:/ { passed += $4 } END { print passed + 0 }' "$1"; }

# packed_archive TARGET: builds libsampan.a with the packed engine alone and prints its path. In a directory of its own:
# what is told apart from the archive of both engines by features has the same path.
packed_archive() {
  CARGO_TARGET_DIR=target/packed xtask staticlib --target "$1" --no-default-features --features packed
}

# crates CLASS...: names of the workspace's crates of these classes in ci/crates, one a line.
crates() {
  local class
  for class in "$@"; do
    awk -v class="$class" '!/^#/ && NF && $2 == class { print $1 }' ci/crates
  done
}

# default_crates CLASS...: those of them that are checked with their default features.
default_crates() {
  local class
  for class in "$@"; do
    awk -v class="$class" '!/^#/ && $2 == class { for (i = 3; i <= NF; i++) if ($i == "default") print $1 }' ci/crates
  done
}

# as_packages: turns names on stdin into `-p name` arguments, one a line.
as_packages() { sed 's/^/-p\n/'; }
