"""The workloads of a run, in their order: who takes part, and what is wanted."""
from contenders import Direct, Haproxy, Mitmproxy, MitmproxyTunnel, Nginx, Squid, Why401, Why401Tunnel
from figures import at_most, times_faster, times_the_lower
from growth import ALLOWLIST, RULES, WORKERS, Connections
from workloads import BIG, NEW, NO, OK, POST, Bulk, Cpu, Idle, Latency, Start, Tunnels

TUNNELS = (Why401Tunnel, Squid, MitmproxyTunnel)

WORKLOADS = [
    Cpu("a", "keep-alive, 200-byte JSON", OK, 60000, times_the_lower(0.9),
        (Why401, Nginx, Haproxy, Mitmproxy, Direct), times_faster(40, "mitmproxy", "mitmproxy")),
    Cpu("b", "small 401s, explained", NO, 60000, times_the_lower(1.5), (Why401, Nginx, Haproxy, Mitmproxy),
        expect=401),
    Cpu("b2", "POST of 1 KiB, answer of 2 KiB", POST, 60000, times_the_lower(1.0),
        (Why401, Nginx, Haproxy, Mitmproxy)),
    Bulk("c", "1 MiB bodies", BIG, 2000, target=times_the_lower(1.1), connections=8),
    Cpu("d", "a new TLS connection each", NEW, 8000, times_the_lower(1.1), (Why401, Nginx, Haproxy, Mitmproxy),
        fresh=True),
    Cpu("dr", "the same, sessions resumed", NEW, 8000, fresh=True, resume=True),
    Idle("e", 1000),
    Idle("e10", 10000),
    Latency("f", "latency, one connection", 5000),
    Latency("f200", "latency, 200 requests/s", 2000, connections=16, rate=200),
    Cpu("g", "CONNECT: in open tunnels", OK, 40000, None, TUNNELS, tunnel=True),
    Tunnels("gn", "CONNECT: new tunnels", NEW, 4000, target=at_most(1, "ms"), contenders=TUNNELS, fresh=True,
            tunnel=True),
    Start(),
    Connections((Why401, Nginx, Haproxy)),
    ALLOWLIST,
    RULES,
    WORKERS,
]
