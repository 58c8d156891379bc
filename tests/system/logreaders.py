# SPDX-License-Identifier: MIT
"""What programs of other people look for in a job event log, restated."""
import re


def split_events(text):
    """The events of a log, without their closing lines."""
    parts = text.split("...\n")
    assert parts[-1] == "", "the log ends within an event: %r" % parts[-1]
    return parts[:-1]


def galaxy_summary(text, cluster):
    """Galaxy's summarize_condor_log: it searches the whole text for
    `NNN (CCC` and says (001 or 004 decides) whether the job runs, whether it
    is complete, and whether it failed. Here: (001, seen, 004, 005, last word
    is that it is complete)."""
    ident = str(cluster).zfill(3)
    s1, s4, s7, s5, s9 = (
        "%s (%s" % (n, ident) in text for n in ("001", "004", "007", "005",
                                                "009"))
    if s5:
        done = True
    else:
        done = s9
    return s1, s1 or s4, s4 or s7, s5, done


EVENTS = {0: "submit", 1: "execute", 4: "evicted", 5: "terminated",
          9: "aborted", 10: "suspended", 11: "unsuspended", 12: "held",
          13: "released"}


def dagman_events(text):
    """As DAGMan's reader: header by columns, body by scanf formats; a node's
    name from the log notes of 000. Events that it passes over are left out."""
    out = []
    for e in split_events(text):
        m = re.match(r"(\d{3}) \((\d+)\.(-?\d+)\.(\d+)\) "
                     r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d/\d\d "
                     r"\d\d:\d\d:\d\d)Z? (.*)\n", e)
        assert m, e
        number = int(m.group(1))
        if number not in EVENTS:
            continue
        word = None
        body = e[m.end():]
        if number == 0:
            assert m.group(6).startswith("Job submitted from host: <")
            node = re.search(r"^    DAG Node: (.*)$", body, re.M)
            word = node.group(1) if node else None
        elif number == 5:
            assert m.group(6) == "Job terminated."
            how = re.match(r"\t\((\d)\) ([^\r\n]{1,127})\n", body)
            ended = re.match(r"Normal termination \(return value (-?\d+)\)",
                             how.group(2))
            word = int(ended.group(1)) if how.group(1) == "1" else "signal"
        elif number == 4:
            assert re.match(r"Job was evicted\.( Code \d+ Subcode \d+)?$",
                            m.group(6)), e
            assert re.match(r"\t\(\d\) [A-Za-z .]+\n\t\tUsr \d+ \d+:\d+:\d+, "
                            r"Sys \d+ \d+:\d+:\d+", body), e
        elif number == 12:
            assert re.search(r"^\tCode \d+ Subcode \d+$", body, re.M), e
        out.append((EVENTS[number], word))
    return out


def condor_wait_done(text, job):
    """condor_wait: a job that was submitted is done by 005 or 009."""
    cluster, proc = job.split(".")
    ident = "(%03d.%03d.000)" % (int(cluster), int(proc))
    submitted = ended = False
    for e in split_events(text):
        if e[4:4 + len(ident)] != ident:
            continue
        submitted |= e.startswith("000 ")
        ended |= e.startswith(("005 ", "009 "))
    return submitted and ended
