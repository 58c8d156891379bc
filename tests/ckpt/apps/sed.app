program=sed/sed
build() { CC="$config_cc" ./configure ${host:+--host=$host} && make CC="$CC"; }
work() {
	n=60000
	[ "$1" = small ] && n=3000
	seq $n >numbers
	args=(-n -E -e ':a;s/^(.*[0-9])([0-9]{3})/\1,\2/;ta' -e 's/(.)(.*)\1/<\1\2\1>/g;H;${x;s/\n/ /g;p}' numbers)
}
