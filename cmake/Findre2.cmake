# RE2 as the target re2::re2, in this build and for those who use an installed Luthier: Debian's
# package has a pkg-config file only. Newer ones need libraries of Abseil, which it names; that file
# is read once, since pkg-config takes seconds to walk through them.
find_package(PkgConfig REQUIRED)
find_path(re2_INCLUDE_DIR re2/re2.h)
execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --libs re2
  OUTPUT_VARIABLE re2_LIBRARIES OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
separate_arguments(re2_LIBRARIES)
list(REVERSE re2_LIBRARIES)
list(REMOVE_DUPLICATES re2_LIBRARIES)
list(REVERSE re2_LIBRARIES)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(re2 REQUIRED_VARS re2_LIBRARIES re2_INCLUDE_DIR)
if(re2_FOUND AND NOT TARGET re2::re2)
  add_library(re2::re2 INTERFACE IMPORTED)
  set_target_properties(re2::re2 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${re2_INCLUDE_DIR}" INTERFACE_LINK_LIBRARIES "${re2_LIBRARIES}")
endif()
