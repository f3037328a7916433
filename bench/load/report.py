"""A run as figures, and the figures as a table to read."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.load import plan as plans
from bench.load.meter import between
from bench.load.plan import Plan

_BY = ("web", "database", "worker", "crowd", "others")


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds, from when a request was due."""
    took = sorted(seconds)
    at = {"p50": 50, "p95": 95, "p99": 99}
    found = {name: took[min(len(took) * share // 100, len(took) - 1)] for name, share in at.items()}
    return {name: round(value * 1000, 1) for name, value in {**found, "max": took[-1]}.items()}


def figures(plan: Plan, told: Mapping[str, Any]) -> dict[str, Any]:
    asked = {}
    for step, kind, seconds in told["seconds"]:
        asked[f"{step}: {kind}"] = {"requests": len(seconds), **percentiles(seconds)}
    refused: Mapping[str, int] = told["refused"]
    return {
        "engine": plan.engine, "candidates": plan.candidates, "sign_ins": plan.sign_ins,
        "seconds": sum(step.seconds for step in plan.steps), "cores": os.cpu_count(), "memory_gib": _memory(),
        "requests": sum(one["requests"] for one in asked.values()), "asked": asked,
        "refused": sum(refused.values()), "refusals": dict(refused),
        "server_errors": sum(many for what, many in refused.items() if " 5" in what[-4:]),
        "given_up": told["given_up"], "reopened": told["reopened"], "acknowledged": len(told["acked"]),
        "receipts": len(told["receipts"]), "faults": told["faults"], "web_memory_mib": round(told["memory"]),
        "cores_used": _cores(told),
    }  # fmt: skip


def _memory() -> int:
    return round(int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024)


def _cores(told: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """By step, as far as it was read while the crowd was there."""
    readings, found = told["cpu"], {}
    for n, (name, _, _) in enumerate(told["steps"]):
        if n + 1 < len(readings):
            found[name] = {who: round(used, 2) for who, used in between(readings[n], readings[n + 1]).items()}
    return found


def words(told: Mapping[str, Any]) -> str:
    """The figures for a reader; milliseconds, and cores of the machine's."""
    lines = [
        f"{told['candidates']} candidates, {told['engine']}, {told['cores']} cores, {told['memory_gib']} GiB",
        f"{told['requests']} requests: {told['server_errors']} server errors, {told['refused']} not answered "
        f"as they should be; {told['reopened']} connections opened anew",
        f"{told['acknowledged']} answers acknowledged, {told['receipts']} receipts, "
        f"{len(told['faults'])} faults",
        "",
        f"{'step: request':<34}{'many':>8}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>10}",
    ]
    for what, one in told["asked"].items():
        numbers = f"{one['p50']:>9.1f}{one['p95']:>9.1f}{one['p99']:>9.1f}{one['max']:>10.1f}"
        lines.append(f"{what:<34}{one['requests']:>8}{numbers}")
    lines += ["", f"{'cores used':<34}" + "".join(f"{who:>10}" for who in _BY)]
    for step, used in told["cores_used"].items():
        lines.append(f"{step:<34}" + "".join(f"{used[who]:>10.2f}" for who in _BY))
    lines += ["", *(f"{what}: {many}" for what, many in told["refusals"].items())]
    lines += [f"given up: {one}" for one in told["given_up"][:20]]
    lines += [f"FAULT {one}" for one in told["faults"][:50]]
    return "\n".join([*lines, "", *verdict(told)])


def verdict(told: Mapping[str, Any]) -> list[str]:
    """Each promise, kept or not."""
    real = told["asked"].get(f"{plans.REAL}: save", {}).get("p99", 0.0)
    lost = len(told["faults"]) + len(told["given_up"])
    return [
        f"{'kept' if good else 'BROKEN'}: {promise}"
        for good, promise in (
            (lost == 0, "every acknowledged answer is there, every score follows from the journal"),
            (told["server_errors"] == 0, "no server error"),
            (real <= plans.TOO_SLOW * 1000, f"99 of 100 saves at the real pace within {plans.TOO_SLOW:g} s"),
        )
    ]
