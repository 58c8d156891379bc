# SPDX-License-Identifier: MIT
"""The table, and the pool's section of docs/performance.md."""
import os

BEGIN = "<!-- pool: written by `make bench-pool` -->"
END = "<!-- end of pool -->"


def number(v):
    return "%d" % round(v) if v >= 100 or v == int(v) else "%.3g" % v


class Page:
    def __init__(self, quick):
        self.quick = quick
        self.rows = []
        self.missing = []

    def row(self, part, what, value, unit, at_least=None, at_most=None):
        target = ""
        missed = False
        if at_least is not None:
            target = "at least %s" % number(at_least)
            missed = value < at_least
        elif at_most is not None:
            target = "at most %s" % number(at_most)
            missed = value > at_most
        self.rows.append((part, what, number(value) + " " + unit, target,
                          missed))
        print("  %s: %s %s %s" % (what, number(value), unit,
                                  "(%s)" % target if target else ""),
              flush=True)

    def left_out(self, what, why):
        self.missing.append("%s: %s" % (what, why))
        print("  left out: %s: %s" % (what, why), flush=True)

    def machine(self):
        with open("/proc/cpuinfo") as f:
            model = [line.split(":")[1].strip() for line in f
                     if line.startswith("model name")]
        return "%s, %d processors, load %.2f" % (
            model[0] if model else "unknown processor", os.cpu_count(),
            os.getloadavg()[0])

    def text(self):
        out = ["## The pool", "",
               "Written by `make bench-pool`%s: everything on one machine, "
               "the daemons, the jobs and the peers, one after the other in "
               "one run. Hosts' scratch directories lie in memory, what the "
               "schedulers keep on disk. Medians where there are several "
               "runs." % (
                   " (QUICK=1)" if self.quick else ""), "",
               self.machine() + ".", "",
               "| part | what | figure | target |", "| --- | --- | --- | --- |"]
        for part, what, value, target, _ in self.rows:
            out.append("| %s | %s | %s | %s |" % (part, what, value, target))
        missed = ["%s %s" % (what, value)
                  for _, what, value, _, missed in self.rows if missed]
        out += ["", "Misses: %s." % ("; ".join(missed) or "none")]
        out += ["Left out: %s." % m.rstrip(".") for m in self.missing]
        return "\n".join(out) + "\n"

    def write(self, path):
        """Replaces the section between the marks, or adds it."""
        try:
            with open(path) as f:
                old = f.read()
        except FileNotFoundError:
            old = "# Performance\n"
        section = "%s\n%s%s\n" % (BEGIN, self.text(), END)
        if BEGIN in old and END in old:
            head, rest = old.split(BEGIN, 1)
            tail = rest.split(END, 1)[1].lstrip("\n")
        else:
            head, tail = old.rstrip("\n") + "\n\n", ""
        with open(path, "w") as f:
            f.write(head + section + tail)
