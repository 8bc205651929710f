# The library as a port of vcpkg, built from the clone that this file is in:
#
#   vcpkg install spritefarm --overlay-ports=share/vcpkg
#
# scripts/checks/recipes runs it with stand-ins for vcpkg's functions.
get_filename_component(clone "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(SOURCE_PATH "${CURRENT_BUILDTREES_DIR}/src/spritefarm")
file(REMOVE_RECURSE "${SOURCE_PATH}")
file(COPY "${clone}/Makefile" "${clone}/LICENSE" "${clone}/include" "${clone}/src" "${clone}/share" DESTINATION "${SOURCE_PATH}")

# The library has no settings that differ in a debug build. Without pkg-config, so that a librabbitmq of this machine does not
# add the library for many machines.
set(VCPKG_BUILD_TYPE release)
vcpkg_execute_required_process(
  COMMAND make -j${VCPKG_CONCURRENCY} V=1 PKG_CONFIG=false install-library "PREFIX=${CURRENT_PACKAGES_DIR}"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME "install-${TARGET_TRIPLET}")

if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
  file(GLOB unwanted "${CURRENT_PACKAGES_DIR}/lib/libspritefarm.so*")
else()
  set(unwanted "${CURRENT_PACKAGES_DIR}/lib/libspritefarm.a")
  vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/lib/pkgconfig/spritefarm.pc" "-l:libspritefarm.a" "-lspritefarm")
endif()
file(REMOVE ${unwanted})
vcpkg_fixup_pkgconfig()
# vcpkg looks for it here. It finds the prefix by itself.
file(RENAME "${CURRENT_PACKAGES_DIR}/share/cmake/spritefarm" "${CURRENT_PACKAGES_DIR}/share/spritefarm")
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/cmake" "${CURRENT_PACKAGES_DIR}/share/doc")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/spritefarm")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
