# SPDX-License-Identifier: MIT
#
# What the checkpoint suites share. Read with `.` from the root of the source;
# B is the build folder.

: "${B:=build}"
case $B in /*) ;; *) B=$PWD/$B ;; esac
hcc=$B/bin/hcc
HCC_CACHE=${HCC_CACHE:-$B/test/objcache}
export HCC_CACHE
progs=$PWD/tests/ckpt/progs
RUN_LIMIT=${RUN_LIMIT:-120} # seconds for one run of one program

# ARCH, GNU triplet, emulator
targets='X86_64 x86_64-linux-gnu x86_64
I686 i686-linux-gnu i386
ARMHF arm-linux-gnueabihf arm
AARCH64 aarch64-linux-gnu aarch64
RISCV64 riscv64-linux-gnu riscv64
S390X s390x-linux-gnu s390x
PPC64 powerpc64-linux-gnu ppc64
PPC powerpc-linux-gnu ppc'

triplet_of() {
	echo "$targets" | awk -v a="$1" '$1 == a { print $2 }'
}

host_arch=$(echo "$targets" | awk -v t="$(${CC:-cc} -dumpmachine)" \
	'$2 == t { print $1 }')

# What runs binaries of an architecture: nothing, or an emulator's name.
# 1 if there is none.
emulator_of() {
	[ "$1" = "$host_arch" ] && return 0
	cpu=$(echo "$targets" | awk -v a="$1" '$1 == a { print $3 }')
	command -v "qemu-$cpu-static" || command -v "qemu-$cpu"
}

word_of() {
	case $1 in I686 | ARMHF | PPC) echo 32 ;; *) echo 64 ;; esac
}

order_of() {
	case $1 in S390X | PPC64 | PPC) echo big ;; *) echo little ;; esac
}

# Machines of one layout.
layout_of() {
	case $1 in X86_64 | AARCH64 | RISCV64) echo lp64 ;; *) echo "$1" ;; esac
}

# may_move CLASS FROM TO: whether an image of that class may go there.
may_move() {
	case $1 in
	same-word-size) [ "$(word_of "$2")" = "$(word_of "$3")" ] ;;
	same-byte-order) [ "$(order_of "$2")" = "$(order_of "$3")" ] ;;
	same-layout | same-addresses)
		[ "$(layout_of "$2")" = "$(layout_of "$3")" ] ;;
	*) true ;;
	esac
}

# Those of the arguments that can be built and run on this machine.
usable_archs() {
	for a; do
		[ -e "$B/lib/ckpt/$a/libckpt.a" ] || continue
		emulator_of "$a" >/dev/null || continue
		echo "$a"
	done
}

# directive NAME SOURCE: the text of its `/* NAME: text */`.
directive() {
	sed -n "s,^/\* $1: \(.*\) \*/\$,\1,p" "$2" | head -n 1
}

# The name of a test -> the file that holds its directives, and its sources.
head_of() {
	if [ -d "$progs/$1" ]; then echo "$progs/$1/main.c"
	else echo "$progs/$1.c"; fi
}
sources_of() {
	if [ -d "$progs/$1" ]; then ls "$progs/$1"/*.c
	else echo "$progs/$1.c"; fi
}
all_progs() {
	(cd "$progs" && ls -- *.c */main.c) | sed 's,/main\.c$,,; s,\.c$,,'
}

# Sums and products are compared, so nothing may be contracted or widened.
cflags="${OPT:--O2} -ffp-contract=off"
HCCFLAGS=${HCCFLAGS:-}

# newer FILE THAN...: whether FILE is there and none of the others is newer.
fresh() {
	file=$1
	shift
	[ -e "$file" ] || return 1
	for f; do
		[ "$f" -nt "$file" ] && return 1
	done
	return 0
}

# build_plain OUT SOURCE...
build_plain() {
	out=$1
	shift
	fresh "$out" "$@" && return
	${CC:-cc} $cflags -w -idirafter "$B/lib/ckpt/include" -o "$out" "$@" -lm
}

# build_hcc OUT ARCHS SOURCE...: OUT.ARCH for each; native ones shared, the
# others static, since the emulators have no libraries of theirs.
build_hcc() {
	out=$1
	archs=$2
	shift 2
	for a in $archs; do
		fresh "$out.$a" "$@" "$hcc" "$B/lib/ckpt/$a/libckpt.a" &&
			continue
		static=-static
		more=
		[ "$a" = "$host_arch" ] && static=
		# where addresses and numbers must not look alike
		[ "$a" = AARCH64 ] && static='-static-pie -fPIE'
		[ "$a" = I686 ] && more='-msse2 -mfpmath=sse'
		"$hcc" --targets="$a" -o "$out.\$(ARCH)" $cflags $more $static \
			-w $HCCFLAGS "$@" -lm || return
	done
}

# run_one ARCH BINARY ARGS...: as the current shell's streams are.
run_one() {
	arch=$1
	binary=$2
	shift 2
	timeout -k 5 "$RUN_LIMIT" $(emulator_of "$arch") "$binary" "$@"
}
