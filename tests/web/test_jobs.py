import threading

import pytest
from flask import Flask

from app.web import jobs
from app.web.jobs import Job, Loop, alive, heartbeat_file


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def test_a_slow_job_is_asked_until_it_has_nothing_left(app: Flask, stop: threading.Event) -> None:
    left, fast = [3, 2, 1, 0, 0], []
    loop = Loop(app, [Job("slow", 5, lambda: left.pop(0), slow=True)], stop)
    beside = Loop(app, [Job("fast", 5, lambda: fast.append(1) or 7)], stop)
    loop.turn()
    beside.turn()
    assert left == [0] and fast == [1]
    for _ in range(4):
        loop.turn()
    assert left == [0]  # not due before its seconds have passed
    loop.turn()
    assert left == []


def test_the_worker_stops_between_two_stretches(app: Flask, stop: threading.Event) -> None:
    done = []

    def stretch() -> int:
        done.append(1)
        if len(done) == 2:
            stop.set()
        return 1

    Loop(app, [Job("endless", 1, stretch, slow=True)], stop).run()
    assert len(done) == 2


def test_a_failing_job_does_not_stop_the_others(app: Flask, stop: threading.Event) -> None:
    done = []

    def fail() -> int:
        raise ValueError

    Loop(app, [Job("bad", 1, fail), Job("good", 1, lambda: done.append(1) or 0)], stop).turn()
    assert done == [1]


def test_a_stretch_that_takes_too_long_is_noticed(app: Flask, stop: threading.Event, time) -> None:
    loop = Loop(app, [], stop)
    time.advance(seconds=jobs.STRETCH_LIMIT - 1)
    assert loop.turns()
    time.advance(seconds=1)
    assert not loop.turns()


def test_both_loops_run_and_the_heart_beats(app: Flask, stop: threading.Event) -> None:
    heartbeat_file(app).unlink(missing_ok=True)
    names: set[str] = set()
    beat: list[bool] = []
    met = threading.Barrier(2, timeout=30)

    def meet() -> int:
        """Each waits for the other: one loop alone would never get past."""
        names.add(threading.current_thread().name)
        met.wait()
        beat.append(alive(app))
        stop.set()
        return 0

    jobs.run_until(stop, app, (Job("short", 1, meet), Job("long", 1, meet, slow=True)))
    assert names == {"MainThread", "slow jobs"} and beat == [True, True]
    assert not heartbeat_file(app).exists(), "who ends in order leaves no beat behind"


def test_no_heart_beats_while_the_slow_loop_hangs(app: Flask, stop, time, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "TICK", 0.001)
    hanging, go, beats = threading.Event(), threading.Event(), []

    def hang() -> int:
        hanging.set()
        go.wait(30)
        return 0

    def look() -> int:
        assert hanging.wait(30)
        beats.append(heartbeat_file(app).exists())
        heartbeat_file(app).unlink(missing_ok=True)
        time.advance(seconds=jobs.STRETCH_LIMIT / 2)
        if len(beats) == 4:
            stop.set()
            go.set()
        return 0

    loops = (Job("look", 0, look), Job("hang", 1, hang, slow=True))
    jobs.run_until(stop, app, loops)
    assert beats[1:] == [True, False, False]
