program=figlet
class='same word size'
archs="$host_arch AARCH64 S390X PPC64"
refused=I686
build() { make CC="$CC" LD="$CC" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}" figlet; }
work() {
	n=150000
	[ "$1" = small ] && n=100
	seq $n | sed 's/$/ Harrier/' >in
	args=(-d ../plain/fonts -f slant -w 100)
	stdin=in
}
