"""Peers that say nothing, and clients that have to wait.

    waiting.py PACKAGE FOLDER [client options]"""
import glob
import os
import shutil
import socket
import struct
import sys

from pairs import (Narrow, end, finish, finish_client, kill, run_client, start_client,
                   start_dealer, start_server)

SOON = ("--timeout", "0.5")
HELLO = 1


def silent_server(package, options):
    """The connection is accepted by the system, and nobody says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        run_client(package, port, *options, *SOON).must(
            7, "sent nothing for 0.5 seconds; expected a message of kind 'hello'")
    run_client(package, port, *options, *SOON).must(7, "cannot connect to the server")
    print("no server: said by the client")


def strangers(package, options):
    """The server gives each of them up, and serves who comes next."""
    server = start_server(package, *SOON)
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        while silent.recv(4096):
            pass
    for kind, size in (HELLO, 1 << 40), (99, 4), (HELLO, 64):
        with socket.create_connection(("127.0.0.1", server.port)) as stranger:
            body = struct.pack("<II", 77, 0).ljust(64, b"\0") if size == 64 else b"1234"
            stranger.sendall(struct.pack("<4sIQQQ", b"TACF", kind, 0, 0, size) + body)
            while stranger.recv(4096):
                pass
    run_client(package, server.port, *options).must(0)
    finish(server).must(0, "sent nothing for 0.5 seconds", "bytes of kind 'hello'",
                        "the unknown kind 99", "speaks version 77 of the protocol")
    print("strangers: the server goes on")


def two_clients(package, folder, options):
    """The second client waits for the first, and both have their outputs."""
    server = start_server(package, "--inferences", "2")
    between = Narrow(server.port, from_client=1)
    first = start_client(package, between.port, *options)
    between.wait()
    second = start_client(package, server.port, *options, "--output-dir", f"{folder}/second")
    # The first one is not served any more, and the second one is.
    kill(first)
    between.close()
    first.communicate()
    finish_client(second).must(0)
    run_client(package, server.port, *options).must(0)
    finish(server).must(0, "closed the connection")
    assert os.listdir(f"{folder}/second") == ["y.npy"]
    print("two clients: one after the other")


def of_one_dealer(package, folder, options):
    """Parties with folders of their own ask a dealer, which has only what is public."""
    parts = {name: f"{folder}/{name}" for name in ("dealer", "server", "client")}
    for name, path in parts.items():
        for part in {"public", name} - {"dealer"}:
            shutil.copytree(f"{package}/{part}", f"{path}/{part}",
                            ignore=shutil.ignore_patterns("material-*", "weights-*"))

    def run(dealer_port, *more):
        asks = ("--dealer", f"127.0.0.1:{dealer_port}")
        server = start_server(parts["server"], *asks, *more)
        client = run_client(parts["client"], server.port, *options, *asks)
        return server, client

    dealer = start_dealer(parts["dealer"], *SOON)
    with socket.create_connection(("127.0.0.1", dealer.port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while stranger.recv(4096):
            pass
    server, client = run(dealer.port)
    client.must(0)
    finish(server).must(0)
    assert "is not a message" in end(dealer)
    for party in "server", "client":
        assert len(glob.glob(f"{parts[party]}/{party}/material-*")) == 1
    print("a dealer: serves strangers nothing, and both parties")

    # The dealer is killed while the server gets its material.
    dealer = start_dealer(parts["dealer"])
    between = Narrow(dealer.port, from_server=5000)
    asks = lambda port: ("--dealer", f"127.0.0.1:{port}")
    server = start_server(parts["server"], *asks(between.port))
    client = start_client(parts["client"], server.port, *options, *asks(dealer.port))
    between.wait()
    kill(dealer.process)
    between.close()
    finish(dealer)
    finish_client(client).must(7)
    server.hear("try:")
    assert "the dealer at" in end(server)
    for party in "server", "client":
        assert len(glob.glob(f"{parts[party]}/{party}/material-*")) == 1
        assert not glob.glob(f"{parts[party]}/{party}/.dealing-*")
    dealer = start_dealer(parts["dealer"])
    server, client = run(dealer.port)
    client.must(0)
    finish(server).must(0)
    end(dealer)
    print("a dealer that is killed: said by both, and nothing is left")
    server, client = run(dealer.port, *SOON)
    client.must(7)
    end(server)
    print("no dealer: said by the parties")


def main():
    package, folder, *options = sys.argv[1:]
    silent_server(package, options)
    strangers(package, options)
    two_clients(package, folder, options)
    of_one_dealer(package, folder, options)


if __name__ == "__main__":
    main()
