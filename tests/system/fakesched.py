# SPDX-License-Identifier: MIT
"""A scheduler with no mind of its own, for the tests of hstartd.

Speaks docs/protocol.md on a Unix socket: a test queues starts and orders,
and sees syncs, ends and uploads. Answers can be made to fail.
"""
import ctypes
import hashlib
import hmac
import http.server
import json
import os
import secrets
import socket
import socketserver
import struct
import threading
import time

ZSTD = ctypes.CDLL("libzstd.so.1")
KEY = "5a" * 32


def unpack(data):
    """The chunks of a pack (common/store/pack.h): id -> bytes."""
    if data[:8] != b"HARRPACK" or data[-8:] != b"HARRPEND":
        raise ValueError("no pack")
    chunks, at = {}, 16
    while data[at:at + 1] == b"C":
        stored, raw = struct.unpack_from("<II", data, at + 4)
        ident = data[at + 12:at + 44]
        body = data[at + 44:at + 44 + stored]
        if stored != raw:
            out = ctypes.create_string_buffer(raw)
            n = ZSTD.ZSTD_decompress(out, ctypes.c_size_t(raw), body,
                                     ctypes.c_size_t(stored))
            if n != raw:
                raise ValueError("bad zstd frame")
            body = out.raw
        want = hmac.new(bytes.fromhex(KEY), body, hashlib.sha256).digest()
        if want != ident:
            raise ValueError("chunk is not what its id says")
        chunks[ident.hex()] = body
        at += 44 + stored
    return chunks


class Upload:
    def __init__(self, kind, nonce, offer):
        self.kind, self.nonce, self.offer = kind, nonce, offer
        self.pack, self.chunks = b"", {}

    def files(self):
        return {f["name"]: b"".join(self.chunks[c] for c in f["chunks"])
                for f in self.offer["files"]}


class Sched:
    def __init__(self, directory):
        self.path = os.path.join(directory, "s")
        self.cond = threading.Condition()
        self.hosts = {}        # name -> last sync request
        self.starts = {}       # name -> starts not yet confirmed
        self.orders = {}       # nonce -> (want, checkpoint)
        self.ends = {}         # nonce -> end
        self.ack = set()       # nonces to acknowledge when ended
        self.files = {}        # (nonce, number) -> bytes
        self.uploads = {}      # id -> Upload
        self.done = {}         # checkpoint or outputs id -> Upload
        self.superseded = set()
        self.fail = []         # (method, part of path, status, times)
        self.stored = {}       # chunk id -> bytes
        self.keeps = False     # asks for no chunk twice
        self.packs = []        # bytes of each pack that came
        self.faults = []       # why checkpoints were none
        self.calls = []        # (method, path)
        self.ranges = []       # Range headers seen
        self.cut = {}          # part of path -> bytes before the break
        self.generation = {}
        self.seq = 1
        self.server = None
        self.open = set()      # connections

    # ---- for tests ----
    def serve(self):
        sched = self

        class Server(socketserver.ThreadingMixIn,
                     socketserver.UnixStreamServer):
            daemon_threads = True
            request_queue_size = 64

            def process_request(self, request, address):
                sched.open.add(request)
                super().process_request(request, address)

            def shutdown_request(self, request):
                sched.open.discard(request)
                super().shutdown_request(request)

            def handle_error(self, request, address):
                pass

        class Handler(Reply):
            owner = sched

        if os.path.exists(self.path):
            os.unlink(self.path)
        self.server = Server(self.path, Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        # As a killed one: nobody is left in the middle of a call.
        for request in list(self.open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait(self, test, what, limit=20):
        end = time.monotonic() + limit
        with self.cond:
            while True:
                value = test()
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(what)
                self.cond.wait(min(left, 0.1))

    def changed(self):
        with self.cond:
            self.seq += 1
            self.cond.notify_all()

    def start(self, host, executable, argv=(), inputs=None, env=(), job=1,
              checkpoint=None, attempt=1, **more):
        nonce = secrets.token_hex(16)
        exe = None

        def entry(number, name, data, mode):
            self.files[(nonce, number)] = data
            return {"name": name, "size": len(data), "mode": mode,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "url": f"/api/v1/attempts/{nonce}/files/{number}"}

        ad = {"ClusterId": job, "ProcId": 0, "Owner": "ann"}
        if isinstance(executable, bytes):
            exe = entry(0, "prog", executable, 0o755)
            ad["Cmd"] = "prog"
        else:
            ad["Cmd"] = executable
        start = {"job": f"{job}.0", "attempt": attempt, "nonce": nonce,
                 "slot": "slot1", "user": "ann", "uid": os.getuid(),
                 "ad": ad, "executable": exe,
                 "inputs": [entry(i + 1, n, d, 0o644) for i, (n, d) in
                            enumerate((inputs or {}).items())],
                 "argv": list(argv), "env": list(env), "stdin": None,
                 "stdout": "_harrier_stdout", "stderr": "_harrier_stderr",
                 "outputs": None, "checkpoint": None, "checkpoints": False,
                 "checkpoint_exit_code": 85, "kill_sig": 15,
                 "vacate_s": 600, "lease_s": 600, "store_key": KEY}
        if checkpoint:
            up = self.done[checkpoint]
            start["checkpoint"] = {
                "id": checkpoint, "class": up.offer["class"],
                "image": up.offer["image"], "files": up.offer["files"],
                "url": f"/api/v1/checkpoints/{checkpoint}/pack"}
        start.update(more)
        with self.cond:
            self.starts.setdefault(host, []).append(start)
            self.ack.add(nonce)
        self.changed()
        return nonce

    def order(self, nonce, want, checkpoint=0):
        self.orders[nonce] = (want, checkpoint)
        self.changed()

    def attempt(self, host, nonce):
        for a in self.hosts.get(host, {}).get("attempts", []):
            if a["nonce"] == nonce:
                return a
        return None

    def wait_state(self, host, nonce, state, limit=20):
        def look():
            a = self.attempt(host, nonce)
            return a if a and a["state"] == state else None
        return self.wait(look, f"state {state}", limit)

    def wait_end(self, nonce, limit=30):
        return self.wait(lambda: self.ends.get(nonce), "the end", limit)

    # ---- the protocol ----
    def sync(self, name, req):
        with self.cond:
            self.hosts[name] = req
            mine = self.generation[name] = self.generation.get(name, 0) + 1
            for end in req["ends"]:
                self.ends[end["nonce"]] = end
            self.cond.notify_all()
            limit = time.monotonic() + req["wait_s"]
            while True:
                reply = self.reply(name, req)
                if (reply["starts"] or reply["orders"] or reply["acks"] or
                        self.generation[name] != mine or
                        time.monotonic() >= limit):
                    return reply
                self.cond.wait(max(0, min(0.5, limit - time.monotonic())))

    def reply(self, name, req):
        have = {a["nonce"] for a in req["attempts"]}
        have |= {e["nonce"] for e in req["ends"]}
        starts = [s for s in self.starts.get(name, [])
                  if s["nonce"] not in have]
        self.starts[name] = starts
        orders = []
        for a in req["attempts"]:
            want, number = self.orders.get(a["nonce"], ("run", 0))
            if want != a["told"] or number != a["checkpoint"]:
                orders.append({"nonce": a["nonce"], "want": want,
                               "checkpoint": number, "reason": ""})
        return {"pool": "00" * 16, "epoch": 1, "seq": self.seq,
                "lease_s": 600, "starts": starts, "orders": orders,
                "acks": [e["nonce"] for e in req["ends"]
                         if e["nonce"] in self.ack]}

    def offer(self, kind, nonce, body):
        if nonce in self.superseded:
            return 409, error("superseded")
        if body.get("fault"):
            self.faults.append(body["fault"])
            return 201, {"upload": "", "missing": [],
                         "refused": body["fault"]}
        ident = secrets.token_hex(16)
        self.uploads[ident] = Upload(kind, nonce, body)
        missing = sorted({c for f in body["files"] for c in f["chunks"]}
                         - set(self.stored if self.keeps else ()))
        return 201, {"upload": ident, "missing": missing}

    def commit(self, ident):
        up = self.uploads.get(ident)
        if not up:
            return 410, error("gone")
        try:
            up.chunks = self.stored
            up.files()
        except (ValueError, KeyError):
            return 422, error("damaged")
        if up.kind == "outputs":
            self.done[ident] = up
            return 200, {"outputs": ident}
        number = str(len(self.done) + 1)
        self.done[number] = up
        return 200, {"checkpoint": number}


def error(code):
    return {"error": {"code": code, "message": code}}


class Reply(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            data = b""
            while True:
                n = int(self.rfile.readline(), 16)
                data += self.rfile.read(n)
                self.rfile.readline()
                if not n:
                    return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send(self, status, data, kind="application/json"):
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for part, n in list(self.owner.cut.items()):
            if part in self.path and n < len(data):
                del self.owner.cut[part]
                self.wfile.write(data[:n])
                self.close_connection = True
                return
        self.wfile.write(data)

    def failing(self):
        for f in self.owner.fail:
            if f[0] == self.command and f[1] in self.path and f[3] > 0:
                f[3] -= 1
                return f[2]
        return 0

    def do(self):
        s, body = self.owner, self.body()
        s.calls.append((self.command, self.path))
        status = self.failing()
        if status:
            self.send(status, error("made to fail"))
            return
        part = self.path.split("/")[3:]
        if part[0] == "hosts":
            self.send(200, s.sync(part[1], json.loads(body)))
        elif part[0] == "attempts" and part[2] == "files":
            self.file(s.files[(part[1], int(part[3]))])
        elif part[0] == "attempts":
            self.send(*s.offer(part[2], part[1], json.loads(body)))
        elif part[0] == "uploads" and part[2] == "pack":
            try:
                s.stored.update(unpack(body))
            except ValueError:
                self.send(422, error("damaged"))
                return
            s.packs.append(len(body))
            s.uploads[part[1]].pack = body
            self.send(200, {"bytes": len(body)})
        elif part[0] == "uploads":
            self.send(*s.commit(part[1]))
        elif part[0] == "checkpoints":
            self.file(s.done[part[1]].pack)
        else:
            self.send(404, error("not-found"))

    def file(self, data):
        status, rng = 200, self.headers.get("Range")
        if rng:
            self.owner.ranges.append(rng)
            data = data[int(rng[6:].rstrip("-")):]
            status = 206
        self.send(status, data, "application/octet-stream")

    do_GET = do_POST = do_PUT = do
