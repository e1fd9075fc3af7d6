# cmake -DSOURCE=DIR -DLUTHIER=DIR -DWORK=DIR -DGENERATOR=NAME -DTYPE=... -DFLAGS=... -DTYPE_FLAGS=... -DLAUNCHER=... -P part_of_a_project.cmake
# Configures a project with Luthier within it, both ways; builds, runs and installs it one way.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed with ${status}: ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK} ${WORK}-fetched)
# The build's own flags, so that a compiler cache has every object already.
string(TOUPPER "${TYPE}" type)
set(settings -S ${SOURCE} -G ${GENERATOR} -DLUTHIER=${LUTHIER} -DCMAKE_BUILD_TYPE=${TYPE} "-DCMAKE_CXX_FLAGS=${FLAGS}"
  "-DCMAKE_CXX_FLAGS_${type}=${TYPE_FLAGS}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
run(${CMAKE_COMMAND} ${settings} -B ${WORK}-fetched -DWAY=FetchContent)
file(REMOVE_RECURSE ${WORK}-fetched)

run(${CMAKE_COMMAND} ${settings} -B ${WORK} -DWAY=add_subdirectory)
run(${CMAKE_COMMAND} --build ${WORK})
run(${WORK}/consumer)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK} --show-only)
if(NOT output MATCHES "Total Tests: 1\n")
  message(FATAL_ERROR "the project has tests that are not its own:\n${output}")
endif()
run(${CMAKE_COMMAND} --install ${WORK} --prefix ${WORK}/prefix)
file(GLOB_RECURSE installed RELATIVE ${WORK}/prefix ${WORK}/prefix/*)
if(NOT installed STREQUAL "bin/consumer")
  message(FATAL_ERROR "the project installs what is not its own: ${installed}")
endif()
file(REMOVE_RECURSE ${WORK})
