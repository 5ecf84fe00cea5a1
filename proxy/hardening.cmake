# What compiler and linker can do against an error in our own code being used by somebody else. The same
# in every build, so that what is tested is what is shipped; tests/integration/test_binary.py reads the
# finished program for it.
include(CheckCCompilerFlag)
include(CheckPIESupported)

# Loaded at a random address.
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Stacks that notice being overrun, big frames that cannot jump over the guard page, indirect jumps that
# land only where code expects them (x86-64: CET, arm64: BTI and pointer authentication). What clang only
# warns of, a flag of another machine that it will not use, counts as not known.
target_compile_options(why401_flags INTERFACE -fstack-protector-strong -fvisibility=hidden)
set(CMAKE_REQUIRED_FLAGS -Werror)
foreach(flag IN ITEMS -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "knows${flag}" known)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
        target_compile_options(why401_flags INTERFACE ${flag})
    endif()
endforeach()
unset(CMAKE_REQUIRED_FLAGS)

# Nothing executable on stack or heap, no code in the pages of data, no table of functions left writable.
target_link_options(why401_flags INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)

# Calls of the C library that know how big their buffer is. Level 3 came with GCC 12 and Clang 9. Left out
# under sanitizers, which watch the plain calls; so are rules of the language that they have to see broken.
if(NOT WHY401_SANITIZE)
    set(fortify 2)
    if((CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 12) OR
       (CMAKE_C_COMPILER_ID MATCHES "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 9))
        set(fortify 3)
    endif()
    target_compile_options(why401_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify}
                           -fno-strict-overflow -fno-delete-null-pointer-checks)
endif()

# What the running proxy gives up of its own (proxy/cli/confine.c). Sanitizers start programs and trace the
# process; a measurement of coverage writes files of its own at the end.
set(confine ON)
if(WHY401_SANITIZE OR WHY401_COVERAGE OR CMAKE_C_FLAGS MATCHES "-fprofile|--coverage")
    set(confine OFF)
endif()
option(WHY401_CONFINE "Confine run, mock and demo to what they need" ${confine})
if(WHY401_CONFINE)
    target_compile_definitions(why401_flags INTERFACE WHY401_CONFINE)
endif()
