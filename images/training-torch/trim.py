"""Runs inside the freshly unpacked Debian tree: links what Debian's installer would have linked, proves that training
works, and removes everything that training does not need. Deterministic: same packages, same tree."""

import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

LIB = Path("/usr/lib") / sysconfig.get_config_var("MULTIARCH")
PACKAGES = Path("/usr/lib/python3/dist-packages")

# Debian's update-alternatives makes these when packages are configured, which an unpacked tree never is.
ALTERNATIVES = {
    "libblas.so.3": "openblas-pthread/libblas.so.3",
    "liblapack.so.3": "openblas-pthread/liblapack.so.3",
    "libopenblas.so.0": "openblas-pthread/libopenblas.so.0",
}

# Python packages that Debian's python3-torch and python3-scipy pull in for building, testing and compiling graphs.
BUILD_ONLY_MODULES = ["pythran", "hypothesis", "sympy", "mpmath", "isympy.py", "gast", "beniget", "ply", "lib2to3"]

UNUSED_TREES = [
    *(f"/usr/lib/{name}" for name in ["gcc", "libtorch-test", "perl5", "cpp", "git-core", "systemd", "udev"]),
    *(str(LIB / name) for name in ["dri", "mfx", "perl", "perl-base", "gdcm-3.0", "gdalplugins", "gstreamer-1.0", "pkgconfig"]),
    "/usr/include",
    "/usr/local",
    "/usr/games",
    "/boot",
    "/media",
    "/srv",
]

KEPT_PROGRAMS = set(
    """python3 python3.11 python torchrun sh dash bash mktemp env cat ls cp mv rm mkdir rmdir ln echo printf test [ true false date id head tail wc
    sort uniq tr cut chmod chown touch uname nproc df du stat tee seq sleep timeout kill ps basename dirname readlink
    realpath sha256sum pwd""".split()
)
KEPT_SHARED_DATA = {"zoneinfo", "ca-certificates", "python3"}

CHECK = """
import torch, sklearn.datasets, sklearn.model_selection, sklearn.preprocessing, sklearn.metrics
import torch.distributed as dist, torch.distributed.run, torch.utils.data, torch.utils.data.distributed
from torch.nn.parallel import DistributedDataParallel
dist.init_process_group("gloo", init_method="tcp://127.0.0.1:29511", rank=0, world_size=1)
model = DistributedDataParallel(torch.nn.Linear(64, 10))
x, y = sklearn.datasets.load_digits(return_X_y=True)
optimizer = torch.optim.Adam(model.parameters())
loss = torch.nn.functional.cross_entropy(model(torch.tensor(x, dtype=torch.float32)), torch.tensor(y))
loss.backward()
optimizer.step()
torch.save(model.state_dict(), "/dev/null")
dist.destroy_process_group()
import sys
print("\\n".join(sorted({m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)})))
"""


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def link_alternatives() -> None:
    for name, target in ALTERNATIVES.items():
        remove(LIB / name)
        (LIB / name).symlink_to(target)


def add_launchers() -> None:
    """What upstream's Python client calls a training function with, where Debian has it not or not under that name."""
    Path("/torchrun.py").replace("/usr/bin/torchrun")
    Path("/usr/bin/torchrun").chmod(0o755)
    remove(Path("/usr/bin/python"))
    Path("/usr/bin/python").symlink_to("python3")


def train_once() -> list[str]:
    """One step of distributed training; returns the Python files it loaded."""
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", CHECK], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return [line for line in done.stdout.splitlines() if line.endswith(".py")]


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def needed_libraries(roots: list[Path]) -> set[Path]:
    """Every library that the loader would map for `roots`, as real paths."""
    needed: set[Path] = set()
    environment = {**os.environ, "LD_TRACE_LOADED_OBJECTS": "1", "LD_LIBRARY_PATH": f"{PACKAGES}/torch/lib"}
    loader = next(Path("/lib64").glob("ld-linux*"), None) or next(Path("/lib").glob("ld-linux*"))
    for root in roots:
        traced = subprocess.run([str(loader), str(root)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in traced.stdout.splitlines():
            path = next((word for word in line.split() if word.startswith("/")), None)
            if path:
                needed.add(Path(path).resolve())
    return needed


def remove_unused_libraries() -> None:
    programs = [path for folder in ("/bin", "/usr/bin") for path in Path(folder).iterdir() if not path.is_symlink() and is_elf(path)]
    extensions = [path.resolve() for folder in ("/usr/lib/python3", "/usr/lib/python3.11") for path in Path(folder).rglob("*.so*")]
    kept = needed_libraries(programs + extensions) | set(extensions)
    # Loaded by name at run time: thread cancellation, name resolution.
    by_name = ("libgcc_s", "libnss_", "libresolv", "ld-linux", "libgomp")
    for path in sorted(LIB.rglob("*")):
        if path.is_symlink() or not path.is_file() or not (".so" in path.name or path.suffix == ".a"):
            continue
        if path.resolve() not in kept and not path.name.startswith(by_name):
            path.unlink()
    for path in sorted(LIB.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def main() -> None:
    link_alternatives()
    add_launchers()
    for path in UNUSED_TREES:
        remove(Path(path))
    for name in BUILD_ONLY_MODULES:
        remove(PACKAGES / name)
        remove(Path("/usr/lib/python3.11") / name)
    for tests in sorted(Path("/usr/lib").glob("python3*/**/tests")):
        remove(tests)
    for path in Path("/usr/share").iterdir():
        if path.name not in KEPT_SHARED_DATA:
            remove(path)
    for folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin"):
        for path in Path(folder).iterdir():
            if path.name not in KEPT_PROGRAMS:
                remove(path)
    remove_unused_libraries()
    for source in train_once():
        py_compile.compile(source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    train_once()
    for folder in ("/tmp", "/var/tmp"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder).chmod(0o1777)
    Path("/etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/tmp:/bin/sh\n")
    Path("/etc/group").write_text("root:x:0:\nnonroot:x:65532:\n")
    Path("/etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    remove(Path(__file__))


main()
