"""Somebody else's client on the virtual table: pymodbus reads and writes what `knead table` serves
and compares with known values, exceptions among them. Usage:

    pymodbus_client.py tcp LISTING          the first lines that `knead table` printed
    pymodbus_client.py rtu PATH BAUD UNIT:NAME...

A name that begins with drive, force or io says which device it is.
"""

import re
import struct
import sys
import time

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu import ExceptionResponse

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, GATEWAY_TARGET = 1, 2, 3, 11
IDENTITY = {"drive": 4020, "force": 6060, "io": 7000}
checks = 0


def expect(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        sys.exit(f"FAILED: {what}: {got}, expected {wanted}")


def words_of(what, response):
    if isinstance(response, Exception) or response.isError():
        sys.exit(f"FAILED: {what}: {response}")
    return response.registers


def expect_exception(what, response, code):
    if not isinstance(response, ExceptionResponse):
        sys.exit(f"FAILED: {what}: {response}, expected exception {code}")
    expect(what, response.exception_code, code)


def long_words(value):
    """Two words of a signed long, the high one first, by Python's own packing."""
    return list(struct.unpack(">2H", struct.pack(">i", value)))


def check_any(name, client, unit):
    kind = re.match("[a-z]+", name).group()
    identity = words_of(name, client.read_holding_registers(48, 1, slave=unit))
    expect(f"{name} identity", identity, [IDENTITY[kind]])
    expect(f"{name} by function 4", words_of(name, client.read_input_registers(48, 1, slave=unit)),
           identity)
    expect_exception(f"{name} hole", client.read_holding_registers(100, 1, slave=unit),
                     ILLEGAL_ADDRESS)
    expect_exception(f"{name} into a hole", client.read_holding_registers(48, 2, slave=unit),
                     ILLEGAL_ADDRESS)
    expect_exception(f"{name} write to a hole", client.write_register(100, 1, slave=unit),
                     ILLEGAL_ADDRESS)
    expect_exception(f"{name} write to the identity", client.write_register(48, 1, slave=unit),
                     ILLEGAL_ADDRESS)
    expect_exception(f"{name} coils", client.read_coils(0, 1, slave=unit), ILLEGAL_FUNCTION)
    return kind


def check_drive(name, client, unit):
    deadline = time.monotonic() + 10.0
    block = [0, 0]
    while block[1] & 0x4F == 0 and time.monotonic() < deadline:  # not ready yet
        block = words_of(name, client.read_holding_registers(0, 8, slave=unit))
    expect(f"{name} state", block[1] & 0x4F, 0x40)  # switch on disabled
    expect(f"{name} fault code", block[7], 0)
    for value in (50, 1, 1000):  # milliseconds; the least and the most that are allowed
        words = client.write_register(32, value, slave=unit)
        expect(f"{name} watchdog written", words.isError(), False)
        expect(f"{name} watchdog",
               words_of(name, client.read_holding_registers(32, 1, slave=unit)), [value])
    for value in (0, 1001, 65535):
        expect_exception(f"{name} watchdog {value}", client.write_register(32, value, slave=unit),
                         ILLEGAL_VALUE)
    expect(f"{name} watchdog kept",
           words_of(name, client.read_holding_registers(32, 1, slave=unit)), [1000])
    for target in (1234567, -1234567, 7000000, -7000000, 0):
        client.write_registers(17, long_words(target), slave=unit)
        read = words_of(name, client.read_holding_registers(17, 2, slave=unit))
        expect(f"{name} target", struct.unpack(">i", struct.pack(">2H", *read))[0], target)
    for target in (7000001, -7000001):
        expect_exception(f"{name} target {target}",
                         client.write_registers(17, long_words(target), slave=unit), ILLEGAL_VALUE)
    expect_exception(f"{name} half a target", client.write_register(17, 0, slave=unit),
                     ILLEGAL_ADDRESS)
    expect_exception(f"{name} status word", client.write_register(1, 0, slave=unit),
                     ILLEGAL_ADDRESS)
    both = client.readwrite_registers(read_address=16, read_count=3, write_address=16,
                                      write_registers=[6] + long_words(-42), unit=unit)
    expect(f"{name} by function 23", words_of(name, both), [6] + long_words(-42))
    client.write_registers(16, [0] + long_words(0), slave=unit)


def check_force(name, client, unit):
    block = words_of(name, client.read_holding_registers(0, 8, slave=unit))
    expect(f"{name} status", block[1], 0)
    # Nothing touches it: a tool's weight and an offset, far from its range of 327 N.
    for word in block[2:5]:
        value = struct.unpack(">h", struct.pack(">H", word))[0]
        expect(f"{name} force {value} within 100 N", abs(value) < 10000, True)
    expect_exception(f"{name} write to a force", client.write_register(2, 0, slave=unit),
                     ILLEGAL_ADDRESS)


def check_io(name, client, unit):
    inputs = words_of(name, client.read_holding_registers(1, 1, slave=unit))[0]
    expect(f"{name} estop closed, button released, client there", inputs & 7, 7)
    client.write_register(16, 2, slave=unit)  # the lamp
    expect(f"{name} outputs", words_of(name, client.read_holding_registers(16, 1, slave=unit)), [2])
    client.write_register(16, 0, slave=unit)


PARTS = {"drive": check_drive, "force": check_force, "io": check_io}


def check_device(name, client, unit):
    if not client.connect():
        sys.exit(f"FAILED: {name} cannot be reached")
    PARTS[check_any(name, client, unit)](name, client, unit)


def over_tcp(listing):
    devices = re.findall(r"^(\w+)\s+([\d.]+):(\d+) unit (\d+)", open(listing).read(), re.M)
    devices = [device for device in devices if device[0] != "clock"]
    if not devices:
        sys.exit(f"FAILED: no devices in {listing}")
    for name, host, port, unit in devices:
        client = ModbusTcpClient(host, port=int(port), timeout=5)
        check_device(name, client, int(unit))
        expect_exception(f"{name} asked for another unit",
                         client.read_holding_registers(0, 1, slave=200), GATEWAY_TARGET)
        client.close()
    return len(devices)


def over_rtu(path, baud, devices):
    client = ModbusSerialClient(path, baudrate=int(baud), timeout=2)
    for unit, name in (device.split(":") for device in devices):
        check_device(name, client, int(unit))
    client.close()
    return len(devices)


if __name__ == "__main__":
    if sys.argv[1] == "tcp":
        count = over_tcp(sys.argv[2])
    else:
        count = over_rtu(sys.argv[2], sys.argv[3], sys.argv[4:])
    print(f"{count} devices, {checks} values as they should be")
