# A room is one folder: one static library `orr_<room>`, one test program `test_<room>`.
# The libraries named under LINKS are all that a room may call (docs/design.md, "The rooms").

set(ORR_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wundef -Wpointer-arith -Wcast-align -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough)
if(ORRERY_WERROR)
  list(APPEND ORR_WARNINGS -Werror)
endif()

# No contraction anywhere: a fused multiply-add would make results depend on the compiler.
set(ORR_FLAGS -ffp-contract=off -fno-omit-frame-pointer)
set(ORR_LINK_FLAGS)
if(ORRERY_SANITIZE)
  list(APPEND ORR_FLAGS -fsanitize=${ORRERY_SANITIZE} -fno-sanitize-recover=all)
  list(APPEND ORR_LINK_FLAGS -fsanitize=${ORRERY_SANITIZE})
  # The stub is linked into every program: no leak check for what libraries keep until exit.
endif()
if(ORRERY_COVERAGE)
  list(APPEND ORR_FLAGS --coverage)
  list(APPEND ORR_LINK_FLAGS --coverage)
endif()
if(ORRERY_FUZZ)
  list(APPEND ORR_FLAGS -fsanitize=fuzzer-no-link)
endif()

function(orr_target_flags target)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_compile_options(${target} PRIVATE ${ORR_WARNINGS} ${ORR_FLAGS})
  target_link_options(${target} PRIVATE ${ORR_LINK_FLAGS})
endfunction()

# orr_isa_tables(<name> <out> SOURCES a.c b.c TABLES <MACRO>=<table> ... [LINKS <libraries>]):
# kernels, once per instruction set; MACRO becomes <table>_baseline, _v3, _v4. Never -march=native:
# the table is chosen at run time. The objects are appended to <out>.
function(orr_isa_tables name out)
  cmake_parse_arguments(ARG "" "" "SOURCES;TABLES;LINKS" ${ARGN})
  set(levels baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND levels v3 v4)
  endif()
  set(options_v3 -march=x86-64-v3)
  set(options_v4 -march=x86-64-v4 -mprefer-vector-width=512)
  set(objects ${${out}})
  foreach(level IN LISTS levels)
    add_library(${name}_${level} OBJECT ${ARG_SOURCES})
    orr_target_flags(${name}_${level})
    target_include_directories(${name}_${level} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name}_${level} PRIVATE ${ARG_LINKS})
    foreach(table IN LISTS ARG_TABLES)
      target_compile_definitions(${name}_${level} PRIVATE ${table}_${level})
    endforeach()
    target_compile_options(${name}_${level} PRIVATE
      -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off -Wno-psabi ${options_${level}})
    list(APPEND objects $<TARGET_OBJECTS:${name}_${level}>)
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# orr_room(<room> SOURCES a.c b.c LINKS <rooms and libraries, public> [PRIVATE_LINKS <libraries>])
function(orr_room room)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(orr_${room} STATIC ${ARG_SOURCES})
  orr_target_flags(orr_${room})
  target_include_directories(orr_${room} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(orr_${room} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

# orr_test(<name> SOURCES test_a.c ... LINKS <what the room's row allows>): a cmocka program,
# registered with CTest under its own name.
function(orr_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  orr_target_flags(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ORR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} PkgConfig::cmocka)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  if(ARG_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  else()
    set_tests_properties(${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()
