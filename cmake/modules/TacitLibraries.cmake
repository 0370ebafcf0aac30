# Short wrappers around add_library / add_executable, so that a CMakeLists.txt in
# this tree says only what is in the folder and what it needs.

# One precompiled header for every library: the MLIR core headers that nearly
# every file includes. Compiled once, here.
file(WRITE ${PROJECT_BINARY_DIR}/TacitPch.cpp "")
# The time of a header inside it would make every build another one for ccache.
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
add_library(TacitPch OBJECT ${PROJECT_BINARY_DIR}/TacitPch.cpp)
set_target_properties(TacitPch PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_precompile_headers(TacitPch PRIVATE
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinAttributes.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/BuiltinTypes.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/Matchers.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Pass/Pass.h>
  <llvm/ADT/STLExtras.h>
  <llvm/Support/JSON.h>
  <string>
  <vector>)

# tacit_library(NAME sources... [DEPENDS tablegen targets] [LINK libraries] [NO_PCH]): an
# archive, linked against the one shared MLIR and LLVM library. The static MLIR libraries
# would register every type a second time and must never be linked beside it.
function(tacit_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM TacitPch)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  set_property(GLOBAL APPEND PROPERTY TACIT_LIBRARIES ${name})
endfunction()

# tacit_tool(NAME sources... LINK libraries): an executable in build/bin.
function(tacit_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  # PIC, not PIE: the precompiled header is shared with the libraries.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM TacitPch)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()

# tacit_dialect(td_basename namespace): IR includes of one dialect. One that only has
# attributes has no file of operations.
function(tacit_dialect basename namespace)
  set(LLVM_TARGET_DEFINITIONS ${basename}Dialect.td)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${basename}Ops.td)
    set(LLVM_TARGET_DEFINITIONS ${basename}Ops.td)
    mlir_tablegen(${basename}Ops.h.inc -gen-op-decls)
    mlir_tablegen(${basename}Ops.cpp.inc -gen-op-defs)
  endif()
  mlir_tablegen(${basename}Dialect.h.inc -gen-dialect-decls -dialect=${namespace})
  mlir_tablegen(${basename}Dialect.cpp.inc -gen-dialect-defs -dialect=${namespace})
  mlir_tablegen(${basename}Attributes.h.inc -gen-attrdef-decls -attrdefs-dialect=${namespace})
  mlir_tablegen(${basename}Attributes.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${namespace})
  # The generator repeats the enums of included files, so a dialect's own are in a file
  # that includes no others.
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${basename}Enums.td)
    set(LLVM_TARGET_DEFINITIONS ${basename}Enums.td)
    mlir_tablegen(${basename}Enums.h.inc -gen-enum-decls)
    mlir_tablegen(${basename}Enums.cpp.inc -gen-enum-defs)
  endif()
  add_public_tablegen_target(Tacit${basename}IncGen)
endfunction()

# tacit_word_enums(basename): the enums of one .td file and the tables of their words.
function(tacit_word_enums basename)
  set(LLVM_TARGET_DEFINITIONS ${basename}.td)
  mlir_tablegen(${basename}Enums.h.inc -gen-enum-decls)
  mlir_tablegen(${basename}Enums.cpp.inc -gen-enum-defs)
  tablegen(LLVM ${basename}Words.inc -gen-searchable-tables)
  add_public_tablegen_target(Tacit${basename}EnumsIncGen)
endfunction()

# tacit_passes(name prefix): declarations and definitions of one Passes.td.
function(tacit_passes name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name})
  add_public_tablegen_target(Tacit${name}PassesIncGen)
endfunction()
