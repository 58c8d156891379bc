program=cliquer
# Its sets are bits of unsigned long: values that 32 bits refuse by name.
archs="$host_arch AARCH64 S390X PPC64"
refused=
build() { make CC="$CC" CFLAGS="$CFLAGS" cl.o cliquer.o graph.o reorder.o && $CC $CFLAGS ${LDFLAGS:-} -o cliquer cl.o cliquer.o graph.o reorder.o; }
work() {
	n=220
	[ "$1" = small ] && n=90
	awk -v n=$n 'BEGIN { s = 1; for (i = 1; i <= n; i++) for (j = 1; j < i; j++) {
		s = (s * 16807) % 2147483647; if (s % 10 < 6) { e[m++] = "e " i " " j } }
		print "p edge " n " " m; for (i = 0; i < m; i++) print e[i] }' >graph
	args=(-q -q graph)
}
