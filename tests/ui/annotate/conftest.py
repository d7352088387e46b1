"""One server for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.ui.annotate.serving import Serving, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("annotate")) as running:
        yield running
