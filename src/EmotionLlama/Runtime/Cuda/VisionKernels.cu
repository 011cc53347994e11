// The operators between the matrix products of an encoder, each in one pass over memory.

// x + delta, and its layer normalization; a block for each row.
template<int MOST>
__device__ __forceinline__ void add_layer_norm_row(
    const Pack* x, const Pack* delta, const Pack* weight, const Pack* bias, Pack* sum, Pack* normed, int packs,
    float epsilon)
{
    i64 row = (i64)blockIdx.x * packs;
    Pack kept[MOST];
    float total = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        kept[k] = x[row + place];
        add_residual(kept[k], delta, sum, row + place);
        for (int i = 0; i < VECTOR; i++)
            total += wide(kept[k].v[i]);
    });

    // The squares of the differences need the mean first: in one pass they would cancel where the mean is large.
    float mean = block_sum(make_float2(total, 0)).x / (packs * VECTOR);
    float squares = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        for (int i = 0; i < VECTOR; i++)
            squares += (wide(kept[k].v[i]) - mean) * (wide(kept[k].v[i]) - mean);
    });

    float scale = rsqrtf(block_sum(make_float2(squares, 0)).x / (packs * VECTOR) + epsilon);
    each_pack<MOST>(packs, [&](int k, int place)
    {
        Pack w = weight[place], b = bias[place], result;
        for (int i = 0; i < VECTOR; i++)
            narrow(result.v[i], (wide(kept[k].v[i]) - mean) * scale * wide(w.v[i]) + wide(b.v[i]));

        normed[row + place] = result;
    });
}

#define LAYER_NORM(MOST) \
    extern "C" __global__ void __launch_bounds__(1024) add_layer_norm_##MOST( \
        const Pack* x, const Pack* delta, const Pack* weight, const Pack* bias, Pack* sum, Pack* normed, int packs, \
        float epsilon) \
    { \
        add_layer_norm_row<MOST>(x, delta, weight, bias, sum, normed, packs, epsilon); \
    }

LAYER_NORM(1)
LAYER_NORM(2)

// x * Phi(x) in place, with the error function itself: the products' own epilogue takes an approximation by tanh.
extern "C" __global__ void gelu(Pack* x, i64 packs)
{
    i64 place = (i64)blockIdx.x * blockDim.x + threadIdx.x;
    if (place >= packs)
        return;

    Pack value = x[place];
    for (int i = 0; i < VECTOR; i++)
    {
        float v = wide(value.v[i]);
        narrow(value.v[i], 0.5f * v * (1 + erff(v * 0.70710678f)));
    }

    x[place] = value;
}
