# SPDX-License-Identifier: MIT
"""Slurm and task-spooler, as loopback daemons in a temporary folder."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from pool import Failed, memory_dir, wait_for


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def which(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


class Slurm:
    """Tuned for throughput: no accounting, no plugins, no waiting."""
    NEEDS = ("slurmctld", "slurmd", "munged", "sbatch", "squeue")

    def __init__(self, slots):
        self.dir = tempfile.mkdtemp(prefix="hbs.", dir="/tmp")
        self.log = open(self.dir + "/log", "ab")
        self.procs = []
        self.ctld = None
        self.conf = self.dir + "/slurm.conf"
        self.env = dict(os.environ, SLURM_CONF=self.conf)
        self.spool = memory_dir("hbs.")
        os.mkdir(os.path.join(self.dir, "state"))
        self.write_conf(slots)
        self.munge()
        self.start_ctld()
        self.procs.append(self.popen(which("slurmd"), "-D", "-N", "bench",
                                     "-f", self.conf))
        wait_for("Slurm node", self.is_idle, 60, 0.1)

    @classmethod
    def is_here(cls):
        return all(which(n) for n in cls.NEEDS)

    def write_conf(self, slots):
        user = pwd.getpwuid(os.geteuid()).pw_name
        with open(self.conf, "w") as f:
            f.write(f"""\
ClusterName=bench
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={self.dir}/munge.sock
CredType=cred/munge
StateSaveLocation={self.dir}/state
SlurmdSpoolDir={self.spool}
SlurmctldPidFile={self.dir}/ctld.pid
SlurmdPidFile={self.dir}/slurmd.pid
SlurmctldLogFile={self.dir}/ctld.log
SlurmdLogFile={self.dir}/slurmd.log
SlurmctldDebug=error
SlurmdDebug=error
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,default_queue_depth=10000,defer_batch
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
PriorityType=priority/basic
MaxJobCount=200000
MaxArraySize=100001
MinJobAge=2
ReturnToService=2
NodeName=bench NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 CPUs={slots} State=UNKNOWN
PartitionName=all Nodes=bench Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
""")

    def popen(self, *argv):
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                stdout=self.log, stderr=self.log,
                                env=self.env, start_new_session=True)

    def munge(self):
        key = self.dir + "/munge.key"
        with open(key, "wb") as f:
            f.write(os.urandom(128))
        os.chmod(key, 0o400)
        # munged wants its socket's folder open to its clients.
        os.chmod(self.dir, 0o755)
        self.procs.append(self.popen(
            which("munged"), "--foreground", "--force",
            "--key-file=" + key, "--socket=" + self.dir + "/munge.sock",
            "--pid-file=" + self.dir + "/munge.pid",
            "--seed-file=" + self.dir + "/munge.seed",
            "--log-file=" + self.dir + "/munge.log"))
        wait_for("munge socket",
                 lambda: os.path.exists(self.dir + "/munge.sock"), 20)

    def start_ctld(self):
        self.ctld = self.popen(which("slurmctld"), "-D", "-f", self.conf)

    def run(self, *argv):
        return subprocess.run(argv, env=self.env, cwd=self.dir,
                              stdout=subprocess.PIPE, stderr=self.log)

    def is_idle(self):
        if self.ctld.poll() is not None:
            raise Failed("slurmctld ended: see " + self.dir)
        out = self.run("sinfo", "-h", "-o", "%t").stdout.strip()
        return out == b"idle"

    def queued(self):
        """Ids in the queue, or None without an answer."""
        out = self.run("squeue", "-h", "-r", "-o", "%A")
        return None if out.returncode else out.stdout.split()

    def submit(self, *args):
        out = self.run("sbatch", "--parsable", "-o", "/dev/null", *args,
                       "--wrap=/bin/true")
        if out.returncode:
            raise Failed("sbatch failed: see " + self.dir)
        return out.stdout.strip()

    def throughput(self, jobs):
        begin = time.monotonic()
        self.submit("--array=1-%d" % jobs)
        wait_for("end of Slurm's jobs", lambda: self.queued() == [], 120, 0.05)
        return jobs / (time.monotonic() - begin)

    def one_by_one(self, jobs):
        begin = time.monotonic()
        for _ in range(jobs):
            self.submit("--hold")
        return jobs / (time.monotonic() - begin)

    def lost(self, jobs):
        """Of acknowledged jobs, after SIGKILL of the controller."""
        before = set(self.queued())
        ids = [self.submit("--hold") for _ in range(jobs)]
        self.ctld.kill()
        self.ctld.wait()
        self.start_ctld()
        wait_for("slurmctld", lambda: self.queued() is not None, 60, 0.1)
        return len(set(ids) - set(self.queued()) - before)

    def down(self):
        for proc in [self.ctld] + self.procs[::-1]:
            if proc and proc.poll() is None:
                proc.terminate()
        for proc in [self.ctld] + self.procs:
            try:
                proc.wait(20)
            except subprocess.TimeoutExpired:
                proc.kill()
                proc.wait()
        self.log.close()
        shutil.rmtree(self.spool, ignore_errors=True)
        shutil.rmtree(self.dir, ignore_errors=True)


class Spooler:
    def __init__(self, slots):
        self.dir = memory_dir("hbt.")
        self.env = dict(os.environ, TS_SOCKET=self.dir + "/socket",
                        TMPDIR=self.dir, TS_MAXFINISHED="10")
        self.run("-S", str(slots))

    @staticmethod
    def is_here():
        return which("tsp") is not None

    def run(self, *args):
        return subprocess.run(["tsp", *args], env=self.env,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def queued(self):
        return [line for line in self.run("-l").split(b"\n")[1:]
                if b" queued " in line or b" running " in line]

    def throughput(self, jobs):
        begin = time.monotonic()
        for _ in range(jobs):
            self.run("-n", "/bin/true")
        self.run("-w")
        wait_for("end of task-spooler's jobs", lambda: not self.queued(), 60)
        return jobs / (time.monotonic() - begin)

    def server(self):
        """The pid of the server on our socket."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/environ" % pid, "rb") as f:
                    env = f.read()
                with open("/proc/%s/comm" % pid) as f:
                    comm = f.read().strip()
            except OSError:
                continue
            if comm in ("tsp", "ts") and self.dir.encode() in env:
                return int(pid)
        return None

    def lost(self, jobs):
        self.run("-S", "1")
        self.run("-n", "sleep", "1000")
        for _ in range(jobs):
            self.run("-n", "/bin/true")
        pid = self.server()
        if pid:
            os.kill(pid, signal.SIGKILL)
            wait_for("death of task-spooler's server",
                     lambda: not os.path.exists("/proc/%d" % pid), 20)
        if os.path.exists(self.dir + "/socket"):
            os.unlink(self.dir + "/socket")
        return jobs - min(jobs, len(self.queued()))

    def down(self):
        for pid in self.sleepers():
            os.kill(pid, signal.SIGKILL)
        self.run("-K")
        shutil.rmtree(self.dir, ignore_errors=True)

    def sleepers(self):
        """What our own killed server left running."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/environ" % pid, "rb") as f:
                    if self.dir.encode() + b"/socket" not in f.read():
                        continue
                found.append(int(pid))
            except OSError:
                continue
        return [pid for pid in found if pid != os.getpid()]
