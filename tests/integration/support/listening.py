"""A port whose connections are served, each on a thread of its own."""
import socket
import threading


class Listening:
    """serve(client) is called for each connection, until close()."""

    def __init__(self, serve, address="127.0.0.1"):
        self._serve = serve
        self._listener = socket.create_server((address, 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()
