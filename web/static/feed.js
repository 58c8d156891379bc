// The pool's data: fetched when something has changed, which one stream of
// events tells. Tabs of a browser share that stream, since a browser opens
// only six connections to a place.

const POLL_MS = 4000;
const PAUSE_MS = 120;
const LIMIT = 500;

export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function get(path) {
  const answer = await fetch(`/api/v1${path}`, { headers: { Accept: "application/json" } });
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // An error without a body is told by its status.
  }
  if (!answer.ok)
    throw new HttpError(answer.status, body?.error?.message || `HTTP ${answer.status}`);
  return body;
}

async function fetchAll() {
  const [pool, jobs, ended, hosts, checkpoints] = await Promise.all([
    get("/pool"),
    get(`/jobs?limit=${LIMIT}`),
    get(`/jobs?history=1&limit=100`),
    get("/hosts"),
    get("/checkpoints"),
  ]);
  return {
    pool,
    queue: jobs.jobs,
    more: Boolean(jobs.next),
    ended: ended.jobs,
    hosts: hosts.hosts,
    checkpoints: checkpoints.checkpoints,
  };
}

// Calls onData(data), onLink(state) and onChange(event); state is "live",
// "polling", "lost" or "signed-out".
export function start({ onData, onLink, onChange }) {
  let timer = null;
  let busy = false;
  let again = false;
  let live = false;

  async function refresh() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      onData(await fetchAll());
      onLink(live ? "live" : "polling");
    } catch (error) {
      onLink(error.status === 401 || error.status === 403 ? "signed-out" : "lost", error);
    }
    busy = false;
    if (again) {
      again = false;
      soon();
    }
  }

  // Changes come in bursts: one look for all of them.
  function soon() {
    if (timer === null)
      timer = setTimeout(() => {
        timer = null;
        refresh();
      }, PAUSE_MS);
  }

  function changed(event) {
    onChange(event);
    soon();
  }

  setInterval(() => {
    if (!live && !document.hidden) refresh();
  }, POLL_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) soon();
  });
  refresh();
  listen(changed, (state) => {
    if (state !== live) soon();
    live = state;
  });
}

function listen(onEvent, onState) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("harrier") : null;
  if (channel)
    channel.onmessage = ({ data }) => {
      if (data.kind === "event") onEvent(data);
      else if (data.kind === "state") onState(data.live);
    };

  const tell = (message) => channel?.postMessage(message);
  const lead = () =>
    new Promise(() => {
      open((event) => {
        onEvent(event);
        tell({ kind: "event", ...event });
      }, (live) => {
        onState(live);
        tell({ kind: "state", live });
      });
    });

  // The tab that gets the lock holds the stream until it is closed.
  if (channel && navigator.locks) navigator.locks.request("harrier-stream", lead);
  else lead();
}

function open(onEvent, onState) {
  const source = new EventSource("/api/v1/events");
  // Another tab that opens asks nobody: it hears the state regularly.
  const beat = setInterval(() => onState(source.readyState === EventSource.OPEN), POLL_MS);
  source.onopen = () => onState(true);
  source.onerror = () => {
    onState(false);
    // A refusal (a restarted scheduler forgot the session) ends the stream
    // for good; a lost connection comes back by itself.
    if (source.readyState === EventSource.CLOSED) {
      clearInterval(beat);
      setTimeout(() => open(onEvent, onState), POLL_MS);
    }
  };
  for (const type of ["job", "host", "checkpoint", "reset"])
    source.addEventListener(type, (e) => {
      let data = {};
      try {
        data = JSON.parse(e.data);
      } catch {
        // What cannot be read still tells that something changed.
      }
      onEvent({ type, data });
    });
}
