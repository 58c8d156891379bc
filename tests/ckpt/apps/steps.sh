# SPDX-License-Identifier: MIT
#
# What is done with each program; read by run.

# For packages whose patches touch what autotools made.
norebuild="AUTOMAKE=: ACLOCAL=: AUTOCONF=: AUTOHEADER=: MAKEINFO=:"

ok() { echo "ok - $name: $1"; }
# not_ok TEXT [FILE...]: with the last lines of the files.
not_ok() {
	echo "not ok - $name: $1"
	shift
	for f; do
		[ -s "$f" ] && tail -n 8 "$f" | cut -c 1-200 |
			sed "s,^,# ${f##*/}: ,"
	done
	failed=1
}
# must TEXT FILE COMMAND...: 1 if it fails, which the file explains.
must() {
	text=$1
	file=$2
	shift 2
	if "$@"; then ok "$text"; else not_ok "$text" "$file"; return 1; fi
}
say() { echo "# $name: $*"; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }

# ---- the source and its builds ------------------------------------------------

# The package's files in a folder of its own, unpacked below that. Once they are
# there no network is asked.
fetch() {
	dir=$B/test/apps/packages/$package
	mkdir -p "$dir"
	source=$dir/source$([ "$unpack" = -x ] || echo -as-released)
	(
		cd "$dir" || exit
		[ -e fetched ] || {
			rm -rf ./*
			"$mk/deps-src"
			apt-get -q source --download-only "$package" || {
				echo "cannot fetch '$package': is there a" \
					"network, and a deb-src line in" \
					"/etc/apt (make deps-src)?"
				exit 1
			}
			: >fetched
		}
		[ -e "$source/.unpacked" ] || {
			rm -rf "$source"
			dpkg-source $unpack ./*.dsc "$source" &&
				: >"$source/.unpacked"
		}
	) >"$home/fetch.log" 2>&1
}

# make_one FOLDER CC [TRIPLET [FLAGS]]
make_one() {
	folder=$1
	if fresh "$folder/built" "$apps/$name.app" $(made_of "$2"); then
		return 0
	fi
	rm -rf "$folder"
	cp -a "$source" "$folder" &&
		(cd "$folder" && CC=$2 && CFLAGS="$cflags -w ${4:-}" &&
			host=${3:-} && LDFLAGS= &&
			config_cc=${3:+$3-gcc} &&
			: "${config_cc:=$CC}" &&
			export CC CFLAGS LDFLAGS && build) \
			>"$folder.log" 2>&1 </dev/null &&
		[ -x "$folder/$program" ] && : >"$folder/built"
}
# What an instrumented build is older than where it must be made again.
made_of() {
	case $1 in
	*hcc*) echo "$hcc" $(ls "$B"/lib/ckpt/*/libckpt.a) ;;
	esac
}

build_all() {
	must "builds with cc" "$home/plain.log" \
		make_one "$home/plain" "${CC:-cc}" || return
	must "builds with CC=hcc" "$home/$host_arch.log" \
		make_one "$home/$host_arch" "$hcc" || return
	for a in $others; do
		flags=
		[ "$a" = I686 ] && flags='-msse2 -mfpmath=sse'
		must "builds with CC='hcc --targets=$a'" "$home/$a.log" \
			make_one "$home/$a" "$hcc --targets=$a" \
			"$(triplet_of "$a")" "$flags" || return
	done
	cat "$home/$host_arch.log" $(for a in $others; do echo "$home/$a.log"; done) |
		grep -E 'hcc: (.*: )?warning|does not compile' | sort | uniq -c \
		>"$home/warnings"
	must "no unit is left as written" "$home/warnings" \
		no_match 'does not compile|stays as' "$home/warnings"
}
no_match() { ! grep -E "$1" "$2"; }

# ---- running it ------------------------------------------------------------------

# prepare DIR SIZE: a clean folder with the work's inputs; sets args and so on.
prepare() {
	rm -rf "${home:?}/$1"
	mkdir -p "$home/$1"
	args=()
	stdin=/dev/null
	outputs=()
	code=0
	cd "$home/$1" && work "$2" >../work.log 2>&1 || {
		not_ok "makes its input" "$home/work.log"
		return 1
	}
}
# same DIR DIR: whether they wrote the same.
same() {
	for f in stdout "${outputs[@]}"; do
		cmp "$home/$1/$f" "$home/$2/$f" >>"$home/$2/differs" 2>&1 ||
			return 1
	done
}
binary() { echo "$home/$1/$program"; }

# The time is the processor's: by the wall a busy machine makes long legs.
plain_runs() {
	TIMEFORMAT=%U
	for size in small large; do
		prepare want.$size $size || return
		{
			time timeout "$RUN_LIMIT" "$(binary plain)" "${args[@]}" \
				<"$stdin" >stdout 2>stderr
		} 2>seconds
		got=$?
		seconds=$(cat seconds)
		must "plain, $size: ends with $code" stderr \
			[ $got -eq $code ] || return
	done
	say "the plain build takes $seconds s for the large work"
}

# ---- what it costs -----------------------------------------------------------------

# Prints the instructions that a command executes.
instructions() {
	valgrind --tool=cachegrind --cache-sim=no \
		--cachegrind-out-file=/dev/null --log-file=cost "$@" \
		<"$stdin" >stdout 2>stderr
	sed -n 's/.*I *refs: *//p' cost | tr -d ,
}
costs() {
	prepare cost small || return
	p=$(instructions "$(binary plain)" "${args[@]}")
	prepare cost small || return
	i=$(CKPT_IMAGE=image instructions "$(binary "$host_arch")" "${args[@]}")
	must "instrumented, small: the same output" differs same want.small cost
	ratio=$(awk -v a="$i" -v b="$p" 'BEGIN { printf "%.4f", a / b }')
	say "instructions: $p plain, $i instrumented, ratio $ratio"
	must "at most $limit times the instructions" cost at_most "$ratio" "$limit"
}

# ---- how long a request waits --------------------------------------------------------

lines_of() { cat "$1" 2>/dev/null | wc -l; }
# answered PID BEFORE: waits until there are more answers, or nobody to give one.
answered() {
	while [ "$(lines_of stats)" -le "$2" ] && kill -0 "$1" 2>/dev/null; do
		sleep 0.005
	done
}
# Asks again and again for an image while the program goes on: the next time
# when the last one is on the disk, or its writing would be part of the wait.
waits() {
	prepare wait large || return
	(ulimit -t "$RUN_LIMIT"
	CKPT_IMAGE=image CKPT_STATS=stats exec "$(binary "$host_arch")" \
		"${args[@]}" <"$stdin" >stdout 2>stderr) &
	pid=$!
	sleep 0.3 # or it may have no handler yet
	while sleep 0.02 && n=$(lines_of stats) && kill -USR2 $pid 2>/dev/null; do
		answered $pid "$n"
	done
	wait $pid
	got=$?
	must "asked often, goes on and ends with $code" stderr [ $got -eq $code ]
	must "asked often, the same output" differs same want.large wait
	sed -n 's/.*"poll_latency": *\([-+.e0-9]*\).*/\1/p' stats 2>/dev/null |
		sort -g >latencies
	requests=$(wc -l <latencies)
	p99=$(sed -n "$(((requests * 99 + 99) / 100))p" latencies)
	say "$requests requests waited: median $(sed -n "$(((requests + 1) / 2))p" latencies) s, p99 ${p99:-?} s, longest $(tail -n 1 latencies) s"
	must "requests are answered" stderr [ "$requests" -ge 3 ]
	must "99 of 100 wait at most $wait s" latencies at_most "${p99:-9}" "$wait"
}

# ---- where it goes on ------------------------------------------------------------------

# hop DIR ARCH COMMAND...: one leg; its status.
leg() {
	arch=$1
	shift
	# dynamic, as they are PIE: what looks like an address is one
	QEMU_LD_PREFIX=/usr/$(triplet_of "$arch") \
		CKPT_IMAGE=image "$@" $(emulator_of "$arch") "$(binary "$arch")" \
		"${args[@]}" <"$stdin" >>stdout 2>>stderr
}
# Legs from machine to machine until it ends; $1 makes the command for a leg.
hops() {
	hop=0
	at=0
	list=($archs)
	while [ $hop -lt 60 ]; do
		a=${list[$((at++ % ${#list[@]}))]}
		leg "$a" $("$1" "$a")
		got=$?
		[ $got -eq 85 ] || break
		hop=$((hop + 1))
		cp image "image.$a"
	done
}
by_polls() { echo "env CKPT_AFTER_POLLS=$((polls / 7 + 1))"; }
by_time() {
	t=$(awk -v s="$seconds" -v e="$([ "$1" = "$host_arch" ] && echo 1 ||
		echo 8)" 'BEGIN { printf "%.2f", s * e / 5 + 0.1 }')
	echo "timeout --preserve-status -s TERM -k 60 $t"
}
# About how many polls the small work has, by doubling.
count_polls() {
	[ -z "${polls:-}" ] || return 0
	polls=64
	while prepare count small &&
		leg "$host_arch" env CKPT_AFTER_POLLS=$((polls * 4))
		[ $? -eq 85 ]; do
		polls=$((polls * 4))
	done
}
hopping() { # HOW SIZE TEXT
	prepare "hop.$1" "$2" || return
	hops "$1"
	must "$3: $hop hops over $archs, ends with $code" stderr \
		[ $got -eq $code ]
	must "$3: at least 2 hops" stderr [ $hop -ge 2 ]
	must "$3: the same output" differs same "want.$2" "hop.$1"
}

hop_small() {
	count_polls
	hopping by_polls small "at polls"
}
hop_large() { hopping by_time large "at any time"; }

# What its images say of themselves, and that others refuse them.
classes() {
	count_polls
	prepare refused small || return
	leg "$host_arch" env CKPT_AFTER_POLLS=$((polls / 2))
	"$B/bin/hckpt" info image >info 2>&1
	must "images say: $class" info grep -qx "Restarts: *$class" info
	cp image kept
	for a in $refused; do
		leg "$a" timeout "$RUN_LIMIT" >refusal 2>&1
		got=$?
		must "refused on $a" stderr [ $got -eq 86 ]
	done
	[ -z "$refused" ] || must "a refused image is left alone" stderr \
		cmp image kept
}

# ---- all of it -----------------------------------------------------------------------------

one_app() {
	name=$1
	failed=0
	package=$name
	unpack=-x
	class='any machine'
	archs="$host_arch AARCH64 S390X PPC64 I686"
	refused=
	limit=1.10
	wait=0.010
	. "$apps/$name.app"
	archs=${ARCHS:-$archs} # for trials: fewer
	refused=${REFUSED-$refused}
	archs=$(usable_archs $archs)
	refused=$(usable_archs $refused)
	archs=$(echo $archs)
	others=$(echo $archs $refused | tr ' ' '\n' | grep -vx "$host_arch")
	tools=$B/test/apps
	fresh "$tools/mkcnf" examples/sat/mkcnf.c ||
		${CC:-cc} -O2 -o "$tools/mkcnf" examples/sat/mkcnf.c
	must "apt-get source $package" "$home/fetch.log" fetch || return 1
	build_all && plain_runs || return 1
	for step in ${STEPS:-costs waits hop_small hop_large classes}; do
		$step
	done
	return $failed
}
