"""Warm starts of Python programs. The interpreter imports this as `sitecustomize`, before it runs
the user's script, from an archive that Luthier put first in PYTHONPATH. Then it does one of two:

record   notes what the program imports, for the zygote to import beforehand;
zygote   imports that, and forks a process for each attempt. In there this module ends as if it had
         not been found, and the interpreter goes on to the script: everything from the first frame
         to the exit status is its own doing.

Python 3.9 and newer. It imports as little as it can: what is here is in the script's sys.modules.
"""

import os
import sys

_REQUESTS, _GUARDIAN, _IMAGE, _CONTROLLER = 3, 4, 5, 6  # descriptors: guardian/wire.h
_OURS = 200  # those of ours that stay open lie above any the libraries' imports open
_CLOSE_ON_EXEC = 0x40000000  # MSG_CMSG_CLOEXEC
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_MM, _PR_SET_MM_MAP = 1, 36, 35, 14
_SIGKILL = 9
_MAIN = ("__main__", "__mp_main__")


def _leave_no_trace(archive):
    """The environment and caches as they are without us."""
    inherited = os.environ["PYTHONPATH"][len(archive) + 1:]
    if inherited:
        os.environ["PYTHONPATH"] = inherited
    else:
        del os.environ["PYTHONPATH"]


def _import_the_users_own(archive):
    """A sitecustomize that ours hides; whether there is one."""
    sys.path[:] = [entry for entry in sys.path if entry != archive]
    sys.path_importer_cache.pop(archive, None)
    zipimport = sys.modules.get("zipimport")
    if zipimport is not None:
        zipimport._zip_directory_cache.pop(archive, None)
    ours = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules[__name__] = ours
        return False
    return True


def _library_folders():
    """Where the standard library and installed packages are."""
    site = sys.modules["site"]
    folders = {os.path.dirname(os.__file__), *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        folders.add(site.getusersitepackages())
    folders |= {os.path.realpath(folder) for folder in folders}
    return tuple(folder + os.sep for folder in folders)


def _places(spec):
    """Where a module comes from; nothing for one that is made by another's code."""
    if spec is None or spec.origin in ("built-in", "frozen"):
        return []
    if spec.origin is not None and spec.has_location:
        return [spec.origin]
    return list(spec.submodule_search_locations or [])


def _is_library(spec, folders):
    return all(os.path.join(place, "").startswith(folders) for place in _places(spec))


# ---- record


class _Record:
    """What an attempt imports, a line each: "? name" when it begins, "+ name" once it is there and
    of a library, "- name" if it is the user's own, "! name" when the user's code changes that
    environment variable: libraries read some as they are imported, so what is imported from then on
    has to wait for it."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.process = os.getpid()
        self.folders = _library_folders()
        self.seen = set(sys.modules)
        self.pending = {}
        self.closed = False
        self.quiet = (os._Environ.__setitem__.__code__.co_filename,
                      sys.modules["_collections_abc"].MutableMapping.update.__code__.co_filename)

    def write(self, mark, name):
        self.lines.append(f"{mark} {name}\n")

    def flush(self):
        # Opened each time: a descriptor that stays is the script's to see, or to close.
        if self.lines:
            text = "".join(self.lines).encode("utf-8", "replace")
            self.lines.clear()
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            try:
                os.write(descriptor, text)
            finally:
                os.close(descriptor)

    def settle(self):
        """Says what became of those that began."""
        for name in list(self.pending):
            module = sys.modules.get(name)
            spec = getattr(module, "__spec__", None)
            if module is not None and not getattr(spec, "_initializing", False):
                del self.pending[name]
                if not _is_library(spec, self.folders):
                    self.write("-", name)
                elif _places(spec):
                    self.write("+", name)

    def begin(self, name):
        if name not in self.seen:
            self.seen.add(name)
            self.pending[name] = True
            self.write("?", name)

    def look(self, name=None):
        for new in [each for each in sys.modules if each not in self.seen]:
            self.begin(new)
        if name is not None:
            self.begin(name)
        self.settle()

    def is_users(self, frame):
        """Whether the user's code does this, and not a library that is being imported."""
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith("<frozen importlib") or "importlib" in file and "_bootstrap" in file:
                return False
            if file not in self.quiet and not file.startswith(self.folders):
                return True
            frame = frame.f_back
        return False

    def hear(self, event, arguments):
        if self.closed or os.getpid() != self.process:
            return
        if event == "import":
            self.look(arguments[0])
        elif event in ("os.putenv", "os.unsetenv") and self.is_users(sys._getframe(2)):
            self.look()
            self.closed = True
            self.write("!", os.fsdecode(arguments[0]))
        self.flush()

    def end(self):
        if not self.closed and os.getpid() == self.process:
            self.look()
            self.closed = True
            self.flush()


def _record(path):
    import atexit

    record = _Record(path)
    busy = []

    def hook(event, arguments):
        if event in ("import", "os.putenv", "os.unsetenv") and not busy:
            busy.append(event)
            try:
                record.hear(event, arguments)
            except Exception:
                record.closed = True
            finally:
                busy.clear()

    sys.addaudithook(hook)
    atexit.register(record.end)


# ---- zygote


class _Unfit(Exception):
    """Why attempts can't be forked; a sentence."""


def _read_record(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    began, libraries, own = [], set(), set()
    for line in text.splitlines():
        mark, _, name = line.partition(" ")
        if name in _MAIN:
            continue
        if mark == "=":
            began.append(None)
        elif mark == "?" and name not in began:
            began.append(name)
        elif mark == "+":
            libraries.add(name)
        elif mark == "-":
            own.add(name)
    return began, libraries, own


def _top(name):
    return name.partition(".")[0]


def _wanted(name, own, folders, tops):
    """Whether to import `name`: its top-level package is of a library here."""
    import importlib.util

    top = _top(name)
    if top in ("sitecustomize", "usercustomize", "luthier"):
        return False
    if top not in tops:
        spec = None
        if top in sys.modules:
            spec = getattr(sys.modules[top], "__spec__", None)
        else:
            try:
                spec = importlib.util.find_spec(top)
            except Exception:
                pass
        tops[top] = top not in own and spec is not None and _is_library(spec, folders)
    return tops[top] and name not in own


def _preload(path):
    """Imports what the record names. Returns the modules that came, their packages, the seconds it
    took, and those of what stands behind "=": what later trials imported."""
    import importlib
    import time

    began, libraries, own = _read_record(path)
    folders = _library_folders()
    before = set(sys.modules)
    tops = {}
    start = middle = time.perf_counter()
    for name in began:
        if name is None:
            middle = time.perf_counter()
            continue
        if name in sys.modules or not _wanted(name, own, folders, tops):
            continue
        try:
            importlib.import_module(name)
        except BaseException as error:
            if name in libraries:
                raise _Unfit(f"the import of {name} fails outside the script "
                             f"({type(error).__name__}: {error})") from None
    end = time.perf_counter()
    came = [name for name in sys.modules if name not in before]
    for name in came:
        if name not in _MAIN and (name in own or _top(name) in own):
            raise _Unfit(f"a library and the script import different modules named {name}")
        if not _is_library(getattr(sys.modules[name], "__spec__", None), folders):
            raise _Unfit(f"a library imports {name}, which is not installed but the user's own")
    return came, {_top(name) for name in came}, end - start, end - middle if None in began else 0


def _read_link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _threads():
    """How many there are; without jemalloc's, which its own handlers start again in a child."""
    count = 0
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/comm") as file:
                count += file.read().strip() != "jemalloc_bg_thd"
        except OSError:
            pass  # it has just ended
    return count


def _children():
    """Of this process, where the kernel tells."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return file.read().split()
    except OSError:
        return []


def _check_fit(libc, ours):
    """Threads don't survive a fork; the pools of BLAS libraries end before one by themselves. What
    else a library holds would be shared among all trials."""
    import time

    if _threads() > 1:
        pid = libc.fork()
        if pid == 0:
            libc._exit(0)
        os.waitpid(pid, 0)
    for _ in range(50):  # a thread that was joined leaves a little later
        if _threads() == 1:
            break
        time.sleep(0.02)
    else:
        raise _Unfit("a library has started threads, which do not survive a fork")
    if _children():
        raise _Unfit("a library has started a process as it was imported")
    for entry in os.listdir("/proc/self/fd"):
        target = _read_link("/proc/self/fd/" + entry)
        if target.startswith(("/dev/nvidia", "/dev/kfd")):
            raise _Unfit("a library has initialised the GPU, which can't be used after a fork")
        if target.startswith("socket:") and int(entry) not in ours:
            raise _Unfit("a library has opened a connection as it was imported")


def _script_folder():
    """What the interpreter will put first in sys.path."""
    if sys.flags.isolated or getattr(sys.flags, "safe_path", False):
        return None
    if sys.argv[0] in ("-m", "-c"):
        return os.getcwd()
    script = os.path.realpath(sys.argv[0])
    return script if os.path.isdir(script) else os.path.dirname(script)


def _hidden(folder, packages):
    """A module of the user's that the script would find in place of one that is loaded."""
    from importlib.machinery import all_suffixes

    suffixes = all_suffixes()
    for entry in os.listdir(folder):
        stem = entry.partition(".")[0]
        if stem in packages and (
                entry[len(stem):] in suffixes
                or os.path.isfile(os.path.join(folder, entry, "__init__.py"))):
            return stem
    return None


class _Zygote:
    def __init__(self):
        import _socket
        import ctypes
        import select
        import time

        self.monotonic_ns = time.monotonic_ns
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.select = select
        self.ours = [self.move(fd) for fd in (_GUARDIAN, _IMAGE, _CONTROLLER)]
        self.guardian_fd, self.image, self.controller = self.ours
        self.requests = _socket.socket(fileno=_REQUESTS)
        self.guardian = _socket.socket(fileno=self.guardian_fd)
        os.set_inheritable(_REQUESTS, False)
        self.socket = _socket
        self.children = {}  # pidfd: pid
        self.packages = set()
        self.said_hidden = False
        self.looked_at = None  # the folder's time at the last look
        self.hidden = None

    @staticmethod
    def move(descriptor):
        import fcntl

        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OURS)
        os.close(descriptor)
        return moved

    def say(self, text):
        try:
            self.requests.send(text.encode("utf-8", "replace")[:3000])
        except OSError:
            os._exit(1)

    def tell_guardian(self, pid, status, ended):
        words = (pid, status, ended)
        try:
            self.guardian.send(b"".join(
                word.to_bytes(4, sys.byteorder, signed=True) for word in words))
        except OSError:
            os._exit(1)

    def serve(self):
        """Returns in the process of an attempt only."""
        while True:
            poll = self.select.poll()
            for descriptor in (_REQUESTS, self.guardian_fd, *self.children):
                poll.register(descriptor, self.select.POLLIN)
            ready = [descriptor for descriptor, _ in poll.poll()]
            for descriptor in ready:
                if descriptor in self.children:
                    self.bury(descriptor)
            if self.guardian_fd in ready:
                os._exit(0)  # the guardian says nothing: it is gone
            if _REQUESTS in ready and self.fork():
                return

    def bury(self, descriptor):
        pid = self.children.pop(descriptor)
        os.close(descriptor)
        self.tell_guardian(pid, os.waitpid(pid, 0)[1], 1)

    def look_for_hidden(self):
        folder = _script_folder()
        try:
            changed = folder and os.stat(folder).st_mtime_ns
            if changed != self.looked_at:
                self.hidden = _hidden(folder, self.packages)
                self.looked_at = changed
        except OSError:
            return None  # the interpreter finds nothing there either
        return self.hidden

    def fork(self):
        """Takes a request. True in the process of its attempt."""
        data, ancillary, _, _ = self.requests.recvmsg(4096, 1024, _CLOSE_ON_EXEC)
        if not data:
            os._exit(0)
        passed = [int.from_bytes(part[at:at + 4], sys.byteorder)
                  for _, _, part in ancillary for at in range(0, len(part), 4)]
        hidden = self.look_for_hidden()
        if hidden and not self.said_hidden:
            self.said_hidden = True
            self.say(f"hidden {hidden}")
        try:
            pid = os.fork()
        except OSError:
            pid = -1  # the control socket closes: the executor tries again
        if pid == 0:
            self.become_warden(data, passed, bool(hidden))
            return True
        if pid > 0:
            self.tell_guardian(pid, 0, 0)
            self.children[os.pidfd_open(pid)] = pid
        for descriptor in passed:
            os.close(descriptor)
        return False

    # The rest runs in children.

    def become_warden(self, data, passed, cold):
        """Forks the attempt's process, in which this returns, and becomes its warden."""
        try:
            number = [int.from_bytes(data[at:at + 4], sys.byteorder) for at in (0, 8, 12)]
            command = _Command(passed[1], *number)
            failure = 0
            try:
                os.chdir(command.directory)
            except OSError as error:
                failure = error.errno
            began = self.monotonic_ns() // 1000
            pid = -1 if failure else self.fork_attempt(passed, command, cold)
            if pid == 0:
                return
            os.dup2(passed[0], _REQUESTS, True)
            os.dup2(self.controller, _GUARDIAN, True)
            words = ["luthier-warden", "adopt", data[8:].hex(), str(pid), str(failure),
                     str(int(bool(failure))), str(began)]
            os.execve(f"/proc/self/fd/{self.image}", words, {})
        except BaseException:
            os._exit(1)

    def fork_attempt(self, passed, command, cold):
        self.libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        warden = os.getpid()
        ready, going = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                self.libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
                if os.getppid() != warden:
                    os._exit(127)
                os.write(going, b".")
                self.take_descriptors(passed, (ready, going))
                command.apply(cold)
                _be_as_new(self.thaws)
                _show(self.libc, command)
                _seed()
            except BaseException:
                os._exit(127)
            return 0
        os.close(going)
        os.read(ready, 1)
        return pid

    def take_descriptors(self, passed, more):
        for target, descriptor in enumerate(passed[2:6]):
            os.dup2(descriptor, target, True)
        self.requests.detach()
        self.guardian.detach()
        if len(passed) < 6:
            os.close(_REQUESTS)
        for descriptor in (*passed, *more, *self.ours, *self.children):
            os.close(descriptor)
        for stream in (sys.stdout, sys.__stdout__):
            if stream is not None and os.isatty(1):
                stream.reconfigure(line_buffering=True)


class _Command:
    """What the attempt's command line and environment are, of the strings in a memory file."""

    def __init__(self, strings, skipped, arguments, environment):
        text = os.pread(strings, os.fstat(strings).st_size, 0).split(b"\0")
        self.directory, self.program = text[:2]
        self.arguments = text[2:2 + arguments]
        self.environment = text[2 + arguments:2 + arguments + environment]
        self.skipped = skipped

    def apply(self, cold):
        pairs = [variable.partition(b"=")[::2] for variable in self.environment]
        if cold:
            variables = dict(pairs)
            variables.pop(b"LUTHIER_WARM_START", None)
            os.execve(self.program, self.arguments, variables)
        record = None
        for name, value in pairs:
            if name == b"LUTHIER_WARM_START":
                record = os.fsdecode(value).split(" ", 3)[2]
            elif name.startswith(b"LUTHIER_") or name == b"CUDA_VISIBLE_DEVICES":
                os.environb[name] = value
        own = [os.fsdecode(argument) for argument in self.arguments[self.skipped:]]
        sys.argv[1:] = own
        if hasattr(sys, "orig_argv"):
            sys.orig_argv += own
        if record is not None:
            _record(record)


def _be_as_new(thaws):
    """Undoes what the zygote and the forks left in modules that the script can ask."""
    if thaws:
        import gc

        gc.unfreeze()
    threading = sys.modules.get("threading")
    refresh = getattr(threading and threading.main_thread(), "_set_native_id", None)
    if refresh is not None:
        refresh()


def _show(libc, command):
    """In /proc/PID/cmdline and environ, which `ps` and others read, where the kernel allows it."""
    import ctypes

    texts = [b"".join(word + b"\0" for word in words)
             for words in (command.arguments, command.environment)]
    try:
        with open("/proc/self/stat", "rb") as file:
            numbers = file.read().rpartition(b")")[2].split()
    except OSError:
        return
    field = [0, 0, 0, *map(int, [0] + numbers[1:])]  # numbered as in proc(5)
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_void_p
    shown = libc.malloc(ctypes.c_size_t(len(texts[0]) + len(texts[1])))  # for good
    ctypes.memmove(shown, b"".join(texts), len(texts[0]) + len(texts[1]))
    between, end = shown + len(texts[0]), shown + len(texts[0]) + len(texts[1])
    layout = (ctypes.c_uint64 * 13)(
        field[26], field[27], field[45], field[46], field[47], libc.sbrk(0), field[28],
        shown, between, between, end, 0, 0xFFFFFFFF << 32)
    libc.prctl(_PR_SET_MM, _PR_SET_MM_MAP, layout, ctypes.c_ulong(ctypes.sizeof(layout)), 0)


def _seed():
    """What a cold start takes from the system; `random` does so by itself after a fork."""
    generators = sys.modules.get("numpy.random")
    if generators is not None:
        generators.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def _largest(came):
    """The packages with most modules, installed ones before those of the standard library."""
    standard = os.path.dirname(os.__file__) + os.sep
    counts = {}
    for name in came:
        count, installed = counts.get(_top(name), (0, False))
        places = _places(getattr(sys.modules[name], "__spec__", None))
        for place in places:
            installed = (installed or not place.startswith(standard)
                         or f"{os.sep}site-packages{os.sep}" in place)
        counts[_top(name)] = (count + 1, installed)
    return sorted(counts, key=lambda name: (not counts[name][1], -counts[name][0]))[:3]


def _serve(path):
    import gc

    zygote = _Zygote()
    try:
        came, zygote.packages, seconds, later = _preload(path)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        _check_fit(zygote.libc, (_REQUESTS, *zygote.ours))
    except _Unfit as unfit:
        zygote.say(f"unfit {unfit}")
        os._exit(0)
    except BaseException as error:
        zygote.say(f"unfit {type(error).__name__}: {error}")
        os._exit(0)
    gc.collect()
    zygote.thaws = gc.get_freeze_count() == 0
    gc.freeze()
    zygote.say(f"ready {seconds:.6f} {later:.6f} {len(came)} {' '.join(_largest(came))}")
    zygote.serve()


def _is_meant(script):
    """Whether this interpreter runs the attempt's script; a program that starts it may use Python
    for something else before."""
    words = getattr(sys, "orig_argv", None)
    if words is None:
        return sys.argv[0] in ("-m", "-c", script)
    return script in words


def _begin():
    mode, archive, path, script = os.environ["LUTHIER_WARM_START"].split(" ", 3)
    meant = sys.version_info >= (3, 9) and _is_meant(script)
    if meant:
        del os.environ["LUTHIER_WARM_START"]
        _leave_no_trace(archive)
    there = _import_the_users_own(archive)
    if meant and mode == "record":
        _record(path)
    elif meant:
        _serve(path)
    if not there:
        raise ImportError("no module named 'sitecustomize'", name="sitecustomize")


_begin()
