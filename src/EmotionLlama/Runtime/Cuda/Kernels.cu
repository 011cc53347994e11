// The operators between the matrix products of the decoder, each in one pass over memory.

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
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        kept[k] = x[row + place];
        if (delta)
        {
            Pack other = delta[row + place];
            for (int i = 0; i < VECTOR; i++)
                narrow(kept[k].v[i], wide(kept[k].v[i]) + wide(other.v[i]));

            sum[row + place] = kept[k];
        }

        for (int i = 0; i < VECTOR; i++)
            squares += wide(kept[k].v[i]) * wide(kept[k].v[i]);
    }

    float scale = rsqrtf(block_sum(make_float2(squares, 0)).x / (packs * VECTOR) + epsilon);
    float largest = 0;
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

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
            continue;

        Draw draw(seed, row + place);
        for (int i = 0; i < VECTOR; i++)
            narrow(result.v[i], draw[i] >= threshold ? wide(result.v[i]) * keep_scale : 0);

        dropped[row + place] = result;
    }

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
    Pack kept[MOST];
    float incoming[MOST][VECTOR];
    float2 sums = make_float2(0, 0);
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        kept[k] = x[row + place];
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
    }

    sums = block_sum(sums);
    int hidden = packs * VECTOR;
    float scale = rsqrtf(sums.x / hidden + epsilon);
    float pull = scale * scale * scale * sums.y / hidden;
    float largest = 0;
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        Pack out, other;
        if (residual)
            other = residual[row + place];

        for (int i = 0; i < VECTOR; i++)
        {
            float value = incoming[k][i] * scale - wide(kept[k].v[i]) * pull;
            narrow(out.v[i], residual ? value + wide(other.v[i]) : value);
        }

        result[row + place] = out;
        if (codes)
        {
            kept[k] = out;
            largest = fmaxf(largest, largest_of(out));
        }
    }

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

// Turns queries and keys, which stand at the front of each row of x, by their positions' angles; a block for each row.
extern "C" __global__ void rope(
    T* x, const float* cosines, const float* sines, const i64* positions, int heads, int half, int stride)
{
    T* row = x + (i64)blockIdx.x * stride;
    const float* cosine = cosines + positions[blockIdx.x] * half;
    const float* sine = sines + positions[blockIdx.x] * half;
    int packs = half / VECTOR;
    for (int item = threadIdx.x; item < heads * packs; item += blockDim.x)
    {
        int channel = item % packs * VECTOR;
        Pack* first = (Pack*)(row + item / packs * 2 * half + channel);
        Pack* second = (Pack*)(row + item / packs * 2 * half + half + channel);
        Pack a = *first, b = *second;
        for (int i = 0; i < VECTOR; i++)
        {
            float c = cosine[channel + i], s = sine[channel + i];
            float left = wide(a.v[i]), right = wide(b.v[i]);
            narrow(a.v[i], left * c - right * s);
            narrow(b.v[i], right * c + left * s);
        }

        *first = a;
        *second = b;
    }
}

// Turns the gradients of queries and keys back and lays them, and those of the values, side by side. Where codes are given,
// they are the row in e4m3.
extern "C" __global__ void rope_backward(
    const T* query, const T* key, const Pack* value, T* result,
    const float* cosines, const float* sines, const i64* positions, int heads, int key_heads, int half,
    Codes* codes, float* scales)
{
    i64 token = blockIdx.x;
    int channels = 2 * half, packs = half / VECTOR;
    T* row = result + token * (heads + 2 * key_heads) * channels;
    const float* cosine = cosines + positions[token] * half;
    const float* sine = sines + positions[token] * half;
    float largest = 0;
    for (int item = threadIdx.x; item < (heads + key_heads) * packs; item += blockDim.x)
    {
        int head = item / packs, channel = item % packs * VECTOR;
        const T* from = head < heads
            ? query + (token * heads + head) * channels
            : key + (token * key_heads + head - heads) * channels;
        Pack a = *(const Pack*)(from + channel), b = *(const Pack*)(from + half + channel);
        for (int i = 0; i < VECTOR; i++)
        {
            float c = cosine[channel + i], s = sine[channel + i];
            float left = wide(a.v[i]), right = wide(b.v[i]);
            narrow(a.v[i], left * c + right * s);
            narrow(b.v[i], right * c - left * s);
        }

        *(Pack*)(row + head * channels + channel) = a;
        *(Pack*)(row + head * channels + half + channel) = b;
        largest = fmaxf(largest, fmaxf(largest_of(a), largest_of(b)));
    }

    int values = key_heads * 2 * packs;
    Pack* to = (Pack*)(row + (heads + key_heads) * channels);
    for (int item = threadIdx.x; item < values; item += blockDim.x)
    {
        Pack pack = value[token * values + item];
        to[item] = pack;
        largest = fmaxf(largest, largest_of(pack));
    }

    if (!codes)
        return;

    // The maximum waits for all threads, so what they wrote is there to be read, in the cache.
    RowScale scale(block_max(largest));
    if (threadIdx.x == 0)
        scales[token] = scale.scale;

    int all = (heads + 2 * key_heads) * 2 * packs;
    for (int item = threadIdx.x; item < all; item += blockDim.x)
        codes[token * all + item] = codes_of(((const Pack*)row)[item], scale.factor);
}

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

// The same in e4m3 alone: the row's maximum must be known first, so a thread keeps up to MOST packs of it. Blocks are small, so
// that a multiprocessor holds several, and one reads while another waits for its maximum.
template<int MOST>
__device__ __forceinline__ void swiglu_codes_row(const Pack* gate_up, Codes* codes, float* scales, int packs)
{
    const Pack* gates = gate_up + (i64)blockIdx.x * 2 * packs;
    Pack kept[MOST];
    float largest = 0;
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        kept[k] = gated(gates[place], gates[packs + place]);
        largest = fmaxf(largest, largest_of(kept[k]));
    }

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
#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        kept[k] = gates[place];
        kept_up[k] = gates[packs + place];
        gated_backward(row[place], kept[k], kept_up[k]);
        largest = fmaxf(largest, fmaxf(largest_of(kept[k]), largest_of(kept_up[k])));
    }

    RowScale scale(block_max(largest));
    if (threadIdx.x == 0)
        scales[blockIdx.x] = scale.scale;

#pragma unroll
    for (int k = 0; k < MOST; k++)
    {
        int place = threadIdx.x + k * blockDim.x;
        if (place >= packs)
            break;

        to[place] = codes_of(kept[k], scale.factor);
        to[packs + place] = codes_of(kept_up[k], scale.factor);
    }
}

#define GATES(MOST) \
    extern "C" __global__ void __launch_bounds__(512) swiglu_codes_##MOST( \
        const Pack* gate_up, Codes* codes, float* scales, int packs) \
    { \
        swiglu_codes_row<MOST>(gate_up, codes, scales, packs); \
    } \
    extern "C" __global__ void __launch_bounds__(512) swiglu_backward_codes_##MOST( \
        const Pack* gradient, const Pack* gate_up, Codes* codes, float* scales, int packs) \
    { \
        swiglu_backward_codes_row<MOST>(gradient, gate_up, codes, scales, packs); \
    }

GATES(1)
GATES(2)
GATES(4)
GATES(8)

// The cross entropy of each row, whose logits are replaced by factor times their gradient; a block for each row.
extern "C" __global__ void cross_entropy(T* logits, const i64* targets, float* losses, int vocabulary, float factor)
{
    T* row = logits + (i64)blockIdx.x * vocabulary;
    float largest = -3.4e38f;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        largest = fmaxf(largest, wide(row[i]));

    largest = block_max(largest);
    float sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        sum += __expf(wide(row[i]) - largest);

    sum = block_sum(make_float2(sum, 0)).x;
    i64 target = targets[blockIdx.x];
    if (threadIdx.x == 0)
        losses[blockIdx.x] = largest + logf(sum) - wide(row[target]);

    __syncthreads();
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        float probability = __expf(wide(row[i]) - largest) / sum;
        narrow(row[i], (probability - (i == target)) * factor);
    }
}

// One step of AdamW, unless the norm of all gradients is not finite. The rate is divided by the first moment's
// correction already.
extern "C" __global__ void adamw(
    float* parameter, const float* gradient, float* first, float* second, i64 count, const float* norm,
    float loss_scale, float maximum, float rate, float beta1, float beta2, float epsilon, float decay, float correction)
{
    float total = *norm / loss_scale;
    if (!isfinite(total))
        return;

    float factor = (maximum > 0 && total > maximum ? maximum / (total + 1e-6f) : 1) / loss_scale;
    i64 stride = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride)
    {
        float g = gradient[i] * factor;
        float m = first[i] + (g - first[i]) * (1 - beta1);
        float v = second[i] * beta2 + g * g * (1 - beta2);
        first[i] = m;
        second[i] = v;
        parameter[i] = parameter[i] * (1 - decay) - rate * m / (sqrtf(v) / correction + epsilon);
    }
}
