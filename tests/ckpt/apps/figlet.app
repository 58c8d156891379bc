program=figlet
build() { make CC="$CC" LD="$CC" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}" figlet; }
work() {
	n=3000
	[ "$1" = small ] && n=100
	seq $n | sed 's/$/ Harrier/' >in
	args=(-d ../plain/fonts -f slant -w 100)
	stdin=in
}
