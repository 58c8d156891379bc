// Times, sizes and words for the page. No DOM, no network.

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

export function size(bytes) {
  if (!(bytes >= 0)) return "";
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

// 75 -> "1 min 15 s"; the two largest parts.
export function span(seconds) {
  if (!(seconds >= 0)) return "";
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

export function ago(then, now) {
  if (!then) return "";
  const s = now - then;
  return s < 2 ? "just now" : `${span(s)} ago`;
}

export function milliseconds(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 1) return "< 1 ms";
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`;
}

export function clock(time) {
  return new Date(time * 1000).toLocaleString();
}

const STATES = {
  1: ["idle", ""],
  2: ["running", "good"],
  3: ["removed", ""],
  4: ["completed", "cold"],
  5: ["held", "bad"],
  6: ["finishing", "good"],
  7: ["frozen", "warn"],
};

// The word and the colour of a job's state.
export function jobState(job) {
  if (job.JobStatus === 2 && job.TransferringOutput === true)
    return ["finishing", "good"];
  return STATES[job.JobStatus] || ["unknown", ""];
}

export function ownerState(host) {
  if (host.state !== "online") return ["offline", "bad"];
  if (host.leaving) return ["leaving", "warn"];
  const state = host.owner && host.owner.state;
  const frozen = (host.slots || []).some((s) => s.Activity === "Suspended");
  const going = (host.slots || []).some((s) => s.Activity === "Vacating");
  if (going) return ["job is leaving", "warn"];
  if (frozen) return ["owner back, job frozen", "warn"];
  if (state === "away") return ["owner away", "good"];
  if (state === "present") return ["owner is back", "warn"];
  return ["owner unknown", "warn"];
}

const HOW = {
  exited: "ended",
  signaled: "killed by a signal",
  checkpointed: "left with a checkpoint",
  unrestartable: "could not restart here",
  evicted: "left without a checkpoint",
  refused: "not started",
  failed: "could not start",
  damaged: "checkpoint damaged",
  lost: "lost",
};

export function attemptEnd(a) {
  if (!a.how) return { suspended: "frozen", vacating: "leaving" }[a.state] || a.state || "";
  const words = HOW[a.how] || a.how;
  if (a.how === "exited") return `${words} with code ${a.code}`;
  if (a.how === "signaled") return `killed by signal ${a.code}`;
  return words;
}

export function jobId(job) {
  return `${job.ClusterId}.${job.ProcId}`;
}

// The program and its arguments, as a person would type them; the part of
// the name that the machine fills in is left out.
export function command(job) {
  const path = String(job.Cmd || "").replace(/\.?\$\$\([^)]*\)/g, "");
  const args = job.Arguments || job.Args || "";
  return `${path.slice(path.lastIndexOf("/") + 1)} ${args}`.trim();
}

// What a slot does, in the words of the rest of the page.
export function activity(word) {
  return { Suspended: "frozen", Busy: "running", Vacating: "leaving" }[word] || (word || "").toLowerCase();
}
