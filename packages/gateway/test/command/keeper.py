"""Runs a program under a pseudo-terminal. Reads what to do as JSON on standard input, writes what happened as JSON.

{"command": [...], "columns": 80, "rows": 24, "steps": [{"after": "text", "type": "keys"}], "seconds": 20}
A step waits until the text has appeared behind what the step before waited for, and then types. {"kill": true} as a step closes the
terminal. The answer: {"output": "...", "code": 0}; a program that a signal ended has 128 and its number, as in a shell.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

task = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    try:
        os.execvp(task["command"][0], task["command"])
    except OSError as error:
        print(error)
        os._exit(127)
size = struct.pack("HHHH", task["rows"], task["columns"], 0, 0)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)

output = b""
seen = 0
steps = task["steps"]
ends = time.monotonic() + task["seconds"]
late = False
while True:
    while steps and (at := output.find(steps[0]["after"].encode(), seen)) != -1:
        seen = at + len(steps[0]["after"].encode())
        time.sleep(0.05)
        os.write(terminal, steps.pop(0)["type"].encode())
    ready, _, _ = select.select([terminal], [], [], 0.2)
    if not ready and time.monotonic() > ends:
        late = True
        os.kill(pid, signal.SIGKILL)
        break
    if ready:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b""
        if not part:
            break
        output += part
_, status = os.waitpid(pid, 0)
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
json.dump(
    {"output": output.decode(errors="replace"), "code": code, "late": late, "left": [step["after"] for step in steps]},
    sys.stdout,
)
