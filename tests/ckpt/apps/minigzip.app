package=zlib
class='same layout' # deflate_state's tables lie in bytes
archs="$host_arch AARCH64 RISCV64"
refused='S390X I686'
program=minigzip
build() { CC="$config_cc" ./configure --static && make CC="$CC" minigzip LDFLAGS="${LDFLAGS:-} -L. libz.a"; }
work() {
	n=60000
	[ "$1" = small ] && n=4000
	seq $n $((n * 9)) | awk '{ print $1 * 7919 % 100003, "line", $1 }' |
		head -c $((n * 400)) >text
	args=(-9)
	stdin=text
}
