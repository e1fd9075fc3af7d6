"""cmake/archives.cmake: an archive is linked where all that it needs is there, else the shared library is."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES C CXX)
find_package(PkgConfig REQUIRED)
add_library(outer SHARED IMPORTED)
set_target_properties(outer PROPERTIES IMPORTED_LOCATION ${LIBRARIES}/libouter.so)
include(%s/cmake/archives.cmake)
luthier_dependency(outer outer outer)
luthier_archive_names(names)
file(WRITE ${CMAKE_BINARY_DIR}/names "${names}")
add_executable(probe main.c)
target_link_libraries(probe PRIVATE ${LUTHIER_OUTER})
""" % ROOT


@pytest.fixture
def libraries(tmp_path):
    """libouter, archive and shared, whose archive needs libinner; pkg-config names it as many do: often, last first."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    (folder / "inner.c").write_text("int inner(void) { return 4; }\n")
    # Nothing calls unused(): an archive is judged as a whole.
    (folder / "outer.c").write_text("int outer(void) { return 0; }\n")
    (folder / "unused.c").write_text("int inner(void);\nint unused(void) { return inner(); }\n")
    (folder / "outer.pc").write_text(f"Name: outer\nDescription: one\nVersion: 1\nLibs: -L{folder} -louter\n"
                                     "Libs.private: -linner -pthread -linner -lm\n")
    for command in ("cc -fPIC -c inner.c outer.c unused.c", "ar rcs libouter.a outer.o unused.o", "ar rcs libinner.a inner.o",
                    "cc -shared -o libouter.so outer.o unused.o inner.o"):
        subprocess.run(command.split(), cwd=folder, check=True)
    return folder


def configure(tmp_path, libraries):
    source, build = tmp_path / "source", tmp_path / "build"
    source.mkdir()
    (source / "CMakeLists.txt").write_text(PROJECT)
    (source / "main.c").write_text("int outer(void);\nint main(void) { return outer(); }\n")
    for command in (["cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DLIBRARIES={libraries}"],
                    ["cmake", "--build", build], [build / "probe"]):
        done = subprocess.run(command, capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(libraries)})
        assert done.returncode == 0, done.stdout + done.stderr
    needed = subprocess.run(["readelf", "-d", build / "probe"], capture_output=True, text=True, check=True).stdout
    return "libouter.so" in needed, (build / "names").read_text()


def test_an_archive_is_linked_with_the_archives_it_needs(tmp_path, libraries):
    assert configure(tmp_path, libraries) == (False, "libouter.a:libinner.a")


@pytest.mark.parametrize("missing", ["libinner.a", "libouter.a", "outer.pc"])
def test_else_the_shared_library_is(tmp_path, libraries, missing):
    (libraries / missing).unlink()
    assert configure(tmp_path, libraries) == (True, "")
