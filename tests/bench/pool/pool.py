# SPDX-License-Identifier: MIT
"""A pool of real daemons in a temporary folder, and how it is asked."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

BIN = os.path.join(os.environ["B"], "bin")
PARTS = os.path.join(os.environ["B"], "test", "bench", "pool")
LIMIT_S = 300


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Failed(Exception):
    pass


def wait_for(what, fn, limit=LIMIT_S, pause=0.002):
    """Until fn gives something true. Gives the seconds it took."""
    begin = time.monotonic()
    while not fn():
        if time.monotonic() - begin > limit:
            raise Failed("no %s within %d s" % (what, limit))
        time.sleep(pause)
    return time.monotonic() - begin


def start_ready(argv, log, **kw):
    """Starts a daemon of ours and returns when it says that it is ready."""
    r, w = os.pipe()
    env = dict(os.environ, HARRIER_READY_FD=str(w))
    env.update(kw.pop("env", {}))
    proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                            stderr=log, pass_fds=(w,), env=env,
                            start_new_session=True, **kw)
    os.close(w)
    ready = os.read(r, 1)
    os.close(r)
    if not ready:
        proc.wait(30)
        raise Failed("%s did not start" % argv[0])
    return proc


def memory_dir(prefix):
    """For what hosts scratch: the disk under it is not what is measured."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    return tempfile.mkdtemp(prefix=prefix, dir=where)


class Pool:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="hb.", dir="/tmp")
        self.home = tempfile.mkdtemp(prefix="hj.", dir="/tmp")
        os.chmod(self.home, 0o755)
        self.sock = os.path.join(self.dir, "run", "scheduler.sock")
        self.log = open(os.path.join(self.dir, "log.txt"), "ab")
        self.env = dict(os.environ, HARRIER_DIR=self.dir)
        for name in ("HARRIER_SOCKET", "HARRIER_URL", "HARRIER_FAULT",
                     "HARRIER_CLOCK_SCALE"):
            self.env.pop(name, None)
        self.others = []
        self.host_dirs = []
        self.sched = None
        self.conn = None
        self.start()

    def start(self):
        self.sched = start_ready(
            [BIN + "/hscheduler", "--dir", self.dir, "--log-level", "warn"],
            self.log, env={"HARRIER_DIR": self.dir})

    def kill_scheduler(self):
        self.sched.kill()
        self.sched.wait()
        self.conn = None

    def stop_scheduler(self):
        self.sched.terminate()
        self.sched.wait()
        self.conn = None

    def startd(self, slots):
        self.host_dirs.append(memory_dir("hb."))
        proc = start_ready(
            [BIN + "/hstartd", "--name", "bench", "--dir", self.dir,
             "--slots", str(slots), "--policy", "dedicated", "--log-level",
             "warn", "--set", "dir=" + self.host_dirs[-1]], self.log, env={"HARRIER_DIR": self.dir})
        self.others.append(proc)
        wait_for("slots", lambda: self.pool()["slots"]["total"] == slots)
        return proc

    def call(self, method, path, body=None):
        for again in (True, False):
            try:
                if not self.conn:
                    self.conn = Unix(self.sock)
                self.conn.request(
                    method, "/api/v1" + path,
                    json.dumps(body) if body is not None else None,
                    {"Content-Type": "application/json"})
                reply = self.conn.getresponse()
                data = json.loads(reply.read())
                break
            except (http.client.HTTPException, OSError):
                self.conn = None
                if not again:
                    raise
        if reply.status >= 300:
            raise Failed("%s %s: %s" % (method, path, data))
        return data

    def text(self, path):
        conn = Unix(self.sock)
        conn.request("GET", path)
        data = conn.getresponse().read().decode()
        conn.close()
        return data

    def pool(self):
        return self.call("GET", "/pool")

    def jobs(self):
        return self.pool()["jobs"]["jobs"]

    def finish(self, limit=LIMIT_S):
        return wait_for("end of all jobs", lambda: not self.jobs(), limit,
                        0.01)

    def file(self, name, text):
        path = os.path.join(self.home, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def submit_file(self, text):
        """Seconds that hsubmit took."""
        path = self.file("job.sub", text)
        begin = time.monotonic()
        subprocess.run([BIN + "/hsubmit", "-terse", path], env=self.env,
                       cwd=self.home, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - begin

    def submit(self, count, **ad):
        """One cluster straight to the API; its number."""
        full = {"Cmd": "/bin/true", "Iwd": self.home,
                "TransferExecutable": False}
        full.update(ad)
        return self.call("POST", "/clusters", {
            "uuid": str(uuid.uuid4()), "cluster_ad": full,
            "count": count})["cluster"]

    def tool(self, name, *args):
        """Seconds that a tool took, and what it printed."""
        begin = time.monotonic()
        out = subprocess.run([os.path.join(BIN, name), *args], env=self.env,
                             cwd=self.home, check=True,
                             stdout=subprocess.PIPE).stdout
        return time.monotonic() - begin, out

    def down(self):
        for proc in self.others:
            if proc.poll() is None:
                proc.send_signal(signal.SIGTERM)
        for proc in self.others + [self.sched]:
            if proc is self.sched and proc.poll() is None:
                proc.terminate()
            try:
                proc.wait(30)
            except subprocess.TimeoutExpired:
                proc.kill()
                proc.wait()
        self.log.close()
        for path in self.host_dirs:
            shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)
