"""Java and the local CA. It is the reason why there are two tiers: it takes nothing but name and key
from a trust anchor, so that only the intermediate's constraints hold it back.

A JDK is large, so where there is none this is skipped; WHY401_REQUIRE_JAVA=1 makes that a failure.
"""
import os
import pathlib
import shutil
import subprocess
import unittest

from thief import ThiefCase

SOURCE = pathlib.Path(__file__).parent / "java" / "Reach.java"


def missing():
    """What is not there to compile and run the client; None: everything is."""
    for program in ("javac", "java", "keytool"):
        if shutil.which(program) is None:
            return f"there is no {program} (Debian: default-jdk-headless)"
    return None


class Java(ThiefCase):
    @classmethod
    def setUpClass(cls):
        why_not = missing()
        if why_not and os.environ.get("WHY401_REQUIRE_JAVA") == "1":
            raise AssertionError(why_not)
        if why_not:
            raise unittest.SkipTest(why_not)
        cls.classes = pathlib.Path(os.environ["WHY401_BUILD"]) / "java"
        subprocess.run(["javac", "-d", cls.classes, SOURCE], check=True, timeout=120)

    def trust_store(self):
        store = self.home / "why401.p12"
        done = self.run_command("keytool", "-importcert", "-noprompt", "-alias", "why401", "-file",
                                self.ca, "-keystore", store, "-storepass", "changeit")
        self.assertEqual(done.returncode, 0, done.stderr)
        return store

    def test_java(self):
        store = self.trust_store()
        hosts = self.home / "hosts"

        def reach(host, port):
            hosts.write_text(f"127.0.0.1 {host}\n")
            return self.run_command(
                "java", "-cp", self.classes, f"-Djdk.net.hosts.file={hosts}",
                f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit",
                "Reach", f"https://{host}:{port}/")

        self.check(reach, r"(?s)HttpsURLConnection: .*name constraints.*HttpClient: .*name constraints")


if __name__ == "__main__":
    unittest.main()
