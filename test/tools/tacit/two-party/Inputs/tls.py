"""Parties and dealers that speak TLS, and others that do not. Certificates are made here: one
in the sources would expire.

    tls.py PACKAGE FOLDER TOKENS.npy

PACKAGE has been dealt for; FOLDER is for what is made. Prints what was tried."""
import filecmp
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading

from pairs import (Narrow, client_words, command, end, finish, finish_client, kill,
                   run_client, start_client, start_dealer, start_server)
from parties import same_counts

SAME = ["sent_bytes", "received_bytes", "framing_bytes", "setup_bytes", "offline_bytes",
        "hops", "forecast"]
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
NEITHER = "try: give TLS to both sides, or to neither"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)


class Authority:
    def __init__(self, name):
        self.name = name
        openssl("req", "-x509", *EC, "-days", "2", "-subj", f"/CN={name}", "-keyout",
                f"{name}.key", "-out", f"{name}.pem")

    def issue(self, name, extension="subjectAltName=DNS:localhost,IP:127.0.0.1"):
        """Returns the options of somebody with a certificate of this authority."""
        with open("extensions", "w") as file:
            print(extension, file=file)
        openssl("req", "-new", *EC, "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey",
                f"{self.name}.key", "-days", "1", "-extfile", "extensions", "-out",
                f"{name}.pem")
        return options(name, self.name)


def options(name, authority):
    return ["--tls-certificate", f"{name}.pem", "--tls-key", f"{name}.key",
            "--tls-authority", f"{authority}.pem"]


class Tap(Narrow):
    """Passes on everything, and keeps it."""

    def __init__(self, port):
        self.seen = b""
        super().__init__(port)

    def _pass(self, source, sink, side):
        try:
            while part := source.recv(1 << 16):
                self.seen += part
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def tapped_run(name, server_options=(), client_options=()):
    """Returns the reports of both parties, and the bytes between them. Every run has a copy
    of the package, so that all begin with the same material."""
    shutil.copytree(PACKAGE, name)
    server = start_server(name, "--json", f"{name}/server.json", *server_options)
    tap = Tap(server.port)
    said = run_client(name, tap.port, *INPUT, "--output-dir", f"{name}/out", "--json",
                      f"{name}/client.json", *client_options)
    said.must(0)
    finish(server).must(0)
    return *(json.load(open(f"{name}/{party}.json")) for party in ("server", "client")), tap


def same_run():
    plain_server, plain_client, plain = tapped_run("plain")
    server, client, tap = tapped_run("protected", SERVER, CLIENT)
    same_counts(server, client)
    for key in SAME:
        assert (server[key], client[key]) == (plain_server[key], plain_client[key]), key
    assert filecmp.cmp("plain/out/logits.npy", "protected/out/logits.npy", shallow=False)
    assert plain.seen.count(b"TACF") > 10 and plain_client["tls"] is None
    assert b"TACF" not in tap.seen and len(tap.seen) > len(plain.seen)
    for found, peer in (client, "CN=server"), (server, "CN=client"):
        assert found["tls"] == found["runs"][0]["tls"]
        assert found["tls"]["peer"] == peer and found["tls"]["version"] == "TLSv1.3"
    print("the same run, with its bytes encrypted:", client["tls"]["cipher"])


def dealt_run():
    """The dealer's seeds are what must not be seen."""
    for name in "at-dealer", "at-server", "at-client":
        shutil.copytree(f"{PACKAGE}/public", f"{name}/public")
    for party in "server", "client":
        shutil.copytree(f"{PACKAGE}/{party}", f"at-{party}/{party}",
                        ignore=shutil.ignore_patterns("material-*"))
    dealer = start_dealer("at-dealer", *DEALER)
    taps = Tap(dealer.port), Tap(dealer.port)
    address = [["--dealer", f"localhost:{tap.port}"] for tap in taps]
    # One without TLS is no party.
    stranger = socket.create_connection(("127.0.0.1", dealer.port))
    stranger.sendall(b"TACF" + bytes(28))
    assert stranger.recv(100)[:2] == b"\x15\x03"
    stranger.close()
    server = start_server("at-server", *address[0], *SERVER)
    run_client("at-client", server.port, *address[1], *INPUT, *CLIENT).must(
        0, "as forecast", "protected by TLSv1.3, TLS_", "with 'CN=server'")
    finish(server).must(0, "with 'CN=client'")
    for tap in taps:
        assert len(tap.seen) > 1000 and b"TACF" not in tap.seen
    said = end(dealer)
    assert "does not speak TLS; expected it" in said, said
    print("a dealer")
    # Both parties know the dealer by another name than its certificate has.
    only_name = AUTHORITY.issue("elsewhere", "subjectAltName=DNS:dealer.example")
    dealer = start_dealer("at-dealer", *only_name)
    asks = ["--dealer", f"localhost:{dealer.port}"]
    server = start_server("at-server", *asks, *SERVER)
    run_client("at-client", server.port, *asks, *INPUT, *CLIENT).must(7)
    server.hear("try:")
    said = end(server) + end(dealer)
    assert ("the dealer at" in said and "which names DNS:dealer.example; expected the host "
            "'localhost'" in said), said
    print("a dealer of another name")


def refused(title, server_options, client_options, server_says, client_says):
    """A client that is refused ends with 7; the server says why, and goes on."""
    server = start_server(PACKAGE, *server_options)
    run_client(PACKAGE, server.port, *INPUT, *client_options).must(7, "error: ", client_says)
    server.hear("try:")
    said = end(server)
    assert server_says in said, f"'{server_says}' is missing in:\n{said}"
    print("refused:", title)


def refusals():
    other = Authority("other")
    others = other.issue("stranger")
    refused("a client of another authority", SERVER,
            others[:4] + CLIENT[4:],
            "has the certificate 'CN=stranger', issued by 'CN=other'; expected one of an "
            "authority in 'authority.pem'", "refuses the certificate of this side: unknown CA")
    refused("a server of another authority", others[:4] + SERVER[4:], CLIENT,
            "refuses the certificate of this side: unknown CA",
            "has the certificate 'CN=stranger', issued by 'CN=other'")
    refused("a server of another host", AUTHORITY.issue("away", "subjectAltName=DNS:a.example"),
            CLIENT, "refuses the certificate of this side: ",
            "has the certificate 'CN=away', which names DNS:a.example; expected the host "
            "'127.0.0.1'")
    for name in "alone", "friend":
        openssl("req", "-x509", *EC, "-days", "2", "-subj", f"/CN={name}", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", f"{name}.key", "-out",
                f"{name}.pem")
    refused("a certificate that signed itself", SERVER, options("alone", "authority"),
            "has the certificate 'CN=alone', issued by 'CN=alone'; expected one",
            "refuses the certificate of this side: ")
    refused("a client without TLS", SERVER, [], "does not speak TLS; expected it",
            "speaks TLS; expected none, as this side has no certificate\n  " + NEITHER)
    refused("a server without TLS", [], CLIENT, "speaks TLS; expected none",
            "does not speak TLS; expected it, as this side does\n  " + NEITHER)


def friends():
    """Two that know each other need no authority."""
    server = start_server("plain", *options("friend", "alone"))
    run_client("plain", server.port, *INPUT, *options("alone", "friend")).must(
        0, "with 'CN=friend'")
    finish(server).must(0, "with 'CN=alone'")
    print("two that signed themselves, and trust each other")


def old_client(port):
    """Speaks TLS, but an older one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations("authority.pem")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.wrap_socket(socket.create_connection(("127.0.0.1", port)),
                            server_hostname="localhost")
    except ssl.SSLError:
        return
    raise AssertionError("the server speaks TLS 1.2")


def strangers():
    """Nobody of these ends the server, which then serves a client."""
    server = start_server("protected", "--timeout", "1", *SERVER)
    for words in b"", b"GET / HTTP/1.1\r\n\r\n", b"TACF", b"\x16\x03\x01\x02\x00" + b"x" * 600:
        with socket.create_connection(("127.0.0.1", server.port)) as stranger:
            stranger.sendall(words)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(4096):
                pass
    old_client(server.port)
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        client = start_client("protected", server.port, *INPUT, *CLIENT)
        assert silent.recv(100) == b""
        finish_client(client).must(0)
    finish(server).must(0, "closed the connection", "does not speak TLS; expected it",
                        "does not speak TLS as it should", "does not speak TLS 1.3",
                        "sent nothing for 1")
    print("strangers")


def killed():
    server = start_server("protected", *SERVER)
    narrow = Narrow(server.port, from_server=20000)
    client = start_client("protected", narrow.port, *INPUT, *CLIENT)
    narrow.wait()
    kill(server.process)
    narrow.close()
    finish_client(client).must(7, "closed the connection")
    print("a server that is killed")


def files():
    """What is wrong with the files of this side is not the other's fault."""
    words = client_words(PACKAGE, 1, *INPUT)
    for wrong, phrase in (
            (["none.pem", "client.key", "authority.pem"], "cannot read 'none.pem'"),
            (["client.pem", "server.key", "authority.pem"], "'server.key' is not the key of"),
            (["client.pem", "client.key", "client.key"], "'client.key' has no certificate")):
        named = ["--tls-certificate", "--tls-key", "--tls-authority"]
        given = [word for pair in zip(named, wrong) for word in pair]
        for start in words, ("run", PACKAGE, "--party", "server", "--listen", "127.0.0.1:0"), (
                "deal", PACKAGE, "--serve", "127.0.0.1:0"):
            command(*start, *given).must(4, "error: ", phrase)
    os.chmod("client.key", 0o644)
    command(*words, *CLIENT).must(4, "others may read the key 'client.key', of mode 0644")
    os.chmod("client.key", 0o600)
    print("files")


PACKAGE, FOLDER, TOKENS = map(os.path.abspath, sys.argv[1:])
os.chdir(FOLDER)
INPUT = ["--input", f"tokens={TOKENS}"]
AUTHORITY = Authority("authority")
SERVER, CLIENT, DEALER = (AUTHORITY.issue(name) for name in ("server", "client", "dealer"))
same_run()
dealt_run()
refusals()
friends()
strangers()
killed()
files()
