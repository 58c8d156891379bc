# SPDX-License-Identifier: MIT
#
# The page that run writes: a table for each build. Sourced by run.

result() { cat "$dir/$1/$2.$3" 2>/dev/null; } # BUILD KERNEL WHAT

page_head() {
	cat <<-END
	# Performance

	Written by \`make bench\`. Ratios are to the same program built by the plain
	compiler, in the same run, with checkpoints on (\`CKPT_IMAGE\` set) and none
	taken. Instructions are cachegrind's and steady; time is processor time, the
	median of $PAIRS interleaved pairs, and wavers by some hundredths, more on a
	busy machine. "After a restart": resumed from an image taken in the hot code,
	in the first hundredth of the run, against all of the plain run; below 1.00
	by what was done before. "Request to poll": milliseconds from SIGUSR2 at
	random times until the poll that answers it. Text: KiB of code, plain and
	instrumented, with $(($(result base base text) / 1024)) KiB of libckpt left out.

	| figure | target, default plan | target, --profile |
	| --- | --- | --- |
	| instructions and time, geometric mean | 1.02 | 1.01 |
	| worst | 1.10 (fib 1.30) | 1.05 |
	| after a restart, against without one | 1.02 | 1.02 |
	| request to poll, 99th percentile | 10 ms | 10 ms |

	$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg).
	END
	awk -v n="$(nproc)" '$1 > n { print "The machine was busy with other work: times" \
		" and milliseconds count little." }' /proc/loadavg
	for c in $absent; do
		echo "There is no $c on this machine: its tables are left out."
	done
}

row() { # BUILD KERNEL
	plain=$(result "$1" "$2" plain)
	inst=$(ratio "$(result "$1" "$2" hcc)" "$plain")
	again=$(ratio "$(result "$1" "$2" resumed)" "$plain")
	read -r p50 p99 max n < <(result "$1" "$2" latency; echo)
	read -r text_p text_h < <(result "$1" "$2" text; echo)
	time=$(result "$1" "$2" time)
	time_again=$(result "$1" "$2" again)
	profile=$(ratio "$(result "$1" "$2" profile)" "$plain")
	read -r _ f_p99 _ < <(result "$1" "$2" latency-profile; echo)
	echo "$2 $inst ${time:--} $again ${p99:--} $profile ${f_p99:--}" \
		"${time_again:--}" >>"$dir/$1/summary"
	text=-
	[ -z "$text_h" ] ||
		text=$(awk -v p="$text_p" -v h="$text_h" -v b="$(result base base text)" \
			'BEGIN { printf "%.1f, %.1f", p / 1024, (h - b) / 1024 }')
	latency="-"
	[ -z "${max:-}" ] || latency="$p50 / $p99 / $max of $n"
	echo "| $2 | $inst | $profile | ${time:--} | $again | ${time_again:--} |" \
		"$latency | ${f_p99:--} | $text |"
}

# Means, and what misses its target.
summary() { # BUILD
	awk '
	BEGIN {
		split("program,instructions,time,instructions after a restart," \
			"latency,instructions with --profile," \
			"latency with --profile,time after a restart", names, ",")
	}
	function mean(col,	i, s, n) {
		for (i = 1; i <= NR; i++)
			if (v[i, col] > 0) { s += log(v[i, col]); n++ }
		return n ? sprintf("%.3f", exp(s / n)) : "-"
	}
	# Which programs lack a column; all of them in one word.
	function lack(col, what,	i, n, s) {
		for (i = 1; i <= NR; i++)
			if (v[i, col] == "-") { n++; s = s " " v[i, 1] }
		if (n)
			gaps = gaps sprintf("%s%s of%s", gaps ? ", " : "", what,
				n == NR ? " all" : s)
	}
	function miss(i, col, limit, what) {
		if (v[i, col] + 0 > limit)
			out = out sprintf("%s%s %s %s", out ? ", " : "", v[i, 1], what, v[i, col])
	}
	{ for (c = 1; c <= NF; c++) v[NR, c] = $c }
	END {
		for (i = 1; i <= NR; i++) {
			miss(i, 2, v[i, 1] == "fib" ? 1.30 : 1.10, "instructions")
			miss(i, 3, v[i, 1] == "fib" ? 1.30 : 1.10, "time")
			if (v[i, 2] > 0 && v[i, 4] > 0 && v[i, 4] > v[i, 2] * 1.02)
				out = out sprintf("%s%s after a restart %s", out ? ", " : "", v[i, 1], v[i, 4])
			miss(i, 5, 10, "p99 of ms")
			miss(i, 6, v[i, 1] == "fib" ? 1.30 : 1.05, "instructions with --profile")
			miss(i, 7, 10, "p99 of ms with --profile")
		}
		printf "\nGeometric means: instructions %s, with --profile %s, time %s, instructions after a restart %s.\n",
			mean(2), mean(6), mean(3), mean(4)
		printf "Misses: %s.\n", out ? out : "none"
		for (c = 2; c <= NF; c++)
			lack(c, names[c])
		if (gaps)
			printf "Not measured (`-`): %s.\n", gaps
	}' "$dir/$1/summary"
}

table() { # BUILD NAMES...
	b=$1
	shift
	cat <<-END

	## ${b%-*} -${b#*-}

	| program | instructions | with --profile | time | after a restart: instructions | time | request to poll, ms: p50 / p99 / max | p99 with --profile | text |
	| --- | --- | --- | --- | --- | --- | --- | --- | --- |
	END
	: >"$dir/$b/summary"
	for k; do row "$b" "$k"; done
	summary "$b"
}
