"""Lines that a program writes to a pipe, collected by a thread so that tests wait without polling."""
import re
import threading

from wire import PATIENCE


class Lines:
    def __init__(self, pipe):
        self.lines = []
        self.ended = False
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self.collect, args=(pipe,), daemon=True)
        self.thread.start()

    def collect(self, pipe):
        with pipe:
            for line in pipe:
                with self.news:
                    self.lines.append(line.decode(errors="backslashreplace").rstrip("\n"))
                    self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def text(self):
        return "\n".join(self.lines)

    def wait(self, ready):
        """Waits until ready(lines) is true and returns what it said; None when the pipe ended before."""
        with self.news:
            self.news.wait_for(lambda: ready(self.lines) or self.ended, PATIENCE)
            return ready(self.lines) or None

    def wait_match(self, pattern):
        """Waits for a line in which the pattern is found; returns the match, or None at the end."""
        return self.wait(lambda lines: next(filter(None, (re.search(pattern, line) for line in lines)), None))

    def join(self):
        """Waits until the program has closed its end."""
        self.thread.join(PATIENCE)
