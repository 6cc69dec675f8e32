import pytest

from psitheory.explorer import page


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    path.write_text(page(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def address(written):
    return written.as_uri()
