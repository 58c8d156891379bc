program=tcc
build() { ./configure --cc="$CC" --extra-cflags="$CFLAGS" --extra-ldflags="${LDFLAGS:-}" --config-static && make tcc; }
archs="$host_arch"
work() {
	n=6000
	[ "$1" = small ] && n=300
	awk -v n=$n 'BEGIN { for (i = 0; i < n; i++) { print "struct s" i " { int a[" i % 7 + 1 "]; char *p; };";
		print "static int f" i "(int x, struct s" i " *s) { int y = 0; while (x-- > " i ") { switch (x & 3) { case 0: y += x * s->a[0]; break; case 1: y ^= x << 2; break; default: y--; } } return y + sizeof(struct s" i "); }" }
		print "int main(void) { return 0; }" }' >prog.c
	args=(-nostdinc -c prog.c -o prog.o)
	outputs=(prog.o)
}
