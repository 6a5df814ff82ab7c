"""Somebody else's server for knead's client: pymodbus with known registers. Usage:

    pymodbus_server.py tcp PORT SEED
    pymodbus_server.py rtu PATH SEED        115200 baud; a pseudo-terminal has no parity

Unit 5, function codes 3, 4, 6, 16, 23, registers 0 to 31999; says `ready` on standard output.

  0        n at address n, to 999
  10000    VALUE_COUNT numbers as IEEE 754 doubles, four words each, the high one first
  20000    the same numbers in two words each, as the devices of the four word orders have them:
           20000 + order * 2000; 16-bit numbers leave the second word 0
All packed by Python's own struct, which knows nothing of knead.
"""

import asyncio
import random
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer

EACH = 60
CODES = ["H", "h", "I", "i", "f"]


def numbers(seed):
    draw = random.Random(seed)
    values = []
    for code in CODES:
        size = struct.calcsize(">" + code)
        edges = [b"\0" * size, b"\xff" * size, b"\x7f" + b"\xff" * (size - 1),
                 b"\x80" + b"\0" * (size - 1)]
        count = 0
        while count < EACH:
            raw = edges.pop() if edges else draw.randbytes(size)
            value = struct.unpack(">" + code, raw)[0]
            if code != "f" or abs(value) <= 3.4e38:  # a NaN is none
                values.append((code, value))
                count += 1
    return values


def in_order(code, value, order):
    """high_first, low_first, high_first_swapped, low_first_swapped."""
    words = list(struct.unpack(f">{struct.calcsize(code) // 2}H", struct.pack(">" + code, value)))
    if order in (1, 3):
        words.reverse()
    if order >= 2:
        words = [struct.unpack("<H", struct.pack(">H", word))[0] for word in words]
    return words + [0] * (2 - len(words))


def registers(seed):
    words = [0] * 32000
    words[0:1000] = range(1000)
    for number, (code, value) in enumerate(numbers(seed)):
        at = 10000 + 4 * number
        words[at:at + 4] = struct.unpack(">4H", struct.pack(">d", float(value)))
        for order in range(4):
            at = 20000 + 2000 * order + 2 * number
            words[at:at + 2] = in_order(code, value, order)
    return words


async def serve(where, port, seed):
    block = ModbusSequentialDataBlock(0, registers(seed))
    unit = ModbusSlaveContext(hr=block, ir=block, zero_mode=True)
    context = ModbusServerContext(slaves={5: unit}, single=False)
    if where == "tcp":
        server = ModbusTcpServer(context, address=("127.0.0.1", int(port)))
        serving = asyncio.create_task(server.serve_forever())
        await server.serving
    else:
        server = ModbusSerialServer(context, framer=ModbusRtuFramer, port=port, baudrate=115200)
        await server.start()
        serving = asyncio.create_task(server.serve_forever())
    print("ready", flush=True)
    await serving


asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
