// silu(gate) * up.
__device__ __forceinline__ Pack gated(Pack gate, const Pack& up)
{
    for (int i = 0; i < VECTOR; i++)
    {
        float g = wide(gate.v[i]);
        narrow(gate.v[i], rounded(g / (1 + __expf(-g))) * wide(up.v[i]));
    }

    return gate;
}

// Replaces gate and up by their gradients.
__device__ __forceinline__ void gated_backward(const Pack& incoming, Pack& gate, Pack& up)
{
    for (int i = 0; i < VECTOR; i++)
    {
        float g = wide(gate.v[i]), u = wide(up.v[i]), d = wide(incoming.v[i]);
        float sigmoid = 1 / (1 + __expf(-g));
        narrow(gate.v[i], d * u * sigmoid * (1 + g * (1 - sigmoid)));
        narrow(up.v[i], d * g * sigmoid);
    }
}

// silu(gate) * up for rows [gate, up]; a block for each row.
extern "C" __global__ void swiglu(const Pack* gate_up, Pack* result, int packs)
{
    let_next_begin();
    wait_for_earlier();
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    Pack* row = result + (i64)blockIdx.x * packs;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
        row[place] = gated(gates[place], gates[packs + place]);
}

// Replaces [gate, up] by its gradient.
extern "C" __global__ void swiglu_backward(const Pack* gradient, Pack* gate_up, int packs)
{
    const Pack* row = gradient + (i64)blockIdx.x * packs;
    Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
    {
        Pack gate = gates[place], up = gates[packs + place];
        gated_backward(row[place], gate, up);
        gates[place] = gate;
        gates[packs + place] = up;
    }
}

// The same in e4m3 alone: the row's maximum must be known first, so a thread keeps up to MOST packs of it.
template<int MOST>
__device__ __forceinline__ void swiglu_codes_row(const Pack* gate_up, Codes* codes, float* scales, int packs)
{
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    Pack kept[MOST];
    float largest = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        kept[k] = gated(gates[place], gates[packs + place]);
        largest = fmaxf(largest, largest_of(kept[k]));
    });

    write_codes<MOST>(kept, largest, codes, scales, packs);
}

template<int MOST>
__device__ __forceinline__ void swiglu_backward_codes_row(
    const Pack* gradient, const Pack* gate_up, Codes* codes, float* scales, int packs)
{
    const Pack* row = gradient + (i64)blockIdx.x * packs;
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    Codes* to = codes + (i64)blockIdx.x * 2 * packs;
    Pack kept[MOST], kept_up[MOST];
    float largest = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        kept[k] = gates[place];
        kept_up[k] = gates[packs + place];
        gated_backward(row[place], kept[k], kept_up[k]);
        largest = fmaxf(largest, fmaxf(largest_of(kept[k]), largest_of(kept_up[k])));
    });

    RowScale scale(block_max(largest));
    if (threadIdx.x == 0)
        scales[blockIdx.x] = scale.scale;

    each_pack<MOST>(packs, [&](int k, int place)
    {
        to[place] = codes_of(kept[k], scale.factor);
        to[packs + place] = codes_of(kept_up[k], scale.factor);
    });
}

#define GATES(MOST) \
    extern "C" __global__ void __launch_bounds__(1024) swiglu_codes_##MOST( \
        const Pack* gate_up, Codes* codes, float* scales, int packs) \
    { \
        swiglu_codes_row<MOST>(gate_up, codes, scales, packs); \
    } \
    extern "C" __global__ void __launch_bounds__(1024) swiglu_backward_codes_##MOST( \
        const Pack* gradient, const Pack* gate_up, Codes* codes, float* scales, int packs) \
    { \
        swiglu_backward_codes_row<MOST>(gradient, gate_up, codes, scales, packs); \
    }

GATES(1)
GATES(2)
GATES(4)
