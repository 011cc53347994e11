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

// silu(gate) * up in e4m3 alone.
extern "C" __global__ void __launch_bounds__(512, 3) swiglu_codes(
    const Pack* gate_up, Codes* codes, float* scales, int packs)
{
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    float largest = 0;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
    {
        Pack result = gated(gates[place], gates[packs + place]);
        kept_row[place] = result;
        largest = fmaxf(largest, largest_of(result));
    }

    write_kept_codes(largest, codes, scales, packs);
}

// The gradient of [gate, up] in e4m3 alone.
extern "C" __global__ void __launch_bounds__(512, 3) swiglu_backward_codes(
    const Pack* gradient, const Pack* gate_up, Codes* codes, float* scales, int packs)
{
    const Pack* row = gradient + (i64)blockIdx.x * packs;
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    float largest = 0;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
    {
        Pack gate = gates[place], up = gates[packs + place];
        gated_backward(row[place], gate, up);
        kept_row[place] = gate;
        kept_row[packs + place] = up;
        largest = fmaxf(largest, fmaxf(largest_of(gate), largest_of(up)));
    }

    write_kept_codes(largest, codes, scales, 2 * packs);
}
