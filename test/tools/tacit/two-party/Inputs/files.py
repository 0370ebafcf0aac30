"""Files of a package that are damaged, of another package, or for which there is no room.

    files.py PACKAGE OTHER FOLDER [client options]

OTHER is a package that was compiled from the same model."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from pairs import PATIENCE, command, meet, no_room, used


class Case:
    """A copy of the package with new material."""

    def __init__(self, package, folder, name, inferences=2):
        self.path = f"{folder}/{name}"
        shutil.copytree(package, self.path)
        if inferences:
            command("deal", self.path, "--inferences", inferences, "-q").must(0)

    def file(self, party, name):
        found = glob.glob(f"{self.path}/{party}/material-*/{name}")
        assert len(found) == 1, (name, found)
        return found[0]

    def meet(self, options, *more, goes_on=True):
        return meet(self.path, self.path, (), (*options, *more), goes_on)


def change(path, edit):
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(edit(data))


def flip(at):
    """A byte is another one, counted from the end if `at` is negative."""
    def edit(data):
        changed = bytearray(data)
        changed[at] ^= 0x10
        return bytes(changed)
    return edit


def damage(package, folder, options):
    """The owner of a file says what is wrong with it, and the other one that it stopped."""
    half = lambda data: flip(len(data) // 2)(data)
    for name, file, edit, phrase in (
            ("cut", "corrections-0", lambda data: data[:-1], "bytes; expected"),
            ("header", "corrections-0", flip(3), "corrections-0"),
            ("middle", "corrections-0", half, "the checksum of material"),
            ("dealing", "dealing", flip(60), "dealing"),
            ("short", "dealing", lambda data: data[:50], "dealing"),
            ("none", "dealing", lambda data: b"", "dealing")):
        case = Case(package, folder, name)
        change(case.file("server", file), edit)
        server, client = case.meet(options, "--output-dir", f"{folder}/out", goes_on=False)
        server.must(4, phrase)
        client.must(7, "stopped")
        assert "material" not in client.text, client.text
        if file == "dealing":
            case = Case(package, folder, f"client-{name}")
            change(case.file("client", file), edit)
            server, client = case.meet(options, "--output-dir", f"{folder}/out")
            client.must(4, phrase)
            server.must(None, "stopped")
    assert not os.path.exists(f"{folder}/out")
    print("damaged material: said by its owner")

    case = Case(package, folder, "weights", inferences=3)
    for said in case.meet(options):
        said.must(0)
    kept = glob.glob(f"{case.path}/client/weights-*.bin")
    kept += glob.glob(f"{case.path}/client/material-*/weights*")
    change(kept[0], half)
    server, client = case.meet(options)
    client.must(4, "is damaged", "remove the file, and it will be sent once more")
    server.must(None, "stopped")
    os.remove(kept[0])
    for said in case.meet(options):
        said.must(0)
    print("damaged weights: sent once more")

    case = Case(package, folder, "exchanged")
    places = [os.path.dirname(case.file(party, "dealing")) for party in ("server", "client")]
    shutil.rmtree(places[0])
    shutil.copytree(places[1], places[0])
    server, client = case.meet(options, goes_on=False)
    server.must(4, "dealing")
    client.must(7)
    print("the other party's material: refused")


def mismatch(package, other, folder, options):
    """Packages that do not belong together."""
    for name in "one", "two":
        Case(package if name == "one" else other, folder, name)
    server, client = meet(f"{folder}/one", f"{folder}/two", (), options)
    client.must(7, "package")
    server.must(None, "has the public files", "give both parties the files of one package")
    assert not used(f"{folder}/one/server") and not used(f"{folder}/two/client")
    print("another package: said by both")

    def edit_schedule(edit):
        def on(data):
            schedule = json.loads(data)
            edit(schedule)
            return json.dumps(schedule).encode()
        return on

    for name, edit, phrase in (
            ("version", lambda s: s.update(version=99), "99"),
            ("cut", None, "schedule.json")):
        case = Case(package, folder, f"schedule-{name}")
        change(f"{case.path}/public/schedule.json",
               edit_schedule(edit) if edit else lambda data: data[:len(data) // 2])
        command("deal", case.path, "-q").must(4, "schedule.json", phrase)
        command("run", case.path, "--party", "server", "--listen",
                "127.0.0.1:0").must(4, "schedule.json", phrase)
    case = Case(package, folder, "schedule-hops", inferences=0)
    change(f"{case.path}/public/schedule.json", edit_schedule(lambda s: s["hops"].pop()))
    command("deal", case.path, "-q").must(0)
    server, client = case.meet(options, "--output-dir", f"{folder}/out", goes_on=False)
    assert {server.code, client.code} <= {4, 7}, (server.text, client.text)
    server.must(4, "the program sends other messages in hop")
    assert not os.path.exists(f"{folder}/out")
    print("edited schedules: refused")
    # What still runs would compute something else.
    for file, edit in (("schedule.json", edit_schedule(lambda s: s["materials"][1].update(
            known_to=None))), ("party.so", lambda data: data + bytes(1))):
        good, bad = (Case(package, folder, f"{kind}-{file}", 0).path
                     for kind in ("good", "bad"))
        change(f"{bad}/public/{file}", edit)
        server, client = meet(good, bad, (), options)
        client.must(7, "files")
        server.must(None, "has the public files")
    change(f"{bad}/public/dealer.so", lambda data: data + bytes(1))
    command("deal", bad, "-q").must(0)
    for party in "server", "client":
        shutil.copytree(f"{bad}/{party}", f"{good}/{party}", dirs_exist_ok=True)
    meet(good, good, (), options, goes_on=False)[0].must(
        4, "belongs to another package", "deal material for this package")
    print("other public files: refused")


def check_room(package, folder, options):
    case = Case(package, folder, "room", inferences=0)
    with no_room(4096):
        command("deal", case.path).must(4, "cannot write")
    left = [name for party in ("server", "client")
            for name in os.listdir(f"{case.path}/{party}") if "dealing" in name
            or "material" in name]
    assert not left, left
    command("deal", case.path, "--inferences", 3, "-q").must(0)
    out = f"{folder}/room-out"
    for said in case.meet(options):
        said.must(0)
    with no_room(512):
        server, client = case.meet(options, "--output-dir", out)
    client.must(4, "cannot write")
    # The server has done what it could.
    server.must(None)
    assert not glob.glob(f"{out}/*"), os.listdir(out)
    for said in case.meet(options, "--output-dir", out):
        said.must(0)
    assert os.listdir(out) == ["y.npy"]
    print("no room: nothing is left that looks whole")


def killed_dealer(package, folder):
    """What a dealer that was killed left is no material, and is removed by the next one."""
    case = Case(package, folder, "killed", inferences=0)
    dealer = subprocess.Popen(["tacit", "deal", case.path, "--inferences", "100000", "-q"])
    end = time.monotonic() + PATIENCE
    while not glob.glob(f"{case.path}/server/.dealing-*/corrections-3"):
        assert time.monotonic() < end and dealer.poll() is None
        time.sleep(0.01)
    dealer.send_signal(signal.SIGKILL)
    dealer.wait()
    assert not glob.glob(f"{case.path}/*/material-*")
    command("deal", case.path, "-q").must(0)
    for party in "server", "client":
        names = os.listdir(f"{case.path}/{party}")
        assert not any(name.startswith(".") for name in names), names
    print("a dealer that is killed leaves nothing")


def main():
    package, other, folder, *options = sys.argv[1:]
    os.makedirs(folder)
    damage(package, folder, options)
    mismatch(package, other, folder, options)
    check_room(package, folder, options)
    killed_dealer(package, folder)


if __name__ == "__main__":
    main()
