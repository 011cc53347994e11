// Normalization and dropout. Like all between the decoder's matrix products, each is one pass over memory.

// Random bits that are a function of seed and place: Philox4x32 with 7 rounds (Salmon et al., "Parallel Random Numbers:
// As Easy as 1, 2, 3", 2011). Eight 16-bit numbers, one for each value of a pack.
struct Draw
{
    u32 words[4];

    __device__ __forceinline__ Draw(u64 seed, u64 place)
    {
        u32 c0 = (u32)place, c1 = (u32)(place >> 32), c2 = 0, c3 = 0;
        u32 k0 = (u32)seed, k1 = (u32)(seed >> 32);
        for (int round = 0; round < 7; round++)
        {
            u32 high0 = __umulhi(0xD2511F53u, c0), low0 = 0xD2511F53u * c0;
            u32 high1 = __umulhi(0xCD9E8D57u, c2), low1 = 0xCD9E8D57u * c2;
            c0 = high1 ^ c1 ^ k0;
            c1 = low1;
            c2 = high0 ^ c3 ^ k1;
            c3 = low0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }

        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }

    __device__ __forceinline__ u32 operator[](int i) const { return (words[i / 2] >> (i % 2 * 16)) & 0xffffu; }
};

// sum = x + delta, normed = sum / sqrt(mean(sum^2) + epsilon) * weight; a block for each row, of which a thread keeps at
// most MOST packs. Without delta, sum is x. Where dropped is given, it is normed behind a dropout; where codes are, they are
// normed in e4m3, and normed itself may be missing.
template<int MOST>
__device__ __forceinline__ void add_rms_norm_row(
    const Pack* x, const Pack* delta, const Pack* weight, Pack* sum, Pack* normed,
    Pack* dropped, u64 seed, u32 threshold, float keep_scale, Codes* codes, float* scales, int packs, float epsilon)
{
    let_next_begin();
    wait_for_earlier();
    i64 row = (i64)blockIdx.x * packs;
    Pack kept[MOST];
    float squares = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        kept[k] = x[row + place];
        add_residual(kept[k], delta, sum, row + place);
        for (int i = 0; i < VECTOR; i++)
            squares += wide(kept[k].v[i]) * wide(kept[k].v[i]);
    });

    float scale = rsqrtf(block_sum(make_float2(squares, 0)).x / (packs * VECTOR) + epsilon);
    float largest = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        Pack w = weight[place], result;
        for (int i = 0; i < VECTOR; i++)
            narrow(result.v[i], rounded(wide(kept[k].v[i]) * scale) * wide(w.v[i]));

        if (normed)
            normed[row + place] = result;

        if (codes)
        {
            kept[k] = result;
            largest = fmaxf(largest, largest_of(result));
        }

        if (!dropped)
            return;

        Draw draw(seed, row + place);
        for (int i = 0; i < VECTOR; i++)
            narrow(result.v[i], draw[i] >= threshold ? wide(result.v[i]) * keep_scale : 0);

        dropped[row + place] = result;
    });

    if (codes)
        write_codes<MOST>(kept, largest, codes, scales, packs);
}

// The gradient of x through its normalization, and besides it: the residual's. What comes back through the low-rank
// update passes the update's dropout on its way to the gradient of the normalized row. Where codes are given, they are the
// result in e4m3.
template<int MOST>
__device__ __forceinline__ void rms_norm_backward_row(
    const Pack* gradient, const Pack* low, u64 seed, u32 threshold, float keep_scale,
    const Pack* x, const Pack* weight, const Pack* residual, Pack* result, Codes* codes, float* scales,
    int packs, float epsilon)
{
    i64 row = (i64)blockIdx.x * packs;
    Pack kept[MOST], beside[MOST];
    float incoming[MOST][VECTOR];
    float2 sums = make_float2(0, 0);
    each_pack<MOST>(packs, [&](int k, int place)
    {
        kept[k] = x[row + place];

        // Behind the sums it would have to be waited for.
        if (residual)
            beside[k] = residual[row + place];

        Pack g = gradient[row + place], w = weight[place];
        for (int i = 0; i < VECTOR; i++)
            incoming[k][i] = wide(g.v[i]);

        if (low)
        {
            Pack update = low[row + place];
            Draw draw(seed, row + place);
            for (int i = 0; i < VECTOR; i++)
                incoming[k][i] += draw[i] >= threshold ? wide(update.v[i]) * keep_scale : 0;
        }

        for (int i = 0; i < VECTOR; i++)
        {
            incoming[k][i] *= wide(w.v[i]);
            sums.x += wide(kept[k].v[i]) * wide(kept[k].v[i]);
            sums.y += wide(kept[k].v[i]) * incoming[k][i];
        }
    });

    sums = block_sum(sums);
    int hidden = packs * VECTOR;
    float scale = rsqrtf(sums.x / hidden + epsilon);
    float pull = scale * scale * scale * sums.y / hidden;
    float largest = 0;
    each_pack<MOST>(packs, [&](int k, int place)
    {
        Pack out;
        for (int i = 0; i < VECTOR; i++)
        {
            float value = incoming[k][i] * scale - wide(kept[k].v[i]) * pull;
            narrow(out.v[i], residual ? value + wide(beside[k].v[i]) : value);
        }

        result[row + place] = out;
        if (codes)
        {
            kept[k] = out;
            largest = fmaxf(largest, largest_of(out));
        }
    });

    if (codes)
        write_codes<MOST>(kept, largest, codes, scales, packs);
}

#define NORMS(MOST) \
    extern "C" __global__ void __launch_bounds__(1024) add_rms_norm_##MOST( \
        const Pack* x, const Pack* delta, const Pack* weight, Pack* sum, Pack* normed, \
        Pack* dropped, u64 seed, u32 threshold, float keep_scale, Codes* codes, float* scales, \
        int packs, float epsilon) \
    { \
        add_rms_norm_row<MOST>( \
            x, delta, weight, sum, normed, dropped, seed, threshold, keep_scale, codes, scales, packs, epsilon); \
    } \
    extern "C" __global__ void __launch_bounds__(1024) rms_norm_backward_##MOST( \
        const Pack* gradient, const Pack* low, u64 seed, u32 threshold, float keep_scale, \
        const Pack* x, const Pack* weight, const Pack* residual, Pack* result, Codes* codes, float* scales, \
        int packs, float epsilon) \
    { \
        rms_norm_backward_row<MOST>( \
            gradient, low, seed, threshold, keep_scale, x, weight, residual, result, codes, scales, packs, epsilon); \
    }

NORMS(1)
NORMS(2)

extern "C" __global__ void dropout(
    const Pack* x, Pack* result, i64 packs, u64 seed, u32 threshold, float keep_scale)
{
    i64 place = (i64)blockIdx.x * blockDim.x + threadIdx.x;
    if (place >= packs)
        return;

    Pack value = x[place];
    Draw draw(seed, place);
    for (int i = 0; i < VECTOR; i++)
        narrow(value.v[i], draw[i] >= threshold ? wide(value.v[i]) * keep_scale : 0);

    result[place] = value;
}
