# `cmake --install`, in two components: `program`, the command line and its pages; `development`, the
# library, its headers, and the package that find_package(luthier) reads. The library is static, so its own dependencies are the consumer's too.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# All that is installed, and no test: `./dev build installed`.
add_custom_target(installed)
foreach(target luthier luthier_sqlite luthier_cli luthier_guardian)
  if(TARGET ${target})
    add_dependencies(installed ${target})
  endif()
endforeach()

if(LUTHIER_PROGRAMS)
  # Man pages and completions are written by the program itself.
  set(pages ${PROJECT_BINARY_DIR}/share)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_custom_command(OUTPUT ${pages}/written
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/write_pages.py $<TARGET_FILE:luthier_cli> ${pages}
    COMMAND ${CMAKE_COMMAND} -E touch ${pages}/written
    DEPENDS luthier_cli ${PROJECT_SOURCE_DIR}/tools/write_pages.py VERBATIM)
  add_custom_target(luthier_pages DEPENDS ${pages}/written)
  add_dependencies(installed luthier_pages)
  install(TARGETS luthier_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(TARGETS luthier_guardian RUNTIME DESTINATION libexec COMPONENT program)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/luthier DESTINATION lib/luthier/python COMPONENT program
    FILES_MATCHING PATTERN "*.py")
  install(DIRECTORY ${pages}/man ${pages}/bash-completion DESTINATION share COMPONENT program OPTIONAL)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE
    DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
endif()

set(LUTHIER_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/luthier)
foreach(target luthier luthier_sqlite)
  if(TARGET ${target})
    install(TARGETS ${target} EXPORT luthierTargets
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/luthier
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT luthierTargets NAMESPACE luthier:: DESTINATION ${LUTHIER_PACKAGE_DIR} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/luthierConfig.cmake.in
  ${PROJECT_BINARY_DIR}/luthierConfig.cmake INSTALL_DESTINATION ${LUTHIER_PACKAGE_DIR})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/luthierConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/luthierConfig.cmake ${PROJECT_BINARY_DIR}/luthierConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/Findre2.cmake
  DESTINATION ${LUTHIER_PACKAGE_DIR} COMPONENT development)
