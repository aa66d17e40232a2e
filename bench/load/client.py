"""Concurrent clients, each sending the next request as soon as it has a response.

The process reads the requests from standard input and writes the samples to standard output, both
as JSON. It uses only the standard library, to take little CPU time from the measured server.
"""

import asyncio
import gc
import json
import sys
import time
from typing import Any

Sample = tuple[int, float, int, int]


class Connection:
    """A persistent connection, reopened when the server closes it, as in browsers."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, request: bytes) -> tuple[int, int]:
        """Send a request and return the status and the bytes of the response's body."""
        for fresh in (False, True):
            if self.reader is None or self.writer is None or self.writer.is_closing():
                self.reader, self.writer = await asyncio.open_connection(
                    self.host, self.port, limit=2**20
                )
                fresh = True
            try:
                self.writer.write(request)
                return await self._read_response(self.reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                # The server may close an idle connection at any time, but not a new one.
                if fresh:
                    raise
        raise AssertionError("unreachable")

    async def _read_response(self, reader: asyncio.StreamReader) -> tuple[int, int]:
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lines = [line.partition(b":") for line in head.lower().split(b"\r\n")[1:] if line]
        headers = {name: value.strip() for name, _colon, value in lines}
        if headers.get(b"transfer-encoding") == b"chunked":
            size = await self._read_chunks(reader)
        else:
            size = int(headers.get(b"content-length", 0))
            if status not in (204, 304):
                await reader.readexactly(size)
        if headers.get(b"connection") == b"close":
            self.close()
        return status, size

    async def _read_chunks(self, reader: asyncio.StreamReader) -> int:
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


def encode(request: dict[str, Any], host: str) -> bytes:
    """Return a request as bytes of HTTP/1.1."""
    headers = {"Host": host, "Accept-Encoding": "gzip", "Connection": "keep-alive"}
    headers |= request["headers"]
    body = request["body"].encode()
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    method = "PATCH" if body else "GET"
    return f"{method} {request['address']} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def drive(plan: dict[str, Any]) -> tuple[float, list[Sample]]:
    """Send all requests. Return the total seconds, and the samples.

    A sample is the place of the operation, milliseconds, status and bytes.
    """
    host, port = plan["host"], plan["port"]
    netloc = f"{host}:{port}"
    todo = iter([(item["place"], encode(item, netloc)) for item in plan["asked"]])
    samples: list[Sample] = []

    async def client() -> None:
        connection = Connection(host, port)
        for place, request in todo:
            began = time.perf_counter()
            try:
                status, size = await connection.send(request)
            except (OSError, asyncio.IncompleteReadError):
                status = size = 0
            samples.append((place, (time.perf_counter() - began) * 1000, status, size))
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _number in range(plan["clients"])))
    return time.perf_counter() - began, samples


def main() -> None:
    """Read the requests, send them and write the samples."""
    plan = json.load(sys.stdin)
    gc.disable()
    json.dump(asyncio.run(drive(plan)), sys.stdout)


if __name__ == "__main__":
    main()
