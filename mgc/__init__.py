"""Music genre classification, carried out for real: the package behind the book."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mgc")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0+source"
