program=src/potrace
build() { CC="$config_cc" ./configure ${host:+--host=$host} --without-zlib --disable-shared && make CC="$CC"; }
work() {
	n=1400
	[ "$1" = small ] && n=260
	awk -v n=$n 'BEGIN { print "P1", n, n; for (y = 0; y < n; y++) { l = "";
		for (x = 0; x < n; x++) l = l ((x * x + y * y) % 997 < 400 || (x * y) % 101 < 9);
		print l } }' >picture.pbm
	args=(-s -o - picture.pbm)
}
