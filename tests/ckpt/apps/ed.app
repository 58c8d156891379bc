program=ed
build() { ./configure CC="$config_cc" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}" && make CC="$CC"; }
work() {
	n=60000
	[ "$1" = small ] && n=3000
	seq $n >numbers
	printf '%s\n' 'g/7/s/\(.\)7/<\1>/g' 'v/</s/[02468]/&&/g' 'g/9$/m0' '1,$j' ',p' 'w out' q >cmds
	printf '%s\n' ',s/1/one /g' 'g/one/t$' '1,9p' 'w out' q >cmds
	args=(-s numbers)
	stdin=cmds
	outputs=(out)
}
