program=src/m4
build() { CC="$config_cc" ./configure ${host:+--host=$host} && make CC="$CC"; }
work() {
	n=60000
	[ "$1" = small ] && n=3000
	cat >prog.m4 <<END
define(\`n', $n)dnl
END
	cat >>prog.m4 <<'END'
define(`forloop', `pushdef(`$1', `$2')_forloop($@)popdef(`$1')')dnl
define(`_forloop', `$4`'ifelse($1, `$3', `', `define(`$1', incr($1))$0($@)')')dnl
define(`collatz', `ifelse(`$1', 1, 1, `incr(collatz(ifelse(eval($1 % 2), 0, eval($1 / 2), eval($1 * 3 + 1))))')')dnl
forloop(`i', 1, eval(n / 100), `i: collatz(i) translit(format(`%05d', i), 0123456789, abcdefghij) regexp(`x'i, `\([0-9]\)\1', `<\1>')
')dnl
END
	args=(prog.m4)
}
