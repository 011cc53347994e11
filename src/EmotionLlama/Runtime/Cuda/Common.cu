// What all kernels share; it is put in front of each file of them. Compiled at run time for one data type ELEMENT
// (float, f16 or bf16); arithmetic is float32, and results are rounded where libtorch's separate operators round. Rows
// are read 16 bytes at a time, so their lengths are multiples of VECTOR values.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

struct bf16 { u16 bits; };
struct f16 { u16 bits; };

typedef ELEMENT T;

__device__ __forceinline__ float wide(float value) { return value; }

__device__ __forceinline__ float wide(bf16 value) { return __uint_as_float((u32)value.bits << 16); }

__device__ __forceinline__ float wide(f16 value)
{
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value.bits));
    return result;
}

__device__ __forceinline__ void narrow(float& to, float value) { to = value; }

__device__ __forceinline__ void narrow(bf16& to, float value)
{
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(to.bits) : "f"(value));
#else
    u32 bits = __float_as_uint(value);
    to.bits = isfinite(value) ? (bits + 0x7fff + (bits >> 16 & 1)) >> 16 : value == value ? bits >> 16 : 0x7fff;
#endif
}

__device__ __forceinline__ void narrow(f16& to, float value)
{
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(to.bits) : "f"(value));
}

__device__ __forceinline__ float rounded(float value)
{
    T result;
    narrow(result, value);
    return wide(result);
}

// A kernel that is launched to overlap (OverlappedLaunch) begins while earlier ones run. It lets the next one do so, and
// waits before it reads or writes anything that another one touches, so that the end of its wait is the end of all
// earlier ones. In other launches, both do nothing.
__device__ __forceinline__ void let_next_begin()
{
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
#endif
}

__device__ __forceinline__ void wait_for_earlier()
{
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

constexpr int VECTOR = 16 / sizeof(T);

struct alignas(16) Pack { T v[VECTOR]; };

__device__ __forceinline__ float2 block_sum(float2 value)
{
    __shared__ float2 partial[32];
    for (int offset = 16; offset > 0; offset /= 2)
    {
        value.x += __shfl_xor_sync(0xffffffffu, value.x, offset);
        value.y += __shfl_xor_sync(0xffffffffu, value.y, offset);
    }

    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    if (lane == 0)
        partial[warp] = value;

    __syncthreads();
    value = lane < warps ? partial[lane] : make_float2(0, 0);
    for (int offset = 16; offset > 0; offset /= 2)
    {
        value.x += __shfl_xor_sync(0xffffffffu, value.x, offset);
        value.y += __shfl_xor_sync(0xffffffffu, value.y, offset);
    }

    __syncthreads();
    return value;
}

__device__ __forceinline__ float block_max(float value)
{
    __shared__ float partial[32];
    for (int offset = 16; offset > 0; offset /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, offset));

    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    if (lane == 0)
        partial[warp] = value;

    __syncthreads();
    value = partial[lane < warps ? lane : 0];
    for (int offset = 16; offset > 0; offset /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, offset));

    __syncthreads();
    return value;
}

// The largest e4m3 number, and the smallest maximum that a row is scaled by: no number is divided by zero.
constexpr float E4M3_MAX = 448, SMALLEST_ROW = 1e-30f;

struct alignas(VECTOR) Codes { u8 v[VECTOR]; };

// Two numbers, rounded to the nearest e4m3, the first in the lower byte. What is larger than 448 becomes 448.
__device__ __forceinline__ u16 e4m3_pair(float first, float second)
{
    u16 result = 0;
#if __CUDA_ARCH__ >= 890
    asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(result) : "f"(second), "f"(first));
#endif
    return result;
}

// A row's scale from its largest absolute value: what is written is value * factor, and means that times scale.
struct RowScale
{
    float factor, scale;

    __device__ __forceinline__ explicit RowScale(float largest)
    {
        largest = fmaxf(largest, SMALLEST_ROW);
        factor = E4M3_MAX / largest;
        scale = largest / E4M3_MAX;
    }
};

__device__ __forceinline__ float largest_of(const Pack& pack)
{
    float result = 0;
    for (int i = 0; i < VECTOR; i++)
        result = fmaxf(result, fabsf(wide(pack.v[i])));

    return result;
}

__device__ __forceinline__ Codes codes_of(const Pack& pack, float factor)
{
    Codes result;
    for (int i = 0; i < VECTOR; i += 2)
    {
        u16 pair = e4m3_pair(wide(pack.v[i]) * factor, wide(pack.v[i + 1]) * factor);
        result.v[i] = (u8)pair;
        result.v[i + 1] = (u8)(pair >> 8);
    }

    return result;
}

// Calls body(k, place) for each of the thread's packs of a row of the block's: at most MOST, of which the k-th stands at place.
template<int MOST, typename Body>
__device__ __forceinline__ void each_pack(int packs, Body body)
{
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        body(k, place);
    }
}

// Adds delta, if there is one, and writes the sum to its place.
__device__ __forceinline__ void add_residual(Pack& x, const Pack* delta, Pack* sum, i64 place)
{
    if (!delta)
        return;

    Pack other = delta[place];
    for (int i = 0; i < VECTOR; i++)
        narrow(x.v[i], wide(x.v[i]) + wide(other.v[i]));

    sum[place] = x;
}

// The factor of the block's row, whose scale is written. Each thread knows the largest absolute value of its part; all threads
// of the block call it, and it waits for all of them.
__device__ __forceinline__ float row_factor(float largest, float* scales)
{
    RowScale scale(block_max(largest));
    if (threadIdx.x == 0)
        scales[blockIdx.x] = scale.scale;

    return scale.factor;
}

// Writes a row of the block's in e4m3, with its scale. Each thread holds its packs of the row, at most MOST, and the largest
// absolute value among them; all threads of the block call it.
template<int MOST>
__device__ __forceinline__ void write_codes(
    const Pack (&kept)[MOST], float largest, Codes* codes, float* scales, int packs)
{
    float factor = row_factor(largest, scales);
    i64 row = (i64)blockIdx.x * packs;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        codes[row + place] = codes_of(kept[k], factor);
    });
}

// What a block keeps of a row until the row's maximum is known, where registers for it would leave a multiprocessor room
// for one block alone.
extern __shared__ Pack kept_row[];

// Writes the row that the block keeps in e4m3, with its scale. Each thread knows the largest absolute value among those it
// wrote; all threads of the block call it.
__device__ __forceinline__ void write_kept_codes(float largest, Codes* codes, float* scales, int packs)
{
    float factor = row_factor(largest, scales);
    Codes* row = codes + (i64)blockIdx.x * packs;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
        row[place] = codes_of(kept_row[place], factor);
}
