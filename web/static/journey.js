// A job's journey: which host and architecture it ran on, and when.

import { h, sync } from "./dom.js";
import { span } from "./format.js";

const COLOURS = 8;
const ORDER = ["X86_64", "S390X", "ARMHF", "AARCH64", "RISCV64", "PPC64", "I686", "PPC"];
const known = new Set();

// The same colour for an architecture on every page.
export function archColour(arch) {
  if (!arch) return "var(--soft)";
  known.add(arch);
  const i = ORDER.indexOf(arch);
  return `var(--a${(i < 0 ? arch.length : i) % COLOURS})`;
}

export function knownArchs() {
  return ORDER.filter((arch) => known.has(arch)).concat([...known].filter((arch) => !ORDER.includes(arch)));
}

function legTitle(a, from, to) {
  return `${a.host} (${a.arch}), ${span(to - from)}${a.resumed_from ? `, from checkpoint ${a.resumed_from}` : ""}`;
}

export function drawJourney(el, job, history, now) {
  const attempts = (history?.attempts || []).filter((a) => a.started);
  const begin = Math.min(job.QDate || now, ...attempts.map((a) => a.started));
  const done = job.JobStatus === 3 || job.JobStatus === 4;
  const ends = attempts.map((a) => a.ended || now);
  const end = done && ends.length ? Math.max(...ends) : now;
  const scale = 100 / Math.max(end - begin, 1);
  const at = (t) => Math.min(100, Math.max(0, (t - begin) * scale));
  const items = attempts.map((a) => ({ kind: "leg", id: `a${a.attempt}`, a }));

  for (const a of attempts)
    if (a.how === "checkpointed" && a.ended) items.push({ kind: "mark", id: `m${a.attempt}`, time: a.ended });
  sync(el, items, (i) => i.id, (i) => h("span", { class: i.kind }), (part, i) => {
    if (i.kind === "mark") {
      part.style.left = `calc(${at(i.time)}% - 2px)`;
      return;
    }
    const to = i.a.ended || end;
    part.style.left = `${at(i.a.started)}%`;
    part.style.width = `${at(to) - at(i.a.started)}%`;
    part.style.setProperty("--ac", archColour(i.a.arch));
    part.classList.toggle("now", !i.a.ended);
    part.classList.toggle("lost", ["evicted", "lost", "failed", "unrestartable"].includes(i.a.how));
    part.title = legTitle(i.a, i.a.started, to);
    if (part.textContent !== i.a.host) part.textContent = i.a.host;
  });
  el.setAttribute("aria-label", attempts.length
    ? `Ran on ${attempts.map((a) => `${a.host} (${a.arch})`).join(", then ")}`
    : "Has not run yet");
}
