# SPDX-License-Identifier: MIT
#
# Line 2 of a header starts the comment that says what the module is; a guard
# follows.

function header_done()
{
	if (!guard)
		print name ": no guard"
}

FNR == 1 {
	if (name)
		header_done()
	name = FILENAME
	guard = 0
}

FNR == 1 && !/^\/\*/ {
	print FILENAME ": line 1 is no comment"
}

FNR == 2 && first ~ /SPDX/ && !/^\/\*/ {
	print FILENAME ": line 2 does not say what it is"
}

FNR == 1 { first = $0 }

/^#ifndef / && !guard { guard = 1 }

END {
	if (name)
		header_done()
}
