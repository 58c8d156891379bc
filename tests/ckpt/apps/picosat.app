program=picosat
class='same addresses'
archs="$host_arch AARCH64 RISCV64"
refused='S390X PPC64 I686'
build() {
	CFLAGS="$CFLAGS -DNDEBUG" ./configure.sh && make picosat
}
work() {
	seed=8589953123 # 92681 times 92683
	[ "$1" = small ] && seed=100160063
	"$tools/mkcnf" $seed >sat.cnf
	args=(sat.cnf)
	code=10
}
