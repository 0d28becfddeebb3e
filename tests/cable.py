"""A wire between one phone and the site that can be cut: no signal for the page, and none for its worker either."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Cable:
    """Passes bytes on between a port of its own and the site's, while it is whole."""

    def __init__(self, site: str) -> None:
        self.port = urlsplit(site).port or 80
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.whole = True
        self.ends: set[socket.socket] = set()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        """Take calls until it is hung up."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.port))
                self.ends |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    def pass_on(self, one: socket.socket, other: socket.socket) -> None:
        """What comes in at one end goes out at the other."""
        with contextlib.suppress(OSError):
            while chunk := one.recv(65536):
                other.sendall(chunk)
        self.drop(one, other)

    def drop(self, *ends: socket.socket) -> None:
        """Hang up."""
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self.ends.discard(end)

    def cut(self) -> None:
        """Whatever is said from now on is not heard, nor the end of what is being said."""
        self.whole = False
        self.drop(*list(self.ends))


@contextlib.contextmanager
def cable(site: str) -> Iterator[Cable]:
    """A cable to a site."""
    found = Cable(site)
    try:
        yield found
    finally:
        found.cut()
        found.listening.close()
