"""Faults on purpose, each with what is promised: `soak.py` tries them often, tests a few times.

A fault that breaks its promise is an `AssertionError` that says how.
"""

import contextlib
import math
import os
import shutil
import signal
import subprocess
import time

from processes import Hurt, Unprivileged, metrics

from goldnas_tf.errors import InputError


def kill(run, rng, times):
    """SIGKILL at random moments, also while it writes or resumes."""
    workdir, left = run.anew(), times
    while left:
        if _killed(run.start(workdir), 0.9 * rng.random() * run.seconds):
            left -= 1
        else:
            run.assert_same(workdir)
            workdir = run.anew()
    run.finish(workdir)
    return times


def _killed(process, seconds):
    """Kills a process after so many seconds; whether it had not come to its end before."""
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    ended = process.wait()
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0


def stop(run, rng, times):
    """SIGTERM or SIGINT, once, or twice in a row."""
    for _ in range(times):
        workdir = run.anew()
        signum, twice = rng.choice((signal.SIGTERM, signal.SIGINT)), rng.random() < 0.5
        process = run.start(workdir)
        time.sleep(rng.random() * run.seconds)
        process.send_signal(signum)
        if twice:
            time.sleep(rng.random() * 0.05)
            process.send_signal(signum)
        ended = process.wait()
        # it may have been over, or the second one has ended it at once
        allowed = {0, 128 + signum, -signum} if twice else {0, 128 + signum}
        assert ended.returncode in allowed, (ended.returncode, ended.stderr)
        assert "Traceback" not in ended.stderr, ended.stderr
        if ended.returncode == 128 + signum and not twice:
            last = ended.stderr.splitlines()[-1]
            assert "the same command goes on" in last or "nothing is left half written" in last
        run.finish(workdir)
    return times


@contextlib.contextmanager
def small_disk(path, size):
    """A file system of so many bytes; None where none may be mounted."""
    path.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill_disk(run, rng, times, folder):
    """A disk without room at some write; once there is some, the same command goes on."""
    needed = sum(file.stat().st_size for file in run.whole.rglob("*") if file.is_file())
    done = 0
    for _ in range(times):
        size = int(needed * rng.uniform(0.05, 1.0)) // 4096 * 4096
        with small_disk(folder / "disk", size) as disk:
            if disk is None:
                return done
            workdir = disk / "run"
            ended = run.start(workdir).wait()
            if ended.returncode:
                assert ended.returncode in (1, 2), ended.stderr
                last = ended.stderr.splitlines()[-1]
                assert "No space left" in last, ended.stderr
                assert "Traceback" not in ended.stderr, ended.stderr
            more = ["mount", "-o", f"remount,size={4 * needed}", str(disk)]
            subprocess.run(more, check=True, capture_output=True)
            run.finish(workdir)
        done += 1
    return done


def break_steps(run, rng, times, how, said):
    """Something goes wrong at a step of the training; without it, the same command goes on.

    Args:
        run: the run.
        rng: decides at which step.
        times: how often.
        how: of `hurt.py`.
        said: in the line at the end.
    """
    steps = 5 * len(metrics(run.whole))
    done = 0
    while done < times:
        workdir = run.anew()
        ended = run.start(workdir, Hurt(run.program, how, rng.randint(1, steps))).wait()
        if ended.returncode == 0:
            # it has fewer steps
            run.assert_same(workdir)
            continue
        assert ended.returncode == 1, ended.stderr
        assert said in ended.stderr.splitlines()[-1], ended.stderr
        assert "Traceback" not in ended.stderr, ended.stderr
        run.finish(workdir)
        done += 1
    return times


def lose_images(run, images, rng, times):
    """An image that is gone, cut off, none any more, or not to be read, between two passes.

    Args:
        run: a training that reads its images from files, pass after pass.
        images: the files.
        rng: decides what is hit, and when.
        times: how often.
    """
    done = 0
    while done < times:
        workdir, image = run.anew(), rng.choice(images)
        content, how = image.read_bytes(), _IMAGE_FAULTS[done % len(_IMAGE_FAULTS)]
        process = run.start(workdir, Unprivileged(run.program))
        _wait_for_metrics(process, workdir, rng.randint(1, 5))
        try:
            how(image)
            ended = process.wait()
            # it may have read all that it needs
            if ended.returncode:
                assert ended.returncode == 2, ended.stderr
                assert str(image) in ended.stderr.splitlines()[-1], ended.stderr
                assert "Traceback" not in ended.stderr, ended.stderr
                done += 1
        finally:
            image.unlink(missing_ok=True)
            image.write_bytes(content)
        run.finish(workdir)
    return done


def _cut(image):
    image.write_bytes(image.read_bytes()[:40])


def _no_image(image):
    image.write_bytes(b"what came of a download that failed")


_IMAGE_FAULTS = (os.unlink, _cut, _no_image, lambda image: image.chmod(0))


def _wait_for_metrics(process, workdir, lines):
    file = workdir / "metrics.jsonl"
    while process.poll() is None and not (file.exists() and file.read_text().count("\n") >= lines):
        time.sleep(0.002)


def write_protect(run, rng, times):
    """The folder of a run is read-only from some moment on; once it is not, the command goes on."""
    done = 0
    while done < times:
        workdir = run.anew()
        process = run.start(workdir, Unprivileged(run.program))
        _wait_for_metrics(process, workdir, rng.randint(0, 3))
        folders = [workdir, *(path for path in workdir.rglob("*") if path.is_dir())]
        for folder in folders:
            with contextlib.suppress(FileNotFoundError):
                folder.chmod(0o555)
        ended = process.wait()
        for folder in folders:
            with contextlib.suppress(FileNotFoundError):
                folder.chmod(0o755)
        if ended.returncode:
            assert ended.returncode in (1, 2), ended.stderr
            last = ended.stderr.splitlines()[-1]
            assert "Permission denied" in last and str(workdir) in last, ended.stderr
            assert "Traceback" not in ended.stderr, ended.stderr
            done += 1
        run.finish(workdir)
    return done


def kill_exports(program, rng, times, folder):
    """SIGKILL of an export at random moments: what stands there is whole, nothing else stays.

    Args:
        program: an export.
        rng: decides when.
        times: how often.
        folder: for what is exported.
    """
    output, left = folder / "exports", times

    def export(seconds):
        killed = _killed(program.start(f"--output={output}"), seconds)
        _assert_exports_are_whole(output, not killed)
        return killed

    began = time.monotonic()
    assert not export(math.inf)
    longest = time.monotonic() - began
    while left:
        left -= export(rng.random() * longest)
    assert not export(math.inf)
    return times


def _assert_exports_are_whole(output, alone):
    for version in output.glob("*/*/*"):
        if version.name.isdecimal():
            assert [*version.rglob("export.json")], version
        else:
            assert not alone, f"{version} was left over"


def damage(content, rng):
    """A file that was hit: cut off, a bit flipped, emptied, or mixed up."""
    kind = rng.choice(("cut", "flip", "empty", "drop", "repeat", "zero"))
    if kind == "empty" or not content:
        return b""
    at = rng.randrange(len(content))
    many = rng.randint(1, max(1, len(content) // 4))
    return {
        "cut": content[:at],
        "flip": content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :],
        "drop": content[:at] + content[at + many :],
        "repeat": content[: at + many] + content[at:],
        "zero": content[:at] + b"\0" * min(many, len(content) - at) + content[at + many :],
    }[kind]


def damage_checkpoints(run, rng, times, stopped):
    """The newest checkpoint damaged: the one before it; all of them: a line, nothing overwritten.

    Args:
        run: the run.
        rng: decides what is hit.
        times: how often.
        stopped: a work folder of it with two checkpoints, that was stopped on its way.
    """
    for number in range(times):
        workdir = run.anew()
        shutil.copytree(stopped, workdir)
        checkpoints = sorted((workdir / "checkpoints").iterdir())
        assert len(checkpoints) == 2, checkpoints
        hit = checkpoints if number % 2 else checkpoints[-1:]
        for checkpoint in hit:
            file = checkpoint / rng.choice(("state.json", "arrays.npz"))
            before, changed = file.read_bytes(), None
            while changed in (None, before):
                changed = damage(before, rng)
            file.write_bytes(changed)
        before = {file: file.read_bytes() for file in workdir.rglob("*") if file.is_file()}
        ended = run.program.run(workdir, *run.flags)
        if len(hit) == 1:
            assert ended.returncode == 0, ended.stderr
            assert "the one before it is taken" in ended.stderr
            run.assert_same(workdir)
        else:
            assert ended.returncode == 2, ended.stderr
            assert len(ended.stderr.splitlines()) == 1, ended.stderr
            kept = {f: f.read_bytes() for f in before if f.is_file() and f.name != ".lock"}
            assert kept == {f: content for f, content in before.items() if f.name != ".lock"}
    return times


def together(run, rng, times):
    """A second process in the folder of a run that goes on."""
    for _ in range(times):
        workdir = run.anew()
        first = run.start(workdir)
        while first.poll() is None and not (workdir / "config.json").exists():
            time.sleep(0.005)
        time.sleep(rng.random() * 0.3 * run.seconds)
        second = run.start(workdir).wait()
        if first.poll() is None:
            assert second.returncode == 2, second.stderr
            (line,) = second.stderr.splitlines()
            assert "another process is at work in" in line
        ended = first.wait()
        assert ended.returncode == 0, ended.stderr
        run.assert_same(workdir)
    return times


def move(run, rng, times):
    """A stopped run that is moved, in a folder whose files are a year older."""
    for number in range(times):
        workdir = run.anew()
        process = run.start(workdir)
        time.sleep((0.3 + 0.6 * rng.random()) * run.seconds)
        process.send_signal(signal.SIGTERM)
        process.wait()
        if not workdir.exists():
            continue
        moved = workdir.with_name(f"moved_{number}")
        workdir.rename(moved)
        then = time.time() + 365 * 86400
        for path in moved.rglob("*"):
            # as they are where the clock was set back since
            os.utime(path, (then, then))
        run.finish(moved)
        shutil.rmtree(moved)
    return times


def mutate(readers, rng, times):
    """Files of JSON damaged: a line for the user, or what stands there is what was written.

    Args:
        readers: of each file the function that reads it.
        rng: decides what is hit.
        times: how often, over all of them.
    """
    contents = {file: file.read_bytes() for file in readers}
    right = {file: repr(read(file)) for file, read in readers.items()}
    files = list(readers)
    for number in range(times):
        file = files[number % len(files)]
        file.write_bytes(damage(contents[file], rng))
        try:
            found = repr(readers[file](file))
        except InputError as error:
            assert len(str(error).splitlines()) == 1, error
            assert str(file.name) in str(error), error
        else:
            # lines that grow have no digest: those that are whole are what they are
            assert file.suffix == ".jsonl" or found == right[file], (file, file.read_bytes())
        finally:
            file.write_bytes(contents[file])
    return times
