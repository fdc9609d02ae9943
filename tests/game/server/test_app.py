"""What the server asks of the system when it starts."""

import pytest

from game.server.app import allow_many_files

resource = pytest.importorskip("resource")


def test_a_server_may_open_as_many_files_as_the_system_can_allow_for_each_client_is_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
