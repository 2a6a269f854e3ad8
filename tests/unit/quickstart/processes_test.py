"""What the quickstart does about processes: it ends what an earlier one left, and nothing else."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(ROOT / "tools/quickstart.d"))

import processes  # noqa: E402

SLEEP = "import sys, time; print('up', flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP


class ProcessesTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pids = self.folder / "pids"
        self.pids.mkdir()

    def start(self, name, program, *words):
        child = subprocess.Popen([sys.executable, "-c", program, *map(str, words)], stdout=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        child.stdout.readline()
        (self.pids / name).write_text(f"{child.pid}\n")
        return child

    def test_ends_what_was_left(self):
        left = self.start("standalone", SLEEP, self.folder / "standalone.yaml")
        processes.end_leftovers(self.pids, self.folder)
        self.assertEqual(left.wait(30), -15)

    def test_ends_what_does_not_listen(self):
        left = self.start("executor-a", DEAF, self.folder / "executor-a.yaml")
        processes.end_leftovers(self.pids, self.folder, timeout=0)
        self.assertEqual(left.wait(30), -9)

    def test_spares_who_has_got_the_number_since(self):
        other = self.start("decider-a", SLEEP, "/elsewhere/decider-a.yaml")
        processes.end_leftovers(self.pids, self.folder)
        self.assertIsNone(other.poll())

    def test_passes_over_who_is_gone(self):
        gone = self.start("console-a", SLEEP, self.folder)
        gone.kill()
        gone.wait()
        (self.pids / "cut-off").write_text("")
        processes.end_leftovers(self.pids, self.folder)
        processes.end_leftovers(self.folder / "no-such", self.folder)

    def test_a_process_tells_its_number_while_it_is_there(self):
        file = self.pids / "own"
        process = processes.Process("own", [sys.executable, "-c", SLEEP], self.folder / "log", file).start()
        first = int(file.read_text())
        self.assertEqual(first, process.child.pid)
        self.assertEqual(process.kill(), first)
        self.assertEqual(process.ended, -9)
        process.start()
        self.assertNotEqual(int(file.read_text()), first)
        process.stop()
        self.assertFalse(file.exists())

    def test_one_holds_a_folder(self):
        path = self.folder / "held.lock"
        held = processes.hold(path)
        self.assertIsNotNone(held)
        try_it = f"import sys; sys.path.insert(0, {str(ROOT / 'tools/quickstart.d')!r}); import processes; " \
                 f"sys.exit(processes.hold(__import__('pathlib').Path({str(path)!r})) is not None)"
        self.assertEqual(subprocess.run([sys.executable, "-c", try_it], check=False).returncode, 0)
        held.close()
        self.assertEqual(subprocess.run([sys.executable, "-c", try_it], check=False).returncode, 1)

    def test_free_ports_are_not_those_of_callers(self):
        least = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        for _ in range(50):
            port = processes.free_port()
            self.assertGreater(port, 1024)
            self.assertLess(port, max(least, 32768))


if __name__ == "__main__":
    unittest.main(verbosity=2)
