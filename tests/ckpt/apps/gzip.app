program=gzip
build() { CC="$config_cc" ./configure ${host:+--host=$host} && make CC="$CC"; }
work() {
	n=60000
	[ "$1" = small ] && n=4000
	seq $n $((n * 9)) | awk '{ print $1 * 7919 % 100003, "line", $1 }' |
		head -c $((n * 400)) >text
	args=(-9 -n -c text)
}
