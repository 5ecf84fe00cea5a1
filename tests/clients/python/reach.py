"""Asks for a URL with one of Python's clients and prints the answer's status and body.

    python3 reach.py CLIENT URL
"""
import asyncio
import http.client
import sys
import urllib.error
import urllib.parse
import urllib.request


def with_urllib(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def with_http_client(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc, timeout=60)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def with_requests(url):
    import requests
    answer = requests.get(url, timeout=60)
    return answer.status_code, answer.text


def with_httpx(url):
    import httpx
    answer = httpx.get(url)
    return answer.status_code, answer.text


def with_httplib2(url):
    import httplib2
    answer, body = httplib2.Http().request(url)
    return answer.status, body.decode()


async def with_aiohttp_session(url, trust_env):
    import aiohttp
    async with aiohttp.ClientSession(trust_env=trust_env) as session:
        async with session.get(url) as answer:
            return answer.status, await answer.text()


def with_aiohttp(url):
    return asyncio.run(with_aiohttp_session(url, False))


def with_aiohttp_trust_env(url):
    return asyncio.run(with_aiohttp_session(url, True))


def with_urllib3(url):
    import urllib3
    answer = urllib3.PoolManager(retries=False).request("GET", url)
    return answer.status, answer.data.decode()


print(*globals()["with_" + sys.argv[1]](sys.argv[2]), sep="\n")
