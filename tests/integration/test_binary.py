"""The program as the linker left it: what proxy/hardening.cmake asks for is really in the file."""
import os
import platform
import re
import stat
import subprocess
import unittest

from why401 import PROGRAM, SANITIZED, WRAPPER

# What a function begins with that may be jumped to. The note that says so for the whole file is left out
# by the linker where the distribution's start-up objects lack it, as those of Debian 12 do.
LANDING = {"x86_64": r"\bendbr64\b", "aarch64": r"\b(bti|paciasp)\b"}


def output_of(*command):
    environment = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
    return subprocess.run([*command, PROGRAM], env=environment, capture_output=True, text=True,
                          check=True).stdout


def readelf(*options):
    return output_of("readelf", "--wide", *options)


@unittest.skipIf(WRAPPER, "what is started is a script, and the program is that of the dev build")
class Binary(unittest.TestCase):
    def assertMatches(self, pattern, text):
        self.assertRegex(text, re.compile(pattern, re.MULTILINE))

    def assertNothingMatches(self, pattern, text):
        self.assertNotRegex(text, re.compile(pattern, re.MULTILINE))

    def test_is_loaded_at_a_random_address(self):
        self.assertMatches(r"Type:\s+DYN ", readelf("--file-header"))
        self.assertMatches(r"\(FLAGS_1\).*\bPIE\b", readelf("--dynamic"))

    def test_binds_everything_at_the_start_and_makes_its_tables_read_only(self):
        self.assertMatches(r"\(FLAGS_1\).*\bNOW\b", readelf("--dynamic"))
        self.assertMatches(r"^\s*GNU_RELRO\b", readelf("--program-headers"))

    def test_no_memory_is_both_writable_and_executable(self):
        headers = readelf("--program-headers")
        self.assertMatches(r"^\s*GNU_STACK\s.* RW ", headers)
        self.assertNothingMatches(r"^\s*(LOAD|GNU_STACK)\s.* RWE ", headers)
        self.assertNothingMatches(r"^.*\(TEXTREL\)", readelf("--dynamic"))

    def test_code_has_its_pages_to_itself(self):
        segments = re.findall(r"^\s*LOAD\s+(?:0x\w+\s+){5}(R[W ][E ])", readelf("--program-headers"),
                              re.MULTILINE)
        self.assertEqual(segments, ["R  ", "R E", "R  ", "RW "])

    def test_stacks_are_watched(self):
        self.assertMatches(r"\bUND\s+__stack_chk_fail\b", readelf("--dyn-syms"))

    @unittest.skipIf(SANITIZED, "sanitizers watch the plain calls")
    def test_calls_that_fill_buffers_know_their_sizes(self):
        fortified = set(re.findall(r"\bUND\s+__(\w+)_chk\b", readelf("--dyn-syms")))
        self.assertLessEqual({"memcpy", "snprintf", "vsnprintf", "read"}, fortified)

    @unittest.skipUnless(platform.machine() in LANDING, "for x86-64 and arm64")
    def test_jumps_land_only_where_code_expects_them(self):
        main = output_of("objdump", "--disassemble=main")
        self.assertRegex(main.split("<main>:")[1].split("\n")[1], LANDING[platform.machine()])

    @unittest.skipIf(SANITIZED, "may be linked with instrumented libraries of the build tree")
    def test_no_path_of_its_own_to_libraries(self):
        self.assertNothingMatches(r"\((RPATH|RUNPATH)\)", readelf("--dynamic"))

    def test_exports_no_function_of_ours(self):
        defined = re.findall(r"\bFUNC\s+GLOBAL\s+DEFAULT\s+\d+\s+(\S+)", readelf("--dyn-syms"))
        if not SANITIZED:
            self.assertEqual(defined, [])

    def test_nobody_else_may_write_to_it(self):
        self.assertEqual(os.stat(PROGRAM).st_mode & (stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), 0)


if __name__ == "__main__":
    unittest.main()
