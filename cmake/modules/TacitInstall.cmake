# What `cmake --install` puts where, and the packages that `make package` builds of it.
#
# Two components: `tacit` has the programs with what they need, the manual and examples;
# `tacit-dev` has the C++ libraries for those who build on them, with their CMake package
# and pkg-config file. An installed tree may be moved: programs find what belongs to them
# relative to themselves.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(dev_libdir ${CMAKE_INSTALL_LIBDIR})
set(package_dir ${dev_libdir}/cmake/Tacit)

# Programs, and the archives that become part of every compiled library. These are not for
# others to link, so they have a folder of their own, the same on every system.
install(TARGETS tacit tacit-opt tacit-lsp-server
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tacit)
install(TARGETS tacit_entry tacit_runtime tacit_openmp tacit_party tacit_serial EXPORT TacitTargets
  ARCHIVE DESTINATION lib/tacit COMPONENT tacit)

install(FILES ${PROJECT_BINARY_DIR}/lib/libtacit_builtins.a
  DESTINATION lib/tacit COMPONENT tacit)

# The C++ libraries, their headers (generated ones too) and TableGen files.
get_property(libraries GLOBAL PROPERTY TACIT_LIBRARIES)
install(TARGETS ${libraries} EXPORT TacitTargets
  ARCHIVE DESTINATION ${dev_libdir} COMPONENT tacit-dev
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tacit ${PROJECT_BINARY_DIR}/include/tacit
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT tacit-dev
  FILES_MATCHING PATTERN *.h PATTERN *.td PATTERN *.inc PATTERN CMakeFiles EXCLUDE)
install(EXPORT TacitTargets NAMESPACE Tacit::
  DESTINATION ${package_dir} COMPONENT tacit-dev)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/TacitConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TacitConfig.cmake INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Interfaces change between minor versions before 1.0.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TacitConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TacitConfig.cmake
  ${PROJECT_BINARY_DIR}/TacitConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT tacit-dev)

file(RELATIVE_PATH TACIT_PC_UP /prefix/${dev_libdir}/pkgconfig /prefix)
list(TRANSFORM libraries PREPEND "-l" OUTPUT_VARIABLE TACIT_LINK_LIBRARIES)
list(JOIN TACIT_LINK_LIBRARIES " " TACIT_LINK_LIBRARIES)
configure_file(${PROJECT_SOURCE_DIR}/cmake/tacit.pc.in ${PROJECT_BINARY_DIR}/tacit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tacit.pc
  DESTINATION ${dev_libdir}/pkgconfig COMPONENT tacit-dev)

# Manual pages are written from docs/CommandLine.md, completion from the options.
set(share ${PROJECT_BINARY_DIR}/share)
find_program(TACIT_LOWDOWN lowdown REQUIRED)
set(manual)
foreach(page tacit tacit-inspect tacit-compile tacit-run tacit-eval tacit-cost tacit-deal tacit-passes
        tacit-completion)
  list(APPEND manual ${share}/man/man1/${page}.1)
endforeach()
add_custom_command(OUTPUT ${manual}
  COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/utils/make-man-pages.py
          --lowdown ${TACIT_LOWDOWN} --version ${PROJECT_VERSION} ${share}/man/man1
  DEPENDS ${PROJECT_SOURCE_DIR}/docs/CommandLine.md
          ${PROJECT_SOURCE_DIR}/utils/make-man-pages.py
  COMMENT "Writing manual pages")
set(completions)
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT ${share}/completion/${shell}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${share}/completion
    COMMAND tacit completion ${shell} > ${share}/completion/${shell}
    DEPENDS tacit
    COMMENT "Writing the completion for ${shell}")
  list(APPEND completions ${share}/completion/${shell})
endforeach()
add_custom_target(tacit-share ALL DEPENDS ${manual} ${completions})

install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tacit)
install(FILES ${share}/completion/bash RENAME tacit
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT tacit)
install(FILES ${share}/completion/zsh RENAME _tacit
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT tacit)
install(FILES ${share}/completion/fish RENAME tacit.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tacit)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tacit)
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tacit
  REGEX "\\.(so|h|weights|bin|mlir)$|/(out|phases|\\.model|shakespeare/generate|decode/decode|c-program/gpt-text)$" EXCLUDE)

# Debian packages: what a program needs is found by dpkg-shlibdeps; what it calls is not.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tacit)
set(CPACK_PACKAGE_VENDOR "Tacit")
set(CPACK_PACKAGE_CONTACT "The Tacit authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler for transformers, to CPU code or two-party protocols")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL tacit tacit-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${LLVM_LIBRARY_DIR})
set(CPACK_DEBIAN_TACIT_PACKAGE_NAME tacit)
set(CPACK_DEBIAN_TACIT_PACKAGE_DEPENDS "lld-22")
set(CPACK_DEBIAN_TACIT-DEV_PACKAGE_NAME tacit-dev)
set(CPACK_DEBIAN_TACIT-DEV_PACKAGE_DEPENDS
  "tacit (= ${PROJECT_VERSION}), libmlir-22-dev, llvm-22-dev, libfmt-dev, libzip-dev, libsodium-dev, libssl-dev, libonnx-dev, libprotobuf-dev, libomp-22-dev")
set(CPACK_COMPONENT_TACIT_DESCRIPTION
  "Compiles trained transformers (ONNX) to shared libraries, or to a schedule for secure\n two-party computation, and says what that costs.")
set(CPACK_COMPONENT_TACIT-DEV_DESCRIPTION
  "Libraries and headers of the Tacit compiler, for passes and tools of one's own.")
include(CPack)
