// The status page: what the pool does now.

import { h, text, sync } from "./dom.js";
import { get, start } from "./feed.js";
import * as fmt from "./format.js";
import { archColour, knownArchs, drawJourney } from "./journey.js";

const $ = (id) => document.getElementById(id);

const state = {
  data: null,
  skew: 0, // the scheduler's clock minus ours, in seconds
  view: "all",
  find: "",
  open: new Set(), // jobs whose details are shown
  histories: new Map(), // job -> { history, stale }
};

const now = () => Date.now() / 1000 + state.skew;

// -- summary ------------------------------------------------------------------

function tile(label) {
  return h("div", {}, h("dt", {}, label), h("dd", {}, h("span", {}), " ", h("small", {})));
}

function drawSummary({ pool, ended }) {
  const jobs = pool.jobs || {};
  const c = pool.checkpoints || {};
  const saved = c.bytes > 0 ? Math.round(100 * (1 - c.stored_bytes / c.bytes)) : 0;
  const frozen = jobs.suspended || 0;
  const items = [
    ["Running", jobs.running || 0, frozen ? `and ${frozen} frozen` : ""],
    ["Waiting", jobs.idle || 0, ""],
    ["Held", jobs.held || 0, ""],
    ["Ended", ended.length, ended.length >= 100 ? "or more" : ""],
    ["Hosts", pool.hosts?.online || 0, pool.hosts?.offline ? `${pool.hosts.offline} offline` : "online"],
    ["Checkpoints", c.count || 0, c.count ? `${fmt.size(c.stored_bytes)}${saved > 0 ? `, ${saved} % saved` : ""}` : ""],
  ];
  sync($("summary"), items, (i) => i[0], (i) => tile(i[0]), (el, [, value, note]) => {
    text(el.querySelector("span"), value);
    text(el.querySelector("small"), note);
  });
  text($("pool-name"), pool.name || "");
  text($("about"), `Harrier ${pool.version || ""} \u00b7 scheduler up ${fmt.span(now() - pool.started)} \u00b7 epoch ${pool.epoch}`);
  document.title = `${jobs.running || 0} running \u00b7 Harrier`;
}

// -- hosts --------------------------------------------------------------------

function chip(el, [word, colour]) {
  el.className = `chip ${colour}`;
  text(el, word);
}

function newHost() {
  return h("li", {},
    h("div", { class: "host-head" }, h("strong", {}), h("span", { class: "arch" }), h("span", { class: "chip" })),
    h("p", { class: "host-line owner" }),
    h("div", { class: "slots" }));
}

function drawSlot(el, slot) {
  const job = slot.JobId ? `job ${slot.JobId}` : "";
  text(el.children[0], (slot.Name || "").split("@")[0]);
  text(el.children[1], job || (slot.State || "").toLowerCase());
  text(el.children[2], job && slot.RemoteOwner ? `${slot.RemoteOwner}, ${fmt.activity(slot.Activity)}` : "");
}

function drawHost(el, host) {
  const [name, arch, owner] = el.firstElementChild.children;
  const slots = host.slots || [];
  el.classList.toggle("offline", host.state !== "online");
  text(name, host.name);
  text(arch, host.arch || "");
  arch.style.setProperty("--ac", archColour(host.arch));
  chip(owner, fmt.ownerState(host));
  const why = host.owner?.text ? `${host.owner.text}; ` : "";
  text(el.children[1], host.state === "online"
    ? `${why}since ${fmt.span(now() - (host.owner?.since || now()))}`
    : `last heard of ${fmt.ago(host.last_sync, now())}`);
  sync(el.children[2], slots, (s) => s.Name, () => h("p", { class: "slot" }, h("b", {}), h("span", {}), h("span", {})), drawSlot);
}

function drawHosts({ hosts }) {
  $("hosts-empty").hidden = hosts.length > 0;
  sync($("hosts"), hosts, (x) => x.name, newHost, drawHost);
}

// -- jobs ---------------------------------------------------------------------

function matches(job) {
  if (!state.find) return true;
  const hay = [fmt.jobId(job), job.Owner, fmt.command(job), job.JobBatchName, job.RemoteHost, fmt.jobState(job)[0]]
    .join(" ").toLowerCase();
  return state.find.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
}

function shownJobs({ queue, ended }) {
  const active = [...queue].sort((a, b) => rank(a) - rank(b) || a.ClusterId - b.ClusterId || a.ProcId - b.ProcId);
  const list = state.view === "queue" ? active : state.view === "ended" ? ended : [...active, ...ended];
  const seen = new Set();
  return list.filter((job) => {
    const id = fmt.jobId(job);
    if (seen.has(id) || !matches(job)) return false;
    seen.add(id);
    return true;
  });
}

// Those that move come first.
function rank(job) {
  return { 2: 0, 7: 0, 6: 0, 1: 1, 5: 2 }[job.JobStatus] ?? 3;
}

function runTime(job) {
  const active = job.JobStatus === 2 || job.JobStatus === 7 || job.JobStatus === 6;
  const since = active && job.JobCurrentStartDate ? Math.max(0, now() - job.JobCurrentStartDate) : 0;
  return (job.RemoteWallClockTime || 0) + since;
}

function lastCheckpoint(id) {
  return state.data.checkpoints
    .filter((c) => c.job === id && c.state === "committed")
    .reduce((best, c) => Math.max(best, c.created), 0);
}

function toggle(id) {
  if (!state.open.delete(id)) state.open.add(id);
  draw();
}

function newJob({ id }) {
  return h("tr", {},
    h("td", {},
      h("div", {},
        h("button", { type: "button", class: "job-id", "aria-expanded": "false", onclick: () => toggle(id) }),
        h("div", { class: "job-sub" }))),
    h("td", { "data-label": "State" }, h("span", { class: "chip" })),
    h("td", { "data-label": "Where" }, h("span", { class: "where" }, h("span", {}), h("span", { class: "arch" }))),
    h("td", { "data-label": "Run time", class: "num" }, h("span", {})),
    h("td", { "data-label": "Checkpoint", class: "num" }, h("span", {})),
    h("td", { class: "wide" },
      h("div", { class: "journey", role: "img" }),
      h("div", { class: "progress", hidden: true }, h("i", {})),
      h("p", { class: "reason", hidden: true })));
}

function whereOf(job, history) {
  const last = history?.attempts?.[history.attempts.length - 1];
  const active = job.JobStatus === 2 || job.JobStatus === 7 || job.JobStatus === 6;
  if (active) {
    const slot = job.RemoteHost || last?.slot || "";
    const host = slot.slice(slot.indexOf("@") + 1) || last?.host || "";
    const found = state.data.hosts.find((x) => x.name === host);
    return [host, found?.arch || last?.arch || ""];
  }
  return last && job.JobStatus === 4 ? [last.host, last.arch] : ["", ""];
}

function drawJob(tr, { id, job }) {
  const [first, chipCell, where, time, ckpt, trip] = tr.children;
  const button = first.querySelector("button");
  const history = state.histories.get(id)?.history;
  const open = state.open.has(id);
  const [host, arch] = whereOf(job, history);
  const last = lastCheckpoint(id);
  const progress = Number(job.Progress);

  text(button, id);
  button.setAttribute("aria-expanded", String(open));
  const title = `${job.Owner || ""} \u00b7 ${fmt.command(job)}`;
  text(first.querySelector(".job-sub"), title);
  first.querySelector(".job-sub").title = title;
  chip(chipCell.firstElementChild, fmt.jobState(job));
  text(where.firstElementChild.children[0], host || "\u2013");
  text(where.firstElementChild.children[1], arch);
  where.firstElementChild.children[1].style.setProperty("--ac", archColour(arch));
  text(time.firstElementChild, fmt.span(runTime(job)));
  text(ckpt.firstElementChild, last ? fmt.ago(last, now()) : "\u2013");
  drawJourney(trip.firstElementChild, job, history, now());
  trip.children[1].hidden = !(progress > 0 && progress <= 1);
  trip.children[1].firstElementChild.style.width = `${100 * progress}%`;
  trip.children[2].hidden = job.JobStatus !== 5;
  text(trip.children[2], job.JobStatus === 5 ? job.HoldReason || "held" : "");
}

// -- details of a job -----------------------------------------------------------

const COLUMNS = ["Run", "Host", "Arch", "From", "Ran", "Frozen in", "Checkpoint in", "Upload", "Image", "Resumed in", "End"];

function newDetail() {
  return h("tr", { class: "detail" }, h("td", { colspan: 6 },
    h("div", { class: "detail-box" },
      h("dl", { class: "facts" }),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs of the job" },
        h("table", { class: "attempts" },
          h("thead", {}, h("tr", {}, COLUMNS.map((c) => h("th", { scope: "col" }, c)))),
          h("tbody", {}))))));
}

function facts(job) {
  const list = [
    ["Owner", job.Owner],
    ["Submitted", job.QDate ? fmt.clock(job.QDate) : ""],
    ["Batch", job.JobBatchName],
    ["Directory", job.Iwd],
    ["Output", job.Out],
    ["Exit code", job.JobStatus === 4 ? job.ExitCode : ""],
    ["Starts", job.NumJobStarts],
  ];
  return list.filter(([, value]) => value !== undefined && value !== null && value !== "");
}

function attemptCells(a) {
  return [
    a.attempt, a.host, a.arch, a.resumed_from ? `checkpoint ${a.resumed_from}` : "the start",
    a.started ? fmt.span((a.ended || now()) - a.started) : "",
    fmt.milliseconds(a.freeze_ms), fmt.milliseconds(a.ckpt_ms), fmt.milliseconds(a.upload_ms),
    a.image_bytes ? fmt.size(a.image_bytes) : "", fmt.milliseconds(a.resume_ms),
    a.message ? `${fmt.attemptEnd(a)}: ${a.message}` : fmt.attemptEnd(a),
  ];
}

function drawDetail(tr, { id, job }) {
  const [list, scroll] = tr.querySelector(".detail-box").children;
  const history = state.histories.get(id)?.history;

  sync(list, facts(job), (f) => f[0], (f) => h("div", {}, h("dt", {}, f[0]), h("dd", {})),
    (el, f) => text(el.lastElementChild, f[1]));
  sync(scroll.querySelector("tbody"), history?.attempts || [], (a) => String(a.attempt),
    () => h("tr", {}, COLUMNS.map((c, i) => h("td", { class: i === COLUMNS.length - 1 ? "say" : null }))),
    (el, a) => attemptCells(a).forEach((value, i) => text(el.children[i], value)));
  scroll.hidden = !history?.attempts?.length;
}

// A job's history is fetched when its row is shown and something changed.
const HISTORIES_MAX = 40;

async function wantHistory(id) {
  const known = state.histories.get(id);
  if (known && !known.stale) return;
  state.histories.set(id, { history: known?.history, stale: false });
  try {
    const history = await get(`/jobs/${id}/history`);
    state.histories.set(id, { history, stale: state.histories.get(id)?.stale || false });
    later();
  } catch {
    // The next change of the job asks again.
    state.histories.set(id, { history: known?.history, stale: true });
  }
}

function drawJobs(data) {
  const jobs = shownJobs(data).map((job) => ({ id: fmt.jobId(job), job }));
  const rows = [];

  for (const entry of jobs) {
    rows.push({ ...entry, kind: "job" });
    if (state.open.has(entry.id)) rows.push({ ...entry, kind: "detail" });
  }
  sync($("job-rows"), rows, (r) => `${r.kind} ${r.id}`,
    (r) => (r.kind === "job" ? newJob(r) : newDetail()),
    (el, r) => (r.kind === "job" ? drawJob(el, r) : drawDetail(el, r)));
  jobs.forEach(({ id }, i) => {
    if (i < HISTORIES_MAX || state.open.has(id)) wantHistory(id);
  });
  $("job-rows").parentElement.hidden = jobs.length === 0;
  $("jobs-empty").hidden = jobs.length > 0;
  text($("jobs-empty"), state.find ? "No job fits the search."
    : state.view === "ended" ? "No job has ended yet."
    : "The queue is empty. Send a job with hsubmit.");
  $("jobs-more").hidden = !data.more || state.view === "ended";
  text($("jobs-more"), "Only the first 500 jobs of the queue are shown; hq lists all.");
}

function drawLegend() {
  const items = knownArchs().map((arch) => ({ arch, tick: false }));
  if (items.length) items.push({ arch: "checkpoint", tick: true });
  sync($("legend"), items, (i) => i.arch,
    (i) => h("li", {}, h("i", { class: i.tick ? "tick" : null }), i.arch),
    (el, i) => el.firstElementChild.style.setProperty("--ac", i.tick ? "" : archColour(i.arch)));
}

// -- checkpoints ------------------------------------------------------------------

function newCheckpoint() {
  const cell = (label, cls) => h("td", { "data-label": label, class: cls }, h("span", {}));
  return h("tr", {}, cell("Checkpoint"), cell("Job"), cell("Restarts on"), cell("Taken on"),
    cell("Size", "num"), cell("Stored", "num"), cell("Age", "num"));
}

function drawCheckpoint(tr, c) {
  const values = [
    `${c.id}${c.pinned ? " (pinned)" : ""}`, c.job,
    c.state === "damaged" ? "damaged" : c.class,
    [c.host, c.arch].filter(Boolean).join(", "),
    fmt.size(c.bytes), fmt.size(c.stored_bytes), fmt.ago(c.created, now()),
  ];
  values.forEach((value, i) => text(tr.children[i].firstElementChild, value));
  const where = tr.children[2].firstElementChild;
  where.className = c.state === "damaged" ? "chip bad" : `chip ${c.class === "any machine" ? "good" : ""}`;
  where.title = (c.why || []).join("\n");
}

function drawCheckpoints({ checkpoints }) {
  $("ckpts-empty").hidden = checkpoints.length > 0;
  $("ckpt-rows").parentElement.hidden = checkpoints.length === 0;
  sync($("ckpt-rows"), checkpoints.slice(0, 100), (c) => c.id, newCheckpoint, drawCheckpoint);
}

// -- all of it ----------------------------------------------------------------------

let drawing = null;

// Answers that come together are drawn together.
function later() {
  if (drawing === null)
    drawing = requestAnimationFrame(() => {
      drawing = null;
      draw();
    });
}

function draw() {
  const { data } = state;
  if (!data) return;
  document.querySelector("main").removeAttribute("data-waiting");
  drawSummary(data);
  drawHosts(data);
  drawJobs(data);
  drawCheckpoints(data);
  drawLegend();
}

function onLink(link, error) {
  const words = { live: "live", polling: "every 4 s", lost: "no answer", "signed-out": "signed out" };
  const notice = $("notice");

  $("link").dataset.state = link === "signed-out" ? "lost" : link;
  text($("link"), words[link]);
  notice.hidden = link === "live" || link === "polling";
  if (link === "signed-out")
    text(notice, "This browser is not signed in, or the scheduler was restarted. Run \u201charrier page\u201d in a terminal and open the link it prints.");
  else if (link === "lost")
    text(notice, `The scheduler does not answer${error?.status ? ` (${error.message})` : ""}. What is shown is the last that was known; the page goes on trying.`);
}

function onChange({ type, data }) {
  if (type === "reset")
    for (const entry of state.histories.values()) entry.stale = true;
  else if (data.job && state.histories.has(data.job)) state.histories.get(data.job).stale = true;
}

function onData(data) {
  const active = data.queue.filter((job) => job.JobStatus !== 1 && job.JobStatus !== 5).map(fmt.jobId);
  state.data = data;
  state.skew = (data.pool.now || Date.now() / 1000) - Date.now() / 1000;
  // Without events each look may bring news of what runs.
  if ($("link").dataset.state !== "live")
    for (const id of [...active, ...data.ended.map(fmt.jobId)])
      if (state.histories.has(id)) state.histories.get(id).stale = true;
  draw();
}

for (const button of document.querySelectorAll("[data-view]"))
  button.addEventListener("click", () => {
    state.view = button.dataset.view;
    for (const other of document.querySelectorAll("[data-view]"))
      other.setAttribute("aria-pressed", String(other === button));
    draw();
  });
$("find").addEventListener("input", (e) => {
  state.find = e.target.value.trim();
  draw();
});
setInterval(later, 1000);
start({ onData, onLink, onChange });
