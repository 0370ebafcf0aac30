"""Runs both parties of a package as two processes, the server at a free port.

    parties.py PACKAGE [--dealer DEALER] [server options] -- [client options]

DEALER is a package from whose public folder a dealer serves; its address is added to both.
Prints what both say, and exits with 0 if both do; else the codes are printed, too. Checks
that both counted the same."""
import json
import re
import subprocess
import sys
import tempfile
import threading

PATIENCE = 120


class Process:
    """A command that says at which port it is, before it does anything."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        self.port = None
        while self.port is None:
            line = self.process.stderr.readline()
            found = re.search(r"at port (\d+)$", line)
            self.said += "" if found else line
            if found or not line:
                self.port = found and int(found.group(1))
                break

    def hear(self, phrase):
        """Waits for a line that begins so, or for the end of the process."""
        limit = threading.Timer(PATIENCE, self.process.kill)
        limit.start()
        for line in self.process.stderr:
            self.said += line
            if line.lstrip().startswith(phrase):
                break
        limit.cancel()

    def finish(self):
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out + self.said + err


def same_counts(server, client):
    """What one sends, the other receives."""
    for one, other in (server, client), (client, server):
        assert one["sent_bytes"] == other["received_bytes"], (one, other)
    for one in server, client:
        for key, forecast in one["forecast"].items():
            assert one[key] == forecast, (one["party"], key, one[key], forecast)
    for key in "hops", "setup_bytes", "framing_bytes", "package", "disclosed":
        assert server[key] == client[key], (key, server[key], client[key])


def run(server_package, client_package, server_options, client_options):
    with tempfile.TemporaryDirectory() as folder:
        files = f"{folder}/server.json", f"{folder}/client.json"
        server = Process("tacit", "run", server_package, "--party", "server", "--listen",
                         "127.0.0.1:0", "--json", files[0], *server_options)
        client = subprocess.run(
            ["tacit", "run", client_package, "--party", "client", "--connect",
             f"127.0.0.1:{server.port}", "--json", files[1], *client_options],
            capture_output=True, text=True, timeout=PATIENCE)
        code, said = server.finish()
        print("client:\n" + client.stdout + client.stderr)
        print("server:\n" + said)
        if code or client.returncode:
            print(f"exit codes: server {code}, client {client.returncode}")
            return 1
        same_counts(*(json.load(open(path)) for path in files))
    return 0


def main():
    package, *rest = sys.argv[1:]
    at = rest.index("--")
    server_options, client_options = rest[:at], rest[at + 1:]
    if server_options[:1] != ["--dealer"]:
        return run(package, package, server_options, client_options)
    dealer = Process("tacit", "deal", server_options[1], "--serve", "127.0.0.1:0")
    address = ["--dealer", f"127.0.0.1:{dealer.port}"]
    code = run(package, package, address + server_options[2:], address + client_options)
    dealer.process.terminate()
    dealer.finish()
    return code


if __name__ == "__main__":
    sys.exit(main())
