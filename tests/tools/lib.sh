# SPDX-License-Identifier: MIT
#
# For TAP suites in sh that need a pool of their own. Sourced from the root of
# the tree, with B the build directory.
#
# The pool lives in a short directory below /tmp and is taken down at the end,
# whatever happens.

: "${B:=build}"
bin=$(cd "$B/bin" && pwd) || exit 1
work=$(mktemp -d /tmp/ht.XXXXXX) || exit 1
HARRIER_DIR=$work/pool
export HARRIER_DIR
unset HARRIER_SOCKET HARRIER_URL HARRIER_TOKEN_FILE
PATH=$bin:$PATH
tests=0

# Everything ends here, once.
finish() {
	code=$?
	trap - EXIT INT TERM
	harrier down -fast >"$work/down.log" 2>&1
	rm -rf "$work"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

plan() {
	echo "1..$tests"
}

# ok NAME STATUS [FILE...]: one test; files are shown where it failed.
ok() {
	tests=$((tests + 1))
	name=$1
	status=$2
	shift 2
	if [ "$status" -eq 0 ]; then
		echo "ok $tests - $name"
		return 0
	fi
	echo "not ok $tests - $name"
	for f in "$@"; do
		[ -f "$f" ] && sed "s|^|# $(basename "$f"): |" "$f"
	done
	return 1
}

# skip NAME WHY: a test that cannot be run here.
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

# run COMMAND...: leaves stdout, stderr and status in $work/out, err, $rc.
run() {
	"$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

# says NAME STATUS out|err PATTERN: did the last run end so and say so?
says() {
	r=1
	[ "$rc" -eq "$2" ] && grep -q -e "$4" "$work/$3" && r=0
	[ $r -eq 0 ] || echo "# status $rc, wanted $2 and '$4' in $3"
	ok "$1" $r "$work/out" "$work/err"
}

# until_ok SECONDS COMMAND...: the event, with a limit.
until_ok() {
	limit=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$limit" ] || return 1
		sleep 0.05
	done
}

# Without a pool the rest says nothing.
no_pool() {
	plan
	exit 1
}

# A job's number from hsubmit's sentence in $work/out.
cluster() {
	sed -n 's/.*submitted to cluster \([0-9]*\)\./\1/p' "$work/out"
}
