# SPDX-License-Identifier: MIT
#
# How one program is measured. Sourced by run; $dir holds the builds, $out the
# results, a file each: COMPILER-LEVEL/NAME.WHAT.

say() { echo "bench: $*" >&2; }
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="${1:-0}" -v b="${2:-0}" 'BEGIN { if (a > 0 && b > 0) printf "%.3f", a / b; else print "-" }'; }

measure=$dir/measure
# Images go to memory: what is measured is not the disk.
if [ -w /dev/shm ]; then scratch=$(mktemp -d /dev/shm/bench.XXXXXX)
else scratch=$(mktemp -d); fi
trap 'rm -rf "$scratch"' EXIT

# Bytes of code in a program.
text_size() { size -A "$1" | awk '$1 == ".text" { print $2 }'; }

# Instructions of a run, by cachegrind.
instructions() { # LOG CMD...
	log=$1
	shift
	valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
		"$@" 2>&1 >/dev/null | tee "$log" |
		sed -n 's/.*I *refs: *//p' | tr -d ,
}

# An image of CMD, stopped at its k-th poll.
stopped_image() { # IMAGE POLLS CMD...
	local image=$1 polls=$2

	shift 2
	rm -f "$image"
	CKPT_IMAGE=$image CKPT_AFTER_POLLS=$polls "$@" >/dev/null 2>&1
	[ $? -eq 85 ]
}

# instructions of plain, hcc, resumed and with --profile; text sizes
count() { # PLAIN HCC RESULT POLLS ARGS; with polls by profile it is HCC.f
	plain=$1 hcc=$2 result=$3 polls=$4
	shift 4
	image=$scratch/${result//\//.}
	instructions "$result.log" "$plain" "$@" >"$result.plain"
	rm -f "$image"
	CKPT_IMAGE=$image instructions "$result.log" "$hcc" "$@" >"$result.hcc"
	CKPT_IMAGE=$image instructions "$result.log" "${hcc%.h}.f" "$@" \
		>"$result.profile"
	: >"$result.resumed"
	if stopped_image "$image" "$polls" "$hcc" "$@"; then
		CKPT_IMAGE=$image instructions "$result.log" "$hcc" "$@" \
			>"$result.resumed"
	fi
	rm -f "$image"
	echo "$(text_size "$plain") $(text_size "$hcc")" >"$result.text"
}

# medians of the ratios of interleaved pairs: as built, and resumed
clock() { # PLAIN HCC RESULT POLLS ARGS
	plain=$1 hcc=$2 result=$3 polls=$4
	shift 4
	first=$scratch/first image=$scratch/image
	stopped_image "$first" "$polls" "$hcc" "$@" || rm -f "$first"
	: >"$scratch/time"
	: >"$scratch/again"
	for _ in $(seq "$PAIRS"); do
		p=$("$measure" time "$plain" "$@")
		rm -f "$image"
		h=$(CKPT_IMAGE=$image "$measure" time "$hcc" "$@")
		{ ratio "$h" "$p"; echo; } >>"$scratch/time"
		[ -e "$first" ] || continue
		cp "$first" "$image"
		h=$(CKPT_IMAGE=$image "$measure" time "$hcc" "$@")
		{ ratio "$h" "$p"; echo; } >>"$scratch/again"
	done
	median <"$scratch/time" >"$result.time"
	median <"$scratch/again" >"$result.again"
}

# Milliseconds from request to poll, to the file RESULT: p50 p99 max n
latency() { # HCC RESULT ARGS
	hcc=$1 result=$2
	shift 2
	: >"$scratch/ms"
	for seed in $(seq 20); do
		rm -f "$scratch/image"
		CKPT_IMAGE=$scratch/image "$measure" ask 150 $seed \
			"$scratch/fifo" "$hcc" "$@" >>"$scratch/ms"
		[ "$(wc -l <"$scratch/ms")" -lt 150 ] || break
	done
	sort -g "$scratch/ms" | awk '{ v[NR] = $1 }
		END { if (NR) printf "%.2f %.2f %.2f %d\n", v[int((NR + 1) / 2)],
			v[int(NR * 0.99 + 0.999)], v[NR], NR; else print "- - - 0" }' \
		>"$result"
}
