"""What tests of several processes have in common: runs with what each said, and a
connection that stops at a given byte."""
import glob
import resource
import socket
import subprocess
import threading

from parties import PATIENCE, Process


class Said:
    """The exit code of a process, and what it printed."""

    def __init__(self, code, text):
        self.code, self.text = code, text

    def must(self, code, *phrases):
        assert self.code == code, f"exit code {self.code}, expected {code}:\n{self.text}"
        for phrase in phrases:
            assert phrase in self.text, f"'{phrase}' is missing in:\n{self.text}"
        return self


def command(*words, **options):
    """Runs tacit, which must not hang."""
    done = subprocess.run(["tacit", *map(str, words)], capture_output=True, text=True,
                          timeout=PATIENCE, **options)
    return Said(done.returncode, done.stdout + done.stderr)


def start(*words):
    """Starts a process that says at which port it is."""
    process = Process("tacit", *map(str, words))
    assert process.port, f"{words} ended: {finish(process).text}"
    return process


def start_server(package, *options):
    return start("run", package, "--party", "server", "--listen", "127.0.0.1:0", *options)


def start_dealer(package, *options):
    return start("deal", package, "--serve", "127.0.0.1:0", *options)


def client_words(package, port, *options):
    return ("run", package, "--party", "client", "--connect", f"127.0.0.1:{port}", *options)


def run_client(package, port, *options):
    return command(*client_words(package, port, *options))


def start_client(package, port, *options):
    return subprocess.Popen(["tacit", *map(str, client_words(package, port, *options))],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    return Said(*process.finish())


def finish_client(process):
    out, err = process.communicate(timeout=PATIENCE)
    return Said(process.returncode, out + err)


def kill(process):
    """As kill -9 does."""
    process.kill()
    process.wait(timeout=PATIENCE)


def end(process):
    """Ends a process that waits for others, and returns what it said."""
    process.process.terminate()
    return finish(process).text


def meet(server_package, client_package, server_options=(), client_options=(),
         goes_on=True):
    """Returns what the server and the client said. A server goes on after a client that
    failed: what it said until then has a code of None."""
    server = start_server(server_package, *server_options)
    client = run_client(client_package, server.port, *client_options)
    if client.code == 0 or not goes_on:
        return finish(server), client
    # It may need longer to notice than the client waits for it.
    server.hear("try:")
    server.process.terminate()
    return Said(None, finish(server).text), client


def used(folder):
    """The marks of use in a party's folder."""
    return {name[len(folder):] for name in glob.glob(f"{folder}/material-*/used-*")}


class no_room:
    """Processes that are started meanwhile have room for files of `size` bytes each."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.before[1]))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


class Narrow:
    """Passes on the bytes between a client and a server until one way has had so many;
    then it holds both, until it is told to close."""

    def __init__(self, port, from_server=None, from_client=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = port
        self.limits = {"server": from_server, "client": from_client}
        self.passed = {"server": 0, "client": 0}
        self.is_held, self.is_over = threading.Event(), threading.Event()
        threading.Thread(target=self._meet, daemon=True).start()

    def _meet(self):
        self.client, _ = self.listener.accept()
        self.server = socket.create_connection(("127.0.0.1", self.target))
        for source, sink, side in ((self.client, self.server, "client"),
                                   (self.server, self.client, "server")):
            threading.Thread(target=self._pass, args=(source, sink, side),
                             daemon=True).start()

    def _pass(self, source, sink, side):
        limit = self.limits[side]
        try:
            while not self.is_held.is_set():
                left = 1 << 16 if limit is None else limit - self.passed[side]
                if left == 0:
                    break
                part = source.recv(left)
                if not part:
                    break
                sink.sendall(part)
                self.passed[side] += len(part)
        except OSError:
            pass
        if limit is not None and self.passed[side] == limit:
            self.is_held.set()
        self.is_over.set()

    def wait(self):
        """Returns when the bytes have passed."""
        assert self.is_held.wait(PATIENCE), self.passed

    def close(self):
        for end_ in self.client, self.server, self.listener:
            try:
                end_.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end_.close()
