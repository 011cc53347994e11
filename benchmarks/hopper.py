"""What the benchmarks of our kernels for Hopper share: compiling, launching, timing and comparing them. Run them from the
repository's root, on a GPU of compute capability 9.0, with PyTorch installed.
"""
import ctypes
import glob
import os

import torch

FOLDER = "src/EmotionLlama/Runtime/Cuda"

torch.zeros(1, device="cuda")
driver = ctypes.CDLL("libcuda.so.1")
packages = os.path.dirname(os.path.dirname(torch.__file__))
compiler = ctypes.CDLL(
    [path for path in sorted(glob.glob(packages + "/nvidia/*/lib/libnvrtc.so.*")) if "builtins" not in path][0])


def check(code, call):
    if code != 0:
        raise SystemExit(f"{call}: {code}")


class Kernels:
    """Kernels of files, compiled for "bf16" or "f16" and loaded; the first file is always Common.cu.

    kernels: threads of a block and its dynamic shared memory in bytes, by name.
    """

    def __init__(self, element, files, kernels):
        self.shapes, self.functions = kernels, {}
        module = ctypes.c_void_p()
        check(driver.cuModuleLoadData(ctypes.byref(module), self.machine_code(element, files)), "cuModuleLoadData")
        for name, (_, shared) in kernels.items():
            self.functions[name] = ctypes.c_void_p()
            check(driver.cuModuleGetFunction(ctypes.byref(self.functions[name]), module, name.encode()), name)
            check(driver.cuFuncSetAttribute(self.functions[name], 8, shared), "cuFuncSetAttribute")

    @staticmethod
    def machine_code(element, files):
        program, size = ctypes.c_void_p(), ctypes.c_size_t()
        source = "".join(open(f"{FOLDER}/{name}", encoding="utf-8").read() for name in ("Common.cu", *files))
        options = [b"--gpu-architecture=sm_90a", b"--std=c++17", f"--define-macro=ELEMENT={element}".encode()]
        compiler.nvrtcCreateProgram(ctypes.byref(program), source.encode(), None, 0, None, None)
        code = compiler.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
        compiler.nvrtcGetProgramLogSize(program, ctypes.byref(size))
        log = ctypes.create_string_buffer(size.value)
        compiler.nvrtcGetProgramLog(program, log)
        if code != 0:
            raise SystemExit(log.value.decode())

        compiler.nvrtcGetCUBINSize(program, ctypes.byref(size))
        image = ctypes.create_string_buffer(size.value)
        compiler.nvrtcGetCUBIN(program, image)
        return image

    def launch(self, name, blocks, arguments):
        """Queues a kernel; arguments are tensors, numbers, or bytes that are an argument as they are."""
        held = [argument(value) for value in arguments]
        pointers = (ctypes.c_void_p * len(held))(*[ctypes.cast(ctypes.byref(value), ctypes.c_void_p) for value in held])
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        threads, shared = self.shapes[name]
        check(
            driver.cuLaunchKernel(self.functions[name], blocks, 1, 1, threads, 1, 1, shared, stream, pointers, None), name)


def argument(value):
    if torch.is_tensor(value):
        return ctypes.c_uint64(value.data_ptr())

    if isinstance(value, bytes):
        return ctypes.create_string_buffer(value, len(value))

    return ctypes.c_float(value) if isinstance(value, float) else ctypes.c_int(value)


def distance(actual, expected):
    """The norm of the difference over the norm."""
    return f"{((actual.float() - expected).norm() / expected.norm()).item():.1e}"


def timed(work, repeats=20):
    """Microseconds: the median of five times so many calls."""
    for _ in range(5):
        work()

    times = []
    for _ in range(5):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        begin.record()
        for _ in range(repeats):
            work()

        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end) / repeats * 1000)

    return sorted(times)[2]
