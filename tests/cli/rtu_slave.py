"""A Modbus RTU slave on a pty that knows nothing of knead: prints the pty's path, then answers
function 03 as unit UNIT with the sum of an address and 1 from the registers FIRST-LAST, and refuses
others with exception 02 (MODBUS over Serial Line V1.02). Usage: rtu_slave.py UNIT FIRST-LAST...
A line on standard input changes what it does: 'spoil' (wrong checksums), 'answer', 'hush'."""

import os
import select
import sys
import tty

UNIT = int(sys.argv[1])
REGISTERS = set()
for span in sys.argv[2:]:
    first, last = span.split("-")
    REGISTERS.update(range(int(first), int(last) + 1))


def checksum(message):
    remainder = 0xFFFF
    for byte in message:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ 0xA001 if remainder & 1 else remainder >> 1
    return bytes([remainder & 0xFF, remainder >> 8])


def reply_to(request):
    address = int.from_bytes(request[2:4], "big")
    count = int.from_bytes(request[4:6], "big")
    if request[1] != 3:
        return bytes([UNIT, request[1] | 0x80, 1])
    if not REGISTERS.issuperset(range(address, address + count)):
        return bytes([UNIT, 0x83, 2])
    words = b"".join((a + 1).to_bytes(2, "big") for a in range(address, address + count))
    return bytes([UNIT, 3, 2 * count]) + words


master, slave = os.openpty()
tty.setraw(master)
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
mode = "answer"
received = b""
while True:
    ready, _, _ = select.select([master, sys.stdin], [], [])
    if sys.stdin in ready:
        line = sys.stdin.readline()
        if not line:
            break
        mode = line.strip()
        print(mode, flush=True)
    if master in ready:
        received += os.read(master, 256)
    while len(received) >= 8:
        if checksum(received[:6]) != received[6:8]:
            received = received[1:]
            continue
        request, received = received[:8], received[8:]
        if request[0] == UNIT and mode != "hush":
            reply = reply_to(request)
            tail = checksum(reply)
            os.write(master, reply + (tail if mode == "answer" else bytes([tail[0] ^ 1, tail[1]])))
