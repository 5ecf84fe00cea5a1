# cmake -D RULES=DIR -D OUT=FILE -P embed.cmake
# writes a C file that holds every DIR/*.json as an array of bytes, see embedded.h.
file(GLOB files ${RULES}/*.json)
list(SORT files)
set(arrays "")
set(entries "")
set(count 0)
foreach(path IN LISTS files)
    cmake_path(GET path FILENAME name)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char file_${count}[] = {\n${bytes}\n};\n\n")
    string(APPEND entries "    {\"${name}\", file_${count}, sizeof file_${count}},\n")
    math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by embed.cmake from rules/bitgo. */\n#include \"embedded.h\"\n\n${arrays}"
     "const struct embedded_rule embedded_rules[] = {\n${entries}    {0}};\n\n"
     "const size_t embedded_rule_count = ${count};\n")
