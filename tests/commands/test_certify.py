"""Which certificates are asked for, and what is said of those that there are not."""

from typer.testing import CliRunner

from psitheory.cli import app
from psitheory.errors import UnknownName

runner = CliRunner()


def certify(*arguments):
    return runner.invoke(app, ["certify", *map(str, arguments)])


def test_a_single_law_is_written_alone_whatever_the_case_of_its_id(tmp_path):
    result = certify("a1:scales_are_ratios_of_norms", "--out", tmp_path)
    assert result.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["A1_scales_are_ratios_of_norms.v"]


def test_a_law_that_there_is_not_is_bad_use_and_writes_nothing(tmp_path):
    result = certify("A1:scales_are_ratios", "--out", tmp_path / "new")
    assert isinstance(result.exception, UnknownName)
    assert "'scales_are_ratios' is not one of A1; there are" in str(result.exception)
    assert not (tmp_path / "new").exists()


def test_a_law_named_by_itself_that_is_not_proved_says_why(tmp_path):
    result = certify("C2:psi_gd_takes_as_many_steps_from_every_representative", "--out", tmp_path)
    assert result.exit_code == 3
    assert "has none:" in result.output
    assert "0 certificates" in result.output
