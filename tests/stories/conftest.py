from tests.browsing import browser_as, chromium  # noqa: F401
