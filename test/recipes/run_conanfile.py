"""run_conanfile.py RECIPE WORK: calls the methods of a Conan recipe in the order of `conan create`, with stand-ins for what it
imports from Conan 2, as static and as shared library. Packages into WORK/static and WORK/shared. Prints what each says
of itself: the folder, then the libraries to link.
"""

import fnmatch
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import types


class Bag(types.SimpleNamespace):
    """Settings or options: values by name."""

    def get_safe(self, name, default=None):
        return getattr(self, name, default)


class CppInfo:
    def __init__(self):
        self.libs, self.system_libs, self.properties = [], [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def run(self, command, stdout=None, cwd=None, ignore_errors=False, env="", quiet=False, shell=True, scope="build"):
        subprocess.run(command, shell=True, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


class AutotoolsToolchain:
    def __init__(self, conanfile):
        pass

    def generate(self):
        pass


def copy(conanfile, pattern, src, dst, keep_path=True, excludes=None):
    for path in pathlib.Path(src).resolve().rglob("*"):
        name = str(path.relative_to(pathlib.Path(src).resolve()))
        if path.is_file() and fnmatch.fnmatch(name, pattern):
            target = pathlib.Path(dst, name if keep_path else path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)


def remove(conanfile, pattern, folder, recursive=False):
    for path in pathlib.Path(folder).iterdir():
        if not path.is_dir() and fnmatch.fnmatch(path.name, pattern):
            path.unlink()


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)


module("conan", ConanFile=ConanFile)
module("conan.errors", ConanInvalidConfiguration=RuntimeError)
module("conan.tools")
module("conan.tools.build", build_jobs=lambda conanfile: os.cpu_count(), check_min_cppstd=lambda conanfile, version: None)
module(
    "conan.tools.files",
    copy=copy,
    load=lambda conanfile, path: pathlib.Path(path).read_text(),
    rm=remove,
    rmdir=lambda conanfile, path: shutil.rmtree(path, ignore_errors=True),
)
module("conan.tools.gnu", AutotoolsToolchain=AutotoolsToolchain)

sys.dont_write_bytecode = True
recipe, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
spec = importlib.util.spec_from_file_location("recipe", recipe)
loaded = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loaded)

for kind in ("static", "shared"):
    conanfile = loaded.SpritefarmConan()
    conanfile.recipe_folder = str(recipe.parent)
    conanfile.export_sources_folder = conanfile.source_folder = conanfile.build_folder = str(work / f"{kind}-build")
    conanfile.package_folder = str(work / kind)
    conanfile.settings = Bag(os="Linux", arch="x86_64", build_type="Release")
    conanfile.options = Bag(shared=kind == "shared")
    conanfile.cpp_info = CppInfo()
    conanfile.set_version()
    conanfile.export_sources()
    conanfile.validate()
    conanfile.generate()
    conanfile.build()
    conanfile.package()
    conanfile.package_info()
    print(kind, conanfile.version, *(f"-l{name}" for name in conanfile.cpp_info.libs + conanfile.cpp_info.system_libs))
