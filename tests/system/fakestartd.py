# SPDX-License-Identifier: MIT
"""A real hscheduler under test, and hosts with no job behind them.

Pool runs hscheduler in a directory of its own; Host speaks the host calls of
docs/protocol.md step by step, as the test tells it.
"""
import hashlib
import hmac
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import uuid

BIN = os.path.abspath(os.environ.get("BIN") or os.path.join(
    os.environ.get("B", "build"), "bin"))
CHUNK = 256 * 1024
LIMIT_S = 30


class Error(Exception):
    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status = status
        self.code = body.get("error", {}).get("code") \
            if isinstance(body, dict) else None


class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout=LIMIT_S):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def wait_for(what, fn, limit=LIMIT_S):
    """Calls fn until it gives something true; the pause is not the test."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        got = fn()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError("no %s within %d s" % (what, limit))


class Pool:
    def __init__(self, fault=None, scale=None):
        self.dir = tempfile.mkdtemp(prefix="hp.", dir="/tmp")
        self.home = tempfile.mkdtemp(prefix="hu.", dir="/tmp")
        self.sock = os.path.join(self.dir, "run", "scheduler.sock")
        self.proc = None
        self.died_at_start = 0
        self.scale = scale
        self.start(fault)

    def start(self, fault=None, wait=True):
        env = dict(os.environ, HARRIER_DIR=self.dir)
        env.pop("HARRIER_FAULT", None)
        env.pop("HARRIER_SOCKET", None)
        if fault:
            env["HARRIER_FAULT"] = fault
        if self.scale:
            env["HARRIER_CLOCK_SCALE"] = self.scale
        r, w = os.pipe()
        env["HARRIER_READY_FD"] = str(w)
        self.log = open(os.path.join(self.dir, "log.txt"), "ab")
        self.proc = subprocess.Popen(
            [os.path.join(BIN, "hscheduler"), "--dir", self.dir],
            env=env, pass_fds=[w], stderr=self.log, stdout=self.log,
            stdin=subprocess.DEVNULL)
        os.close(w)
        if wait:
            ready = os.read(r, 1)
            if not ready and fault:
                self.proc.wait()
                self.died_at_start += 1
                os.close(r)
                self.start()
                return
            if not ready:
                self.proc.wait()
                raise AssertionError("hscheduler did not start:\n" +
                                     self.log_text())
        os.close(r)

    def log_text(self):
        with open(os.path.join(self.dir, "log.txt"), errors="replace") as f:
            return f.read()

    def kill(self):
        self.proc.send_signal(signal.SIGKILL)
        self.proc.wait()

    def wait_dead(self):
        self.proc.wait(LIMIT_S)
        return self.proc.returncode

    def restart(self, fault=None):
        if self.proc.poll() is None:
            self.kill()
        self.start(fault)

    def stop(self):
        if self.proc and self.proc.poll() is None:
            self.proc.terminate()
            self.proc.wait(LIMIT_S)
        code = self.proc.returncode
        if os.path.exists(self.dir):
            self.last_log = self.log_text()
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)
        return code

    def call(self, method, path, body=None, raw=None, timeout=LIMIT_S,
             headers=None, full=False):
        c = Unix(self.sock, timeout)
        h = dict(headers or {})
        data = raw
        if body is not None:
            data = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        elif raw is not None:
            h.setdefault("Content-Type", "application/octet-stream")
        try:
            c.request(method, path, data, h)
            r = c.getresponse()
            got = r.read()
        finally:
            c.close()
        if "json" in (r.getheader("Content-Type") or ""):
            got = json.loads(got)
        if r.status >= 400:
            raise Error(r.status, got)
        return (r.status, got, r) if full else got

    def get(self, path, **kw):
        return self.call("GET", "/api/v1" + path, **kw)

    def post(self, path, body, **kw):
        return self.call("POST", "/api/v1" + path, body, **kw)

    def file(self, name, text, mode=0o644):
        path = os.path.join(self.home, name)
        with open(path, "wb") as f:
            f.write(text.encode() if isinstance(text, str) else text)
        os.chmod(path, mode)
        return path

    def read(self, name):
        with open(os.path.join(self.home, name)) as f:
            return f.read()

    def exists(self, name):
        return os.path.exists(os.path.join(self.home, name))

    def submit(self, count=1, ident=None, columns=None, rows=None, hold=False,
               **ad):
        whole = {"Cmd": "prog", "Iwd": self.home, "Out": "out",
                 "Err": "err", "UserLog": "log",
                 "JobCheckpoints": True}
        whole.update(ad)
        if not self.exists("prog"):
            self.file("prog", "#!/bin/sh\n", 0o755)
        body = {"uuid": ident or str(uuid.uuid4()), "cluster_ad": whole,
                "count": count, "hold": hold}
        if columns:
            body["columns"], body["rows"] = columns, rows
        return self.post("/clusters", body)

    def job(self, ident):
        return self.get("/jobs/" + ident)["job"]

    def jobs(self, **params):
        query = "&".join("%s=%s" % kv for kv in params.items())
        return self.get("/jobs?" + query)["jobs"]

    def act(self, action, ident, **more):
        return self.post("/jobs/actions", dict(
            {"action": action, "ids": [ident]}, **more))["results"][0]

    def wait_state(self, ident, state):
        def look():
            ad = self.job(ident)
            return ad if ad.get("HarrierState") == state else None
        return wait_for("job %s %s" % (ident, state), look)


def pack(chunks, key):
    """A pack of plain chunks, as common/store/pack.h has it."""
    out = bytearray(b"HARRPACK" + struct.pack("<II", 1, 0))
    index = b""
    for data in chunks:
        ident = chunk_id(data, key)
        out += b"C\0\0\0" + struct.pack("<II", len(data), len(data)) + ident
        index += ident + struct.pack("<QII", len(out), len(data), len(data))
        out += data
    at = len(out)
    body = b"I\0\0\0" + struct.pack("<I", len(chunks)) + index
    out += body
    out += struct.pack("<QII", at, len(chunks), 0)
    out += hashlib.sha256(body).digest() + b"HARRPEND"
    return bytes(out)


def chunk_id(data, key):
    return hmac.new(bytes.fromhex(key), data, hashlib.sha256).digest()


class Host:
    def __init__(self, pool, name, arch="X86_64", slots=1, **attrs):
        self.pool, self.name, self.arch = pool, name, arch
        self.boot = secrets.token_hex(16)
        self.number = 0
        self.attempts, self.ends, self.starts = {}, [], {}
        self.accepts = True
        self.orders = []
        self.acks = []
        self.seen = None
        self.slots = [dict({
            "Name": "slot%d@%s" % (i, name), "Machine": name, "Arch": arch,
            "OpSys": "LINUX", "Memory": 2048, "Cpus": 1, "Disk": 1000000,
            "HasFileTransfer": True, "Requirements": True,
            "State": "Unclaimed", "Activity": "Idle"}, **attrs)
            for i in range(1, slots + 1)]

    def sync(self, wait=0, **more):
        self.number += 1
        body = dict({
            "boot": self.boot, "sync": self.number, "wait_s": wait,
            "leaving": False, "owner": {"state": "away", "since": 1},
            "slots": [{"slot": ad["Name"].split("@")[0], "ad": ad,
                       "accepts": self.accepts} for ad in self.slots],
            "attempts": list(self.attempts.values()), "ends": self.ends},
            **more)
        if self.seen:
            body["seen"] = self.seen
        r = self.pool.post("/hosts/%s/sync" % self.name, body)
        for start in r["starts"]:
            self.starts.setdefault(start["nonce"], start)
        for order in r["orders"]:
            self.orders.append(order)
            if order["want"] == "discard":
                self.attempts.pop(order["nonce"], None)
        for nonce in r["acks"]:
            self.acks.append(nonce)
            self.ends = [e for e in self.ends if e["nonce"] != nonce]
        return r

    def get_start(self):
        """Syncs until there is a start that is not taken on yet."""
        def look():
            self.sync(wait=1)
            for nonce, start in self.starts.items():
                if nonce not in self.attempts and not start.get("taken"):
                    start["taken"] = True
                    return start
            return None
        return wait_for("start on " + self.name, look)

    def run(self, start, state="running", **more):
        self.attempts[start["nonce"]] = dict(
            {"nonce": start["nonce"], "slot": start["slot"], "state": state,
             "told": "run", "checkpoint": 0}, **more)
        return self.sync()

    def upload(self, kind, start, files, **more):
        """files: name -> bytes. Answers the upload's commit."""
        key = start["store_key"]
        offer = {"files": []}
        data = {}
        for name, text in files.items():
            parts = [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)]
            ids = [chunk_id(p, key).hex() for p in parts]
            data.update(zip(ids, parts))
            offer["files"].append({"name": name, "size": len(text),
                                   "mode": 0o644, "chunks": ids})
        if kind == "checkpoints":
            offer.update({"image": "_harrier/image", "class": "any machine",
                          "why": [], "arch": self.arch, "freeze_ms": 3,
                          "ckpt_ms": 40, "image_bytes": 5})
        offer.update(more)
        r = self.pool.post("/attempts/%s/%s" % (start["nonce"], kind), offer)
        self.missing = r["missing"]
        if r["missing"]:
            self.pool.call(
                "PUT", "/api/v1/uploads/%s/pack" % r["upload"],
                raw=pack([data[c] for c in r["missing"]], key))
        return self.pool.post("/uploads/%s/commit" % r["upload"],
                              {"upload_ms": 20})

    def end(self, start, how, code=0, sync=True, **more):
        self.attempts.pop(start["nonce"], None)
        self.ends.append(dict({"nonce": start["nonce"], "how": how,
                               "code": code, "user_cpu_s": 1.5,
                               "started": int(time.time()) - 2,
                               "ended": int(time.time())}, **more))
        return self.sync() if sync else None

    def finish(self, start, files=None, code=0):
        """The ordinary end: outputs, then the end that names them."""
        up = self.upload("outputs", start, files or {
            start["stdout"]: b"hello\n"})
        return self.end(start, "exited", code, outputs=up["outputs"])

    def read_input(self, item):
        return self.pool.call("GET", item["url"])
