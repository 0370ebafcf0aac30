"""A connection through a slow network: passes bytes between two sockets, each direction at
a limited rate and after a delay.

A piece of bytes leaves when the line has sent those before it, and arrives a delay later, as
on a wire: the line is not idle while bytes are on their way."""
import collections
import socket
import threading
import time

PIECE = 16384


class Line(threading.Thread):
    """One direction."""

    def __init__(self, source, sink, bits_per_second, delay):
        super().__init__(daemon=True)
        self.source, self.sink = source, sink
        self.rate, self.delay = bits_per_second / 8, delay
        self.waiting = collections.deque()
        self.more = threading.Condition()

    def run(self):
        receiver = threading.Thread(target=self.receive, daemon=True)
        receiver.start()
        while True:
            with self.more:
                while not self.waiting:
                    self.more.wait()
                due, piece = self.waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if piece:
                    self.sink.sendall(piece)
                else:
                    self.sink.shutdown(socket.SHUT_WR)
                    return
            except OSError:
                return

    def receive(self):
        free = 0.0
        while True:
            try:
                piece = self.source.recv(PIECE)
            except OSError:
                piece = b""
            free = max(free, time.monotonic()) + len(piece) / self.rate
            with self.more:
                self.waiting.append((free + self.delay, piece))
                self.more.notify()
            if not piece:
                return


def start(target, bits_per_second, delay):
    """Returns the port of a proxy for one connection to `target`, a (host, port)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = listener.accept()
        server = socket.create_connection(target)
        for one in client, server:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Line(client, server, bits_per_second, delay).start()
        Line(server, client, bits_per_second, delay).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]
