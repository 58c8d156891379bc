# GNU dc: numbers of any length, an interpreter over a stack.
package=bc
program=dc/dc
build() {
	CC="$config_cc" ./configure ${host:+--host=$host} && make CC="$CC" $norebuild -C lib && make CC="$CC" $norebuild -C dc
}
# Digits of e, and factorials.
work() {
	if [ "$1" = small ]; then e=900 f=1200; else e=2600 f=17000; fi
	cat >prog <<END
${e}k 1 1 [ 1 lx+sx 1 lx/ li*si ly li+sy li 0!=l ] sl
1si 1sy 0sx [lx1+sx li lx/si ly li+sy li0!=l]dslx ly p
[d1-d1<f*]sf ${f}lfx p
END
	args=(prog)
}
