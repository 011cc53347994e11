// The product of a matrix [outputs, inputs] with COUNT vectors, for which the speed of memory is all that counts: a warp
// reads OUTPUTS rows at once. The first of them are on their way before the vectors are there.
template<int COUNT>
__device__ __forceinline__ void multiply_vectors(const Pack* x, const Pack* matrix, T* result, int outputs, int packs)
{
    constexpr int OUTPUTS = 2, AHEAD = 4;
    int lane = threadIdx.x % 32;
    int output = (blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32) * OUTPUTS;
    if (output >= outputs)
        return;

    const Pack* rows[OUTPUTS];
    float sums[OUTPUTS][COUNT];
#pragma unroll
    for (int o = 0; o < OUTPUTS; o++)
    {
        rows[o] = matrix + (i64)min(output + o, outputs - 1) * packs;
#pragma unroll
        for (int n = 0; n < COUNT; n++)
            sums[o][n] = 0;
    }

    Words read[AHEAD][OUTPUTS];
    auto fetch = [&](int start)
    {
#pragma unroll
        for (int a = 0; a < AHEAD; a++)
        {
#pragma unroll
            for (int o = 0; o < OUTPUTS; o++)
                read[a][o] = weights(rows[o] + min(start + a * 32, packs - 1));
        }
    };
    let_next_begin();
    fetch(lane);
    wait_for_earlier();
    for (int start = lane; start < packs; start += 32 * AHEAD)
    {
        if (start != lane)
            fetch(start);

#pragma unroll
        for (int a = 0; a < AHEAD; a++)
        {
            if (start + a * 32 >= packs)
                break;

#pragma unroll
            for (int n = 0; n < COUNT; n++)
            {
                Words input = state((const T*)(x + (i64)n * packs + start + a * 32));
#pragma unroll
                for (int i = 0; i < VECTOR; i++)
                {
                    float value = wide(input.pack.v[i]);
#pragma unroll
                    for (int o = 0; o < OUTPUTS; o++)
                        sums[o][n] += wide(read[a][o].pack.v[i]) * value;
                }
            }
        }
    }

#pragma unroll
    for (int o = 0; o < OUTPUTS; o++)
    {
#pragma unroll
        for (int n = 0; n < COUNT; n++)
        {
            float sum = sums[o][n];
            for (int offset = 16; offset > 0; offset /= 2)
                sum += __shfl_xor_sync(0xffffffffu, sum, offset);

            if (lane == 0 && output + o < outputs)
                narrow(result[(i64)n * outputs + output + o], sum);
        }
    }
}

#define MULTIPLY(COUNT) \
    extern "C" __global__ void __launch_bounds__(128) multiply_##COUNT( \
        const Pack* x, const Pack* matrix, T* result, int outputs, int packs) \
    { \
        multiply_vectors<COUNT>(x, matrix, result, outputs, packs); \
    }

MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)

// The most likely id of each row, the first of several; -1 where a logit is not a number, and then the next token is 0,
// which any embedding has. A block of 1024 threads for each row.
extern "C" __global__ void __launch_bounds__(1024) choose(
    const T* logits, i64* next, float* chosen, int vocabulary, int stride)
{
    __shared__ float values[32];
    __shared__ int ids[32];
    let_next_begin();
    wait_for_earlier();
    const T* row = logits + (i64)blockIdx.x * stride;
    float best = __uint_as_float(0xff800000u);
    int id = 0x7fffffff;
    bool is_broken = false;
    auto look = [&](float value, int i)
    {
        is_broken = is_broken || value != value;
        if (value > best || id == 0x7fffffff)
        {
            best = value;
            id = i;
        }
    };
    int packs = stride % VECTOR == 0 ? vocabulary / VECTOR : 0;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
    {
        Pack some = ((const Pack*)row)[place];
        for (int i = 0; i < VECTOR; i++)
            look(wide(some.v[i]), place * VECTOR + i);
    }

    for (int i = packs * VECTOR + threadIdx.x; i < vocabulary; i += blockDim.x)
        look(wide(row[i]), i);

    is_broken = __syncthreads_or(is_broken);
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    for (int offset = 16; offset > 0; offset /= 2)
    {
        float other = __shfl_xor_sync(0xffffffffu, best, offset);
        int at = __shfl_xor_sync(0xffffffffu, id, offset);
        if (other > best || (other == best && at < id))
        {
            best = other;
            id = at;
        }
    }

    if (lane == 0)
    {
        values[warp] = best;
        ids[warp] = id;
    }

    __syncthreads();
    if (threadIdx.x != 0)
        return;

    for (int other = 1; other < 32; other++)
    {
        if (values[other] > best || (values[other] == best && ids[other] < id))
        {
            best = values[other];
            id = ids[other];
        }
    }

    next[blockIdx.x] = is_broken ? 0 : id;
    chosen[blockIdx.x] = is_broken ? -1.0f : (float)id;
}
