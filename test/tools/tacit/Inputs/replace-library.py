"""Loads lib.so, and compiles MODEL to it anew before the library needs its weights."""

import ctypes
import subprocess
import sys


def compile_with(quantize):
    subprocess.run(["tacit", "compile", sys.argv[1], "--shape", "tokens=1x8", "-q", "--quantize",
                    quantize, "-o", "lib.so"], check=True, stdout=subprocess.DEVNULL)


library = ctypes.CDLL("./lib.so")
error = ctypes.create_string_buffer(512)
for moment, quantize in (("before the first call", "int8"), ("after tacit_close", "int4")):
    compile_with(quantize)
    status = library.tacit_init(error, ctypes.c_size_t(len(error)))
    print(f"{moment}: {status} {error.value.decode()}")
    library.tacit_close()
