"""A mail server on loopback that keeps what it takes; it speaks as much of RFC 5321 as is needed."""

import socketserver
import threading
from email import message_from_bytes, policy


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        box = self.server.box
        box.calls += 1
        if box.mood == "shut":
            self.say("421 closed for today")
            return
        self.say("220 loopback")
        for line in self.rfile:
            word = line.strip().upper()
            if word.startswith((b"EHLO", b"HELO")):
                self.say("250 loopback")
            elif word.startswith(b"RCPT"):
                self.say({"unknown": "550 nobody", "busy": "451 later"}.get(box.mood, "250 ok"))
            elif word == b"DATA":
                self.say("354 go on")
                if not self.take():
                    return
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        self.server.box.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.server.box.mood == "hangs up":  # taken, and nobody is told
            return False
        self.say("250 taken")
        return True

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class LetterBox:
    """mood: kind, shut (421 at once), unknown (550), busy (451) or hangs up (after the letter)."""

    def __init__(self):
        self.letters, self.mood, self.calls = [], "kind", 0
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        self._server.daemon_threads = True
        self._server.box = self
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
