program=mawk
class='same layout'
archs="$host_arch AARCH64 RISCV64"
refused='S390X I686'
build() { CC="$config_cc" ./configure ${host:+--host=$host} && make CC="$CC" mawk; }
work() {
	n=2500000
	[ "$1" = small ] && n=4000
	seq $n >numbers
	cat >prog.awk <<'END'
{ w = ($1 * 7919) % 1009; count[w]++; s = s substr("abcdefgh", w % 8 + 1, 1) }
length(s) > 60 { if (match(s, /b[a-d]+e?/)) hits[substr(s, RSTART, RLENGTH)]++; s = "" }
function gcd(a, b) { return b ? gcd(b, a % b) : a }
{ g += gcd($1, 5040); gsub(/[13579]/, "#", $1); sum[$1] += w }
END {
	for (k in count) t += k * count[k]
	n = split("", keys)
	for (k in hits) keys[++n] = k
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && keys[j - 1] > keys[j]; j--) {
			x = keys[j]; keys[j] = keys[j - 1]; keys[j - 1] = x
		}
	for (i = 1; i <= n; i++) printf "%s %d\n", keys[i], hits[keys[i]]
	print t, g, sum["####"], sum["2#"]
}
END
	args=(-f prog.awk numbers)
}
