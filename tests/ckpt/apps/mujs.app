program=build/release/mujs
class='same addresses'
build() { make CC="$CC" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}" prefix=/usr build/release/mujs || $CC $CFLAGS ${LDFLAGS:-} -o mujs main.c one.c -lm; }
work() {
	n=300
	[ "$1" = small ] && n=20
	cat >prog.js <<END
var n = $n;
END
	cat >>prog.js <<'END'
function Node(v) { this.v = v; this.l = this.r = null; }
function add(t, v) {
	if (!t) return new Node(v);
	if (v < t.v) t.l = add(t.l, v); else t.r = add(t.r, v);
	return t;
}
function sum(t) { return t ? t.v + sum(t.l) + sum(t.r) : 0; }
var total = 0, text = [], x = 12345;
for (var r = 0; r < n; r++) {
	var t = null;
	for (var i = 0; i < 200; i++) { x = (x * 16807) % 2147483647; t = add(t, x % 1000); }
	total += sum(t);
	text.push("r" + r + ":" + (x % 97));
	try { if (r % 7 == 3) throw new Error("seven " + r); }
	catch (e) { text.push(e.message.replace(/e(v)/g, "$1$1")); }
}
text.sort(function (a, b) { return a < b ? -1 : a > b ? 1 : 0; });
print(total, JSON.stringify(text.slice(0, 12)));
END
	args=(prog.js)
}
