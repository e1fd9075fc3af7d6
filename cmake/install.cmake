# `cmake --install`: the library, its headers, the command line, and the package that
# find_package(luthier) reads. The library is static, so its own dependencies are the consumer's too.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(LUTHIER_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/luthier)
install(TARGETS luthier EXPORT luthierTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET luthier_sqlite)
  install(TARGETS luthier_sqlite EXPORT luthierTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET luthier_cli)
  install(TARGETS luthier_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
# All that is installed, and no test: `./dev build installed`.
add_custom_target(installed)
foreach(target luthier luthier_sqlite luthier_cli luthier_guardian luthier_ray luthier_ray_worker)
  if(TARGET ${target})
    add_dependencies(installed ${target})
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/luthier ${PROJECT_SOURCE_DIR}/ray/include/luthier
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(EXPORT luthierTargets NAMESPACE luthier:: DESTINATION ${LUTHIER_PACKAGE_DIR})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/luthierConfig.cmake.in
  ${PROJECT_BINARY_DIR}/luthierConfig.cmake INSTALL_DESTINATION ${LUTHIER_PACKAGE_DIR})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/luthierConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/luthierConfig.cmake ${PROJECT_BINARY_DIR}/luthierConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/Findre2.cmake
  DESTINATION ${LUTHIER_PACKAGE_DIR})
