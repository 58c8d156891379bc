package=lua5.4
unpack='--skip-patches -x'
program=src/lua
class='same addresses'
archs="$host_arch AARCH64 RISCV64"
refused='S390X PPC64 I686'
build() { make -C src linux CC="$CC" MYCFLAGS="$CFLAGS" MYLDFLAGS="${LDFLAGS:-}"; }
work() {
	n=250
	[ "$1" = small ] && n=2
	cat >prog.lua <<'END'
local n = tonumber(arg[1])
local function sieve(m)
	local t, c = {}, 0
	for i = 2, m do t[i] = true end
	for i = 2, m do
		if t[i] then
			c = c + 1
			for k = i * i, m, i do t[k] = false end
		end
	end
	return c
end
local function words(m)
	local s, seen = "", {}
	for i = 1, m do
		local w = string.format("w%d", (i * 7919) % 1009)
		seen[w] = (seen[w] or 0) + 1
		if i % 64 == 0 then s = s .. w:upper():sub(2) end
	end
	local keys = {}
	for k in pairs(seen) do keys[#keys + 1] = k end
	table.sort(keys)
	return #s, #keys, seen[keys[1]]
end
local function fib(k) if k < 2 then return k end return fib(k - 1) + fib(k - 2) end
local gen = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(i * i) end end)
for r = 1, n do
	print(r, sieve(60000), words(9000), fib(20), gen(),
		pcall(function() local x = nil; return x.y end))
	io.flush()
end
END
	args=(prog.lua $n)
}
