program=tree
build() { make CC="$CC" CFLAGS="$CFLAGS -DLINUX -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64" LDFLAGS="${LDFLAGS:-}"; }
work() {
	n=60
	[ "$1" = small ] && n=12
	for i in $(seq $n); do mkdir -p t/d$i/e$((i % 5)); for j in $(seq $n); do : >t/d$i/f$j; done; done
	args=(-a t)
}
