# Provides the target why401_llhttp: the distribution's library where there is one (9.x), else a
# static library made from the C sources that Debian 12's package node-llhttp installs (8.1).
find_package(llhttp CONFIG QUIET)
pkg_check_modules(llhttp_pc QUIET IMPORTED_TARGET "libllhttp>=8")
add_library(why401_llhttp INTERFACE)
if(TARGET llhttp::llhttp_shared)
    target_link_libraries(why401_llhttp INTERFACE llhttp::llhttp_shared)
elseif(TARGET llhttp::llhttp)
    target_link_libraries(why401_llhttp INTERFACE llhttp::llhttp)
elseif(TARGET llhttp::llhttp_static)
    target_link_libraries(why401_llhttp INTERFACE llhttp::llhttp_static)
elseif(TARGET PkgConfig::llhttp_pc)
    target_link_libraries(why401_llhttp INTERFACE PkgConfig::llhttp_pc)
else()
    find_path(llhttp_sources llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH)
    find_path(llhttp_headers llhttp/llhttp.h PATHS /usr/share/include NO_DEFAULT_PATH)
    if(NOT llhttp_sources OR NOT llhttp_headers)
        message(FATAL_ERROR "llhttp was not found: install libllhttp-dev (Debian 13, Ubuntu 24.10 "
                            "and newer) or node-llhttp (Debian 12, Ubuntu 24.04). ./dev deps does.")
    endif()
    # The sources say #include "llhttp.h", we say #include <llhttp.h>: both see the same file.
    add_library(why401_llhttp_sources STATIC
        ${llhttp_sources}/api.c ${llhttp_sources}/http.c ${llhttp_sources}/llhttp.c)
    target_include_directories(why401_llhttp_sources SYSTEM PUBLIC ${llhttp_headers}/llhttp)
    target_link_libraries(why401_llhttp_sources PRIVATE why401_flags)
    target_compile_options(why401_llhttp_sources PRIVATE -w)
    target_link_libraries(why401_llhttp INTERFACE why401_llhttp_sources)
endif()
