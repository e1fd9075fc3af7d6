# `cpack`: the Debian packages luthier and libluthier-dev, from the components of install.cmake.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/strip_archives.cmake)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Luthier developers <luthier@localhost>")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME luthier)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "tunes training code: distributed model selection
Proposes configurations of any program, runs them side by side, stops the poor
ones early, and keeps a log from which every decision can be explained,
repeated and resumed.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libluthier-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "pkg-config, libre2-dev, zlib1g-dev")
if(NOT LUTHIER_SQLITE_SOURCE)
  string(APPEND CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ", libsqlite3-dev (>= 3.40)")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "luthier, cmake (>= 3.25)")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "C++ library of Luthier, for tuning from a program
The headers, the static library, and the CMake package that
find_package(luthier) reads.")
include(CPack)
