# SPDX-License-Identifier: MIT
#
# Prints `test_x:library` for each library whose header a unit test includes.

/^#include "/ {
	split($2, quoted, "\"")
	path = quoted[2]
	lib = ""
	if (path ~ /^common\/[a-z]+\//) {
		split(path, part, "/")
		lib = part[2]
	} else if (path ~ /^scheduler\/access\//) {
		lib = "access"
	} else if (path ~ /^startd\/starter\//) {
		lib = "starter"
	} else if (path ~ /^ckptlib\/image\//) {
		lib = "ckptimg"
	} else if (path ~ /^ckptlib\//) {
		lib = "ckpt"
	} else if (path ~ /^(scheduler|startd|web|submit|instrument)\//) {
		split(path, part, "/")
		lib = part[1]
	}
	if (lib != "") {
		test = FILENAME
		sub(/.*\//, "", test)
		sub(/\.c$/, "", test)
		print test ":" lib
	}
}
