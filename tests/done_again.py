"""The command on the page of a run, which does it again."""

import shlex

from processes import Program

from goldnas_tf.reporting import kinds


def assert_command_is_of_the_same_run(workdir, program):
    """It goes into another folder; in that of the run itself other settings would be refused."""
    (content,) = kinds.contents(workdir)
    name, *flags, again = shlex.split(content.command)
    assert (name, again) == (f"goldnas-{program}", f"--workdir={workdir}-again")
    result = Program(program, *flags).run(workdir)
    assert result.returncode == 0, result.stderr
