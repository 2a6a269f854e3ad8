# shellcheck shell=bash
# Sourced by the scripts of this folder: where things are, and how to say something.

TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$TOOLS")
# Fetched tools and jars, shared by all checkouts of a user.
EVENKEEL_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/evenkeel
readonly TOOLS ROOT EVENKEEL_CACHE

say() { printf '%s\n' "$*" >&2; }
die() {
  say "${0##*/}: $*"
  exit 1
}

# The newest commit that has landed: what a change is compared with. Prints nothing where there is none.
base_commit() {
  local base
  if [[ -n ${EVENKEEL_BASE:-} ]]; then
    git -C "$ROOT" rev-parse --verify -q "$EVENKEEL_BASE^{commit}" || die "EVENKEEL_BASE '$EVENKEEL_BASE': no such commit"
    return
  fi
  base=$(git -C "$ROOT" merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -z $base || $base == "$(git -C "$ROOT" rev-parse HEAD)" ]]; then
    base=$(git -C "$ROOT" rev-parse --verify -q 'HEAD^' || true)
  fi
  [[ -z $base ]] || printf '%s\n' "$base"
}

# kept NAME COMMAND...: makes $EVENKEEL_CACHE/NAME by running COMMAND with the folder as last
# argument, unless it is there; whole or not at all, one at a time.
kept() {
  local folder=$EVENKEEL_CACHE/$1
  shift
  [[ -e $folder/.complete ]] && return
  mkdir -p "$EVENKEEL_CACHE"
  (
    flock 9
    [[ -e $folder/.complete ]] && exit
    rm -rf "$folder"
    mkdir "$folder"
    "$@" "$folder"
    touch "$folder/.complete"
  ) 9>"$folder.lock"
}

# Where tools/setup keeps what Debian lacks. A changed pin is another folder.
lizard_name() { echo "lizard-$(sha256sum "$TOOLS/requirements.txt" | cut -c1-12)"; }
buf_name() { echo "buf-$(sha256sum "$TOOLS/buf/package-lock.json" | cut -c1-12)"; }
asyncapi_name() { echo "asyncapi-$(sha256sum "$TOOLS/asyncapi/package-lock.json" | cut -c1-12)"; }
connect_name() { echo "connect-$(sha256sum "$TOOLS/connect/package-lock.json" | cut -c1-12)"; }
# Debian's Go builds this one; newer ones want a newer Go.
readonly GRPCURL_VERSION=1.9.1
grpcurl_name() { echo "grpcurl-$GRPCURL_VERSION"; }
lizard() { "$EVENKEEL_CACHE/$(lizard_name)/bin/lizard" "$@"; }
buf() {
  local platform
  platform=linux-$(uname -m | sed s/x86_64/x64/)
  "$EVENKEEL_CACHE/$(buf_name)/node_modules/@bufbuild/buf-$platform/bin/buf" "$@"
}

# The files of the checkout that match, tracked or new, each ended by a zero byte.
sources() {
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard --deduplicate -- "$@") |
    while IFS= read -r -d '' file; do
      [[ ! -f $ROOT/$file ]] || printf '%s\0' "$ROOT/$file"
    done
}
