program=units
build() { CC="$config_cc" ./configure ${host:+--host=$host} --without-readline && make CC="$CC" units; }
work() {
	n=4000
	[ "$1" = small ] && n=100
	for i in $(seq $n); do echo "$i miles^2/hour"; echo "acre/day"; done >in
	args=(-q -f ../plain/definitions.units)
	stdin=in
}
