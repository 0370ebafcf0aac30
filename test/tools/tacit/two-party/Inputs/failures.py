"""Runs a server of a package, to which strangers connect, then a client whose connection is
cut after some bytes, and then one that is left alone. Prints what each of them says, with
PORT in place of numbers of ports.

    failures.py PACKAGE [client options]"""
import re
import socket
import subprocess
import sys
import threading

import parties

# The masked weights, and a part of what is sent in hops.
PASSED = 50000


def say(who, code, text):
    print(f"{who} {code}: " + re.sub(r"(127\.0\.0\.1:|port )\d+", r"\1PORT", text))


def stranger(port, words):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)
        # The server has noticed when it closes the connection.
        while connection.recv(4096):
            pass


def cut_connection(listener, port):
    """Passes on what a client sends, and the first bytes that the server does."""
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", port))

    def pass_on():
        try:
            while part := client.recv(4096):
                server.sendall(part)
        except OSError:
            pass

    threading.Thread(target=pass_on, daemon=True).start()
    left = PASSED
    while left > 0 and (part := server.recv(min(4096, left))):
        client.sendall(part)
        left -= len(part)
    for end in client, server:
        end.shutdown(socket.SHUT_RDWR)
        end.close()


def run_client(package, port, options):
    done = subprocess.run(["tacit", "run", package, "--party", "client", "--connect",
                           f"127.0.0.1:{port}", *options], capture_output=True, text=True,
                          timeout=parties.PATIENCE)
    say("client", done.returncode, done.stdout + done.stderr)


def main():
    package, *options = sys.argv[1:]
    command = ["tacit", "run", package, "--party", "server", "--listen"]
    server = parties.Process(*command, "127.0.0.1:0")
    again = subprocess.run([*command, f"127.0.0.1:{server.port}"], capture_output=True,
                           text=True, timeout=parties.PATIENCE)
    say("another server", again.returncode, again.stdout + again.stderr)
    for words in b"", b"GET / HTTP/1.1\r\n\r\n", b"TACF":
        stranger(server.port, words)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cutter = threading.Thread(target=cut_connection, args=(listener, server.port))
        cutter.start()
        run_client(package, listener.getsockname()[1], options)
        cutter.join()
    run_client(package, server.port, options)
    say("server", *server.finish())


if __name__ == "__main__":
    main()
