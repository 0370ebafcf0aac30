"""Kills a party at several moments of a run, and looks at what the other one says and at
which material is used afterwards.

    kills.py PACKAGE FOLDER [client options]"""
import os
import shutil
import sys
import time

from pairs import (PATIENCE, Narrow, finish, finish_client, kill, run_client, start_client,
                   start_server, used)

# The bytes before those of a message.
HEADER = 32


def complete(package, options):
    """Runs both parties; returns how many bytes the server sends in all."""
    server = start_server(package)
    between = Narrow(server.port)
    run_client(package, between.port, *options).must(0)
    finish(server).must(0)
    assert between.is_over.wait(PATIENCE)
    return between.passed["server"]


def fresh(marks, package):
    """Adds the marks that are new to `marks`, and returns them."""
    added = {party: used(f"{package}/{party}") - marks[party] for party in marks}
    for party in marks:
        marks[party] |= added[party]
    return added


def marks_of(package):
    return {party: used(f"{package}/{party}") for party in ("server", "client")}


def wait_for_mark(between, marks, package):
    """The server marks the material when it has the greeting of the client."""
    between.wait()
    end = time.monotonic() + PATIENCE
    while used(f"{package}/server") <= marks["server"]:
        assert time.monotonic() < end, "no mark"
        time.sleep(0.01)


def run_again(package, options, marks, out, server=None):
    """A run afterwards uses material that has no mark."""
    before = {party: set(marks[party]) for party in marks}
    server = server or start_server(package)
    run_client(package, server.port, *options, "--output-dir", out).must(0)
    said = finish(server).must(0)
    for party, added in fresh(marks, package).items():
        assert added - before[party], f"the {party} used nothing new"
    assert os.listdir(out) == ["y.npy"]
    shutil.rmtree(out)
    return said


def kill_server(package, bytes_, options, marks, out):
    server = start_server(package)
    between = Narrow(server.port, from_server=bytes_)
    client = start_client(package, between.port, *options, "--output-dir", out)
    between.wait()
    kill(server.process)
    between.close()
    finish_client(client).must(7, "closed the connection")
    finish(server)
    assert not os.path.exists(out)
    count = len(fresh(marks, package)["server"])
    run_again(package, options, marks, out)
    return count


def kill_before_first_byte(package, options, marks, out):
    """Nothing of the server's hops reaches anybody: its greeting is held, too."""
    server = start_server(package)
    between = Narrow(server.port, from_server=HEADER)
    client = start_client(package, between.port, *options, "--output-dir", out)
    wait_for_mark(between, marks, package)
    kill(server.process)
    between.close()
    finish_client(client).must(7)
    finish(server)
    assert len(fresh(marks, package)["server"]) == 1
    run_again(package, options, marks, out)


def kill_client(package, bytes_, options, marks, out):
    """The server says so, and serves the next client."""
    server = start_server(package)
    between = Narrow(server.port, from_client=bytes_)
    client = start_client(package, between.port, *options, "--output-dir", out)
    between.wait()
    kill(client)
    between.close()
    client.communicate()
    assert not os.path.exists(out)
    said = run_again(package, options, marks, out, server)
    assert "closed the connection" in said.text, said.text


def main():
    package, out, *options = sys.argv[1:]
    complete(package, options)
    # From now on the client has the masked weights, and a run is a greeting and hops.
    total = complete(package, options)
    marks = marks_of(package)
    kill_server(package, 1, options, marks, out)
    kill_before_first_byte(package, options, marks, out)
    print("server killed after the mark: used")
    for part in 0.3, 0.6, 0.9:
        assert kill_server(package, int(total * part), options, marks, out) == 1
    print("server killed in the run: used, and the client has no outputs")
    for bytes_ in 1, int(total * 0.5), int(total * 0.9):
        kill_client(package, bytes_, options, marks, out)
    print("client killed: the server goes on")


if __name__ == "__main__":
    main()
