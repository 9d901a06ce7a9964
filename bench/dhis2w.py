"""Small documents by dhis2w-client, for bench/transfer.mjs: reads {"url", "username", "password", "connections", "upload",
"download"} from standard input, where "upload" is a list of base64 bodies or none and "download" a list of uids or none, and
prints the seconds that the transfers took, without the start of Python."""

import asyncio
import base64
import json
import sys
import time

from dhis2w_client import BasicAuth, Dhis2Client


async def main() -> None:
    job = json.load(sys.stdin)
    auth = BasicAuth(username=job["username"], password=job["password"])
    turns = asyncio.Semaphore(job["connections"])
    async with Dhis2Client(job["url"], auth, allow_version_fallback=True) as client:

        async def upload(number: int, data: bytes) -> None:
            async with turns:
                await client.files.upload_document(data, name=f"bench {number}", filename="small.dat")

        async def download(uid: str) -> None:
            async with turns:
                await client.files.download_document(uid)

        bodies = [base64.b64decode(body) for body in job.get("upload", [])]
        started = time.perf_counter()
        await asyncio.gather(
            *(upload(number, data) for number, data in enumerate(bodies)),
            *(download(uid) for uid in job.get("download", [])),
        )
        print(time.perf_counter() - started)


asyncio.run(main())
