# Archives before shared objects: a program that binds thousands of symbols each time it starts
# can't answer --help in a few milliseconds. But an archive brings no dependencies of its own. What
# it needs differs from one release of Debian to the next, so pkg-config is asked, and a trial link
# of the whole archive decides.

# luthier_archive_libraries(RESULT MODULE): the archive of the pkg-config module, and after it all
# that it needs, as archives where there are some. Empty where there is no archive.
function(luthier_archive_libraries result module)
  set(${result} "" PARENT_SCOPE)
  execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --static --libs ${module}
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0)
    return()
  endif()
  separate_arguments(flags)
  list(TRANSFORM flags REPLACE "^-pthread$" "-lpthread")
  # Hundreds of times pkg-config repeats what many need; its last place is behind all of them.
  list(REVERSE flags)
  list(REMOVE_DUPLICATES flags)
  list(REVERSE flags)
  set(folders ${flags})
  list(FILTER folders INCLUDE REGEX "^-L")
  list(TRANSFORM folders REPLACE "^-L" "")
  set(libraries "")
  set(shared "")
  foreach(flag IN LISTS flags)
    # Those of the C library stay shared: it loads parts of itself.
    if(flag MATCHES "^-l(c|m|dl|rt|pthread)$")
      list(APPEND shared ${flag})
    elseif(flag MATCHES "^-l(.+)$")
      unset(archive)
      find_library(archive NAMES lib${CMAKE_MATCH_1}.a HINTS ${folders} NO_CACHE)
      if(archive)
        list(APPEND libraries ${archive})
      elseif(libraries)
        list(APPEND libraries ${flag})
      else()
        return()
      endif()
    endif()
  endforeach()
  set(${result} ${libraries} ${shared} PARENT_SCOPE)
endfunction()

# luthier_archive_links(RESULT LIBRARIES...): whether nothing is missing when every object of the
# first archive is linked.
function(luthier_archive_links result archive)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/archives/main.cc CONTENT "int main() {}\n")
  try_compile(links SOURCES ${PROJECT_BINARY_DIR}/archives/main.cc
    LINK_LIBRARIES -Wl,--whole-archive ${archive} -Wl,--no-whole-archive ${ARGN}
    OUTPUT_VARIABLE output NO_CACHE)
  set(${result} ${links} PARENT_SCOPE)
endfunction()

# luthier_dependency(NAME MODULE TARGET): sets LUTHIER_NAME to what links the pkg-config module
# MODULE: in this build its archive where that can be linked, else the shared library TARGET; from an
# installed Luthier TARGET, which luthierConfig.cmake.in has to find. Where a shared library is taken,
# LUTHIER_ALL_ARCHIVES turns false: no static program can be linked.
set(LUTHIER_ALL_ARCHIVES TRUE)
function(luthier_dependency name module target)
  add_library(luthier_dependency_${name} INTERFACE)
  target_include_directories(luthier_dependency_${name} SYSTEM INTERFACE
    $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  luthier_archive_libraries(libraries ${module})
  set(links FALSE)
  if(libraries)
    luthier_archive_links(links ${libraries})
  endif()
  if(links)
    target_link_libraries(luthier_dependency_${name} INTERFACE ${libraries})
    set_property(GLOBAL APPEND PROPERTY LUTHIER_ARCHIVES ${libraries})
  else()
    message(STATUS "${name}: its archive can't be linked; the shared library is taken")
    target_link_libraries(luthier_dependency_${name} INTERFACE ${target})
    set(LUTHIER_ALL_ARCHIVES FALSE PARENT_SCOPE)
  endif()
  string(TOUPPER ${name} variable)
  set(LUTHIER_${variable} $<BUILD_INTERFACE:luthier_dependency_${name}> $<INSTALL_INTERFACE:${target}> PARENT_SCOPE)
endfunction()

# luthier_archive_names(RESULT): file names of the archives that are linked, for --exclude-libs.
function(luthier_archive_names result)
  get_property(libraries GLOBAL PROPERTY LUTHIER_ARCHIVES)
  list(FILTER libraries INCLUDE REGEX "[.]a$")
  list(TRANSFORM libraries REPLACE "^.*/" "")
  list(REMOVE_DUPLICATES libraries)
  list(JOIN libraries ":" names)
  set(${result} ${names} PARENT_SCOPE)
endfunction()
