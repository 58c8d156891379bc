# SPDX-License-Identifier: MIT
#
# Lines of files and functions: `tell` from 600 and 60, `refuse` from 1001 and
# 101. A function is what stands between '{' and '}' in the first column.

function file_done()
{
	if (lines > 1000)
		print "refuse " name ": " lines " lines"
	else if (lines > 600)
		print "tell " name ": " lines " lines"
}

FNR == 1 {
	if (name)
		file_done()
	name = FILENAME
	start = 0
	table = 0
}

{ lines = FNR }

/^{/ { start = FNR }

/^}/ {
	if (start) {
		len = FNR - start + 1
		if (len > 100)
			print "refuse " FILENAME ":" start ": a function of " len " lines"
		else if (len > 60)
			print "tell " FILENAME ":" start ": a function of " len " lines"
	}
	start = 0
}

END {
	if (name)
		file_done()
}
