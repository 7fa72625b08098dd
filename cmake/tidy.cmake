# The target `tidy`: clang-tidy over every source file of src/ and operator/, and clang-format's opinion of them.
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy run-clang-tidy-14)
find_program(CLANG_FORMAT NAMES clang-format clang-format-14)
if(RUN_CLANG_TIDY AND CLANG_FORMAT)
  file(GLOB_RECURSE formatted CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/src/*.cc
       ${CMAKE_SOURCE_DIR}/operator/*.h ${CMAKE_SOURCE_DIR}/operator/*.cc)
  add_custom_target(tidy
    COMMAND ${RUN_CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR} "${CMAKE_SOURCE_DIR}/(src|operator)/.*\\.cc$"
    COMMAND ${CLANG_FORMAT} --dry-run --Werror ${formatted}
    USES_TERMINAL VERBATIM)
endif()
