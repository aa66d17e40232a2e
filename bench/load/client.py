"""So many clients at once, each asking for the next thing as soon as it has its answer.

A process of its own, which reads what to ask for from its standard input and writes what came of
it to its standard output, both as JSON. Standard library alone: it takes as little as it can of
the processors that the server is measured on.
"""

import asyncio
import gc
import json
import sys
import time
from typing import Any

Sample = tuple[int, float, int, int]


class Connection:
    """One kept open, and opened again when the server closes it, as browsers do."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Status and bytes of the body."""
        for fresh in (False, True):
            if self.reader is None or self.writer is None or self.writer.is_closing():
                self.reader, self.writer = await asyncio.open_connection(
                    self.host, self.port, limit=2**20
                )
                fresh = True
            try:
                self.writer.write(request)
                return await self._answer(self.reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                # An idle connection may be closed at any moment; a new one may not.
                if fresh:
                    raise
        raise AssertionError("unreachable")

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, int]:
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lines = [line.partition(b":") for line in head.lower().split(b"\r\n")[1:] if line]
        headers = {name: value.strip() for name, _colon, value in lines}
        if headers.get(b"transfer-encoding") == b"chunked":
            size = await self._chunks(reader)
        else:
            size = int(headers.get(b"content-length", 0))
            if status not in (204, 304):
                await reader.readexactly(size)
        if headers.get(b"connection") == b"close":
            self.close()
        return status, size

    async def _chunks(self, reader: asyncio.StreamReader) -> int:
        size = 0
        while length := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(length + 2)
            size += length
        await reader.readexactly(2)
        return size

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def wire(asked: dict[str, Any], host: str) -> bytes:
    """A request as it is sent."""
    headers = {"Host": host, "Accept-Encoding": "gzip", "Connection": "keep-alive"}
    headers |= asked["headers"]
    body = asked["body"].encode()
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    method = "PATCH" if body else "GET"
    return f"{method} {asked['address']} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def drive(plan: dict[str, Any]) -> tuple[float, list[Sample]]:
    """Seconds that it all took; place in the plan, milliseconds, status and bytes of each."""
    host, port = plan["host"], plan["port"]
    todo = iter([(one["place"], wire(one, f"{host}:{port}")) for one in plan["asked"]])
    samples: list[Sample] = []

    async def client() -> None:
        connection = Connection(host, port)
        for place, request in todo:
            began = time.perf_counter()
            try:
                status, size = await connection.ask(request)
            except (OSError, asyncio.IncompleteReadError):
                status = size = 0
            samples.append((place, (time.perf_counter() - began) * 1000, status, size))
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _number in range(plan["clients"])))
    return time.perf_counter() - began, samples


def main() -> None:
    """Read, ask, write."""
    plan = json.load(sys.stdin)
    gc.disable()
    json.dump(asyncio.run(drive(plan)), sys.stdout)


if __name__ == "__main__":
    main()
