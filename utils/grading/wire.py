"""Frames over pipes: eight bytes that say how many follow, and those."""

import os
import select
import struct
import time

LARGEST = 16 * 2**20  # bytes of a frame that an untrusted process may send


class TooLate(Exception):
    """A frame was not there in time."""


class TooLarge(Exception):
    """A frame says that it is larger than any may be."""


def read_exactly(handle, count):
    """So many bytes, or nothing where the other side has hung up."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(handle, min(count - len(parts), 2**20))
        if not part:
            return b""
        parts += part
    return bytes(parts)


def send_frame(handle, data):
    """Write a frame."""
    rest = memoryview(struct.pack("=Q", len(data)) + data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def send_frame_until(handle, data, deadline):
    """Write a frame to a process that may not read it.

    Raises:
        TooLate: it did not read.
        OSError: it has hung up.
    """
    rest = memoryview(struct.pack("=Q", len(data)) + data)
    while rest:
        wait = deadline - time.monotonic()
        if wait <= 0 or not select.select([], [handle], [], wait)[1]:
            raise TooLate
        rest = rest[os.write(handle, rest[: 2**16]) :]


def read_frame_until(handle, deadline):
    """A frame of a process that may send anything, or nothing.

    Returns:
        The bytes, or None where it has hung up.

    Raises:
        TooLate: it was not there in time.
        TooLarge: it says that it is larger than :data:`LARGEST`.
    """
    parts, count = bytearray(), 8
    head = None
    while True:
        while len(parts) < count:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([handle], [], [], wait)[0]:
                raise TooLate
            part = os.read(handle, min(count - len(parts), 2**20))
            if not part:
                return None
            parts += part
        if head is not None:
            return bytes(parts)
        head = struct.unpack("=Q", parts)[0]
        if head > LARGEST:
            raise TooLarge
        parts, count = bytearray(), head
