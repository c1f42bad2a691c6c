"""Puts the data into the wheel: a copy of the tree's, made when the wheel is built."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
#: What a user needs of the package, the papers apart.
FILES = ("datapackage.json", "CITATION.cff")
FOLDERS = ("data", "schemas", "rules", "LICENSES")


class WithData(build_py):
    """Builds the modules, then lays the data beside them as ``zhonglianbu/package/``."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the loader finds the tree itself
            return
        target = Path(self.build_lib) / "zhonglianbu" / "package"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, target / folder)
        for name in FILES:
            shutil.copyfile(ROOT / name, target / name)


setup(cmdclass={"build_py": WithData})
