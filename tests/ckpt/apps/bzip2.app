# Without the patch that makes a shared library of it.
unpack="--skip-patches -x"
program=bzip2
class='same byte order'
archs="$host_arch AARCH64 I686 RISCV64"
refused='S390X PPC64'
build() { make CC="$CC" CFLAGS="$CFLAGS -D_FILE_OFFSET_BITS=64" LDFLAGS="${LDFLAGS:-}" bzip2; }
work() {
	n=800000
	[ "$1" = small ] && n=4000
	seq $n $((n * 9)) | awk '{ print $1 * 7919 % 100003, "line", $1 }' |
		head -c $((n * 100)) >text
	args=(-9 -c text)
}
