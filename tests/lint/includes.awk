# SPDX-License-Identifier: MIT
#
# Who may include whom (docs/architecture.md), and which files may name a
# third-party header.

# The layer that a path belongs to.
function layer(path,   part)
{
	split(path, part, "/")
	if (path ~ /^common\/[a-z]+\//)
		return "common/" part[2]
	if (path ~ /^startd\/starter\//)
		return "startd/starter"
	if (path ~ /^scheduler\/access\//)
		return "scheduler/access"
	if (path ~ /^ckptlib\/image\//)
		return "ckptlib/image"
	return part[1]
}

BEGIN {
	may["common/base"] = ""
	may["common/svc"] = "common/base"
	may["common/ad"] = "common/base"
	may["common/job"] = "common/base common/svc common/ad"
	may["common/store"] = "common/base common/svc common/ad"
	may["ckptlib"] = "ckptlib/image"
	may["ckptlib/image"] = "ckptlib"
	may["instrument"] = "common/base ckptlib"
	may["web"] = "common/base common/svc common/ad common/job common/store"
	may["scheduler"] = may["web"] " web ckptlib/image"
	may["startd"] = may["web"] " web ckptlib/image"
	may["startd/starter"] = "common/base"
	may["scheduler/access"] = "common/base"
	may["submit"] = may["web"] " ckptlib/image"

	# header -> pattern of the files that may include it
	third["clang-c/"] = "^instrument/(tu|walk)"
	third["microhttpd"] = "^common/svc/httpd"
	third["curl/"] = "^common/svc/httpc"
	third["sqlite3"] = "^(scheduler/db/|common/store/index|tests/unit/)"
	third["zstd"] = "^(common/store/|instrument/blob)"
	third["openssl/"] = "^(common/(store|svc)/|web/|scheduler/|startd/|tests/unit/)"
	third["jansson"] = "^(common/svc/(json|httpd_reply)|common/job/wire|common/ad/|tests/)"
}

/^#include </ {
	name = $2
	gsub(/[<>]/, "", name)
	for (t in third)
		if (index(name, t) == 1 && FILENAME !~ third[t])
			print FILENAME ":" FNR ": may not include <" name ">"
}

/^#include "/ {
	name = $2
	gsub(/"/, "", name)
	if (FILENAME ~ /^tests\//)
		next
	from = layer(FILENAME)
	to = layer(name)
	if (name !~ /\//) {
		print FILENAME ":" FNR ": include by path from the root"
		next
	}
	if (from == to || !(from in may))
		next
	if (from == "common/ad" && name == "common/svc/json.h")
		next
	# One header of the parent: what the two agreed on.
	if (from == "startd/starter" && to == "startd" ||
	    from == "scheduler/access" && to == "scheduler") {
		if (parent[from] != "" && parent[from] != name)
			print FILENAME ":" FNR ": a second header of " to
		parent[from] = name
		next
	}
	# The other way: the parent knows what it starts by one header too.
	if ((from == "startd" && to == "startd/starter") ||
	    (from == "scheduler" && to == "scheduler/access"))
		next
	if (index(" " may[from] " ", " " to " ") == 0)
		print FILENAME ":" FNR ": " from " may not include " to
}
