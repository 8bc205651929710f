"""The library as a package of Conan 2, built from the clone that this file is in.

    conan create share/conan

scripts/checks/recipes runs it with a stand-in for Conan.
"""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import build_jobs, check_min_cppstd
from conan.tools.files import copy, load, rm, rmdir
from conan.tools.gnu import AutotoolsToolchain

CLONE = os.path.join("..", "..")


class SpritefarmConan(ConanFile):
    name = "spritefarm"
    description = "Python's concurrent.futures for C++20: pools of threads and of forked worker processes"
    license = "MIT"
    topics = ("concurrency", "futures", "process-pool", "thread-pool", "coroutines")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False}

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, CLONE, "include", "spritefarm", "version.hpp"))
        self.version = re.search(r'SPRITEFARM_VERSION "(.*)"', header).group(1)

    def export_sources(self):
        clone = os.path.join(self.recipe_folder, CLONE)
        for pattern in ("Makefile", "LICENSE", "include/*", "src/*", "share/*"):
            copy(self, pattern, src=clone, dst=self.export_sources_folder)

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("spritefarm needs Linux")
        if self.settings.get_safe("compiler.cppstd"):
            check_min_cppstd(self, 20)

    def generate(self):
        # The profile's compiler and flags, which the Makefile takes from the environment.
        AutotoolsToolchain(self).generate()

    def build(self):
        self._make("build/release/libspritefarm.a")

    def package(self):
        self._make(f'install-library PREFIX="{self.package_folder}"')
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        lib = os.path.join(self.package_folder, "lib")
        rm(self, "*.a" if self.options.shared else "*.so*", lib)
        # Conan generates the files for pkg-config and CMake from package_info().
        rmdir(self, os.path.join(lib, "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.libs = ["spritefarm"]
        self.cpp_info.system_libs = ["pthread"]
        self.cpp_info.set_property("cmake_file_name", "spritefarm")
        self.cpp_info.set_property("cmake_target_name", "spritefarm::futures")
        self.cpp_info.set_property("pkg_config_name", "spritefarm")

    def _make(self, goals):
        # Without pkg-config, so that a librabbitmq of this machine does not add the library for many machines.
        self.run(f"make -j{build_jobs(self)} V=1 PKG_CONFIG=false {goals}", cwd=self.build_folder)
