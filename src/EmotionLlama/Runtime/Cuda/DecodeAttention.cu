// The kernels of decoding: one new token of each of several sequences, which attends to its prompt, that several sequences
// may share, and to its own answer so far. Where a sequence stands is read from the device's memory, so that the same
// launches serve every token.

constexpr int WARPS = 4;
constexpr float LOWEST = -1e30f;

// A pack as it is read. Its values are taken apart where they are used, so that one read need not wait for the other.
union Words
{
    u32 words[4];
    Pack pack;
};

// Weights are read once: they need no place in the first cache, where the inputs shall stay. Volatile, so that they are
// read where it is written.
__device__ __forceinline__ Words weights(const Pack* from)
{
    Words result;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(result.words[0]), "=r"(result.words[1]), "=r"(result.words[2]), "=r"(result.words[3]) : "l"(from));
    return result;
}

// What an earlier kernel may have written.
__device__ __forceinline__ Words state(const T* from)
{
    Words result;
    asm volatile("ld.global.v4.u32 {%0, %1, %2, %3}, [%4];"
        : "=r"(result.words[0]), "=r"(result.words[1]), "=r"(result.words[2]), "=r"(result.words[3]) : "l"(from));
    return result;
}

// Turns the queries of each row in place, and keeps the turned keys and the values behind those of the answer so far;
// `parts` blocks for each row [queries, keys, values].
extern "C" __global__ void rope_and_keep(
    T* rows, T* keys, T* values, const float* cosines, const float* sines, const i64* positions,
    const i64* prompt_of_row, const i64* prompt_lengths, int heads, int key_heads, int half, int capacity, int parts)
{
    let_next_begin();
    wait_for_earlier();
    int row = blockIdx.x / parts, channels = 2 * half, packs = half / VECTOR;
    i64 position = positions[row];
    i64 place = position - prompt_lengths[prompt_of_row[row]];
    const float* cosine = cosines + position * half;
    const float* sine = sines + position * half;
    T* from = rows + (i64)row * (heads + 2 * key_heads) * channels;
    int turned = (heads + key_heads) * packs, items = turned + key_heads * 2 * packs;
    for (int item = blockIdx.x % parts * blockDim.x + threadIdx.x; item < items; item += parts * blockDim.x)
    {
        if (item >= turned)
        {
            int head = (item - turned) / (2 * packs), channel = (item - turned) % (2 * packs) * VECTOR;
            T* to = values + (((i64)row * key_heads + head) * capacity + place) * channels;
            *(Pack*)(to + channel) = *(const Pack*)(from + (heads + key_heads + head) * channels + channel);
            continue;
        }

        int head = item / packs, channel = item % packs * VECTOR;
        T* source = from + head * channels + channel;
        Pack a = *(const Pack*)source, b = *(const Pack*)(source + half);
        for (int i = 0; i < VECTOR; i++)
        {
            float c = cosine[channel + i], s = sine[channel + i];
            float left = wide(a.v[i]), right = wide(b.v[i]);
            narrow(a.v[i], left * c - right * s);
            narrow(b.v[i], right * c + left * s);
        }

        T* to = head < heads
            ? source
            : keys + (((i64)row * key_heads + head - heads) * capacity + place) * channels + channel;
        *(Pack*)to = a;
        *(Pack*)(to + half) = b;
    }
}

// Attention of one query over `chunk` places of its sequence, prompt and answer in one count; a block for each row, head
// and chunk. GROUP lanes look at one place, a pack of channels each, and at KEYS places at a time, so that enough reads
// are on their way. With several chunks the results are parts: weighted values, the largest score and the sum of weights.
template<int GROUP>
__device__ __forceinline__ void attend_row(
    const T* rows, const T* prompt_keys, const T* prompt_values, const T* answer_keys, const T* answer_values,
    const i64* positions, const i64* prompt_of_row, const i64* prompt_lengths, T* result, float* parts,
    int heads, int key_heads, int channels, int longest, int capacity, int chunks, int chunk, float scale)
{
    constexpr int KEYS = 4;
    constexpr int GROUPS = WARPS * 32 / GROUP;
    __shared__ float tops[GROUPS], sums[GROUPS], outs[WARPS * 32 * VECTOR];

    let_next_begin();
    wait_for_earlier();
    int item = blockIdx.x / chunks, row = item / heads, head = item % heads, key_head = head / (heads / key_heads);
    int first = blockIdx.x % chunks * chunk, length = (int)positions[row] + 1;
    if (first >= length)
        return;

    int end = min(first + chunk, length);
    int group = threadIdx.x / GROUP, lane = threadIdx.x % GROUP;

    // Lanes beyond the channels see the first ones, and ask for nothing.
    bool has_channels = lane * VECTOR < channels;
    int channel = has_channels ? lane * VECTOR : 0;
    i64 prompt = prompt_of_row[row];
    int prompt_length = (int)prompt_lengths[prompt];
    i64 prompt_start = (prompt * key_heads + key_head) * longest * channels + channel;
    i64 answer_start = (((i64)row * key_heads + key_head) * capacity - prompt_length) * channels + channel;

    float query[VECTOR], out[VECTOR], top = LOWEST, sum = 0;
    Words asked = state(rows + ((i64)row * (heads + 2 * key_heads) + head) * channels + channel);
    for (int i = 0; i < VECTOR; i++)
    {
        query[i] = has_channels ? wide(asked.pack.v[i]) * scale : 0;
        out[i] = 0;
    }

    for (int start = first; start < end; start += GROUPS * KEYS)
    {
        Words keys[KEYS], values[KEYS];
        float scores[KEYS];
#pragma unroll
        for (int k = 0; k < KEYS; k++)
        {
            int place = min(start + k * GROUPS + group, end - 1);
            bool is_answer = place >= prompt_length;
            i64 at = (is_answer ? answer_start : prompt_start) + (i64)place * channels;
            keys[k] = state((is_answer ? answer_keys : prompt_keys) + at);
            values[k] = state((is_answer ? answer_values : prompt_values) + at);
        }

        float highest = top;
#pragma unroll
        for (int k = 0; k < KEYS; k++)
        {
            float score = 0;
            for (int i = 0; i < VECTOR; i++)
                score += query[i] * wide(keys[k].pack.v[i]);

#pragma unroll
            for (int offset = GROUP / 2; offset > 0; offset /= 2)
                score += __shfl_xor_sync(0xffffffffu, score, offset);

            scores[k] = start + k * GROUPS + group < end ? score : 2 * LOWEST;
            highest = fmaxf(highest, scores[k]);
        }

        float shrink = exp2f(top - highest);
        sum *= shrink;
        for (int i = 0; i < VECTOR; i++)
            out[i] *= shrink;

#pragma unroll
        for (int k = 0; k < KEYS; k++)
        {
            float weight = exp2f(scores[k] - highest);
            sum += weight;
            for (int i = 0; i < VECTOR; i++)
                out[i] += weight * wide(values[k].pack.v[i]);
        }

        top = highest;
    }

    if (lane == 0)
    {
        tops[group] = top;
        sums[group] = sum;
    }

    for (int i = 0; i < VECTOR; i++)
        outs[threadIdx.x * VECTOR + i] = out[i];

    __syncthreads();
    float highest = LOWEST, total = 0;
    for (int g = 0; g < GROUPS; g++)
        highest = fmaxf(highest, tops[g]);

    for (int g = 0; g < GROUPS; g++)
        total += sums[g] * exp2f(tops[g] - highest);

    float* part = parts + (i64)blockIdx.x * (channels + 2);
    for (int i = threadIdx.x; i < channels; i += blockDim.x)
    {
        float value = 0;
        for (int g = 0; g < GROUPS; g++)
            value += outs[g * GROUP * VECTOR + i] * exp2f(tops[g] - highest);

        if (chunks == 1)
            narrow(result[(i64)item * channels + i], value / total);
        else
            part[i] = value;
    }

    if (chunks > 1 && threadIdx.x == 0)
    {
        part[channels] = highest;
        part[channels + 1] = total;
    }
}

#define ATTEND(GROUP) \
    extern "C" __global__ void __launch_bounds__(WARPS * 32) attend_##GROUP( \
        const T* rows, const T* prompt_keys, const T* prompt_values, const T* answer_keys, const T* answer_values, \
        const i64* positions, const i64* prompt_of_row, const i64* prompt_lengths, T* result, float* parts, \
        int heads, int key_heads, int channels, int longest, int capacity, int chunks, int chunk, float scale) \
    { \
        attend_row<GROUP>( \
            rows, prompt_keys, prompt_values, answer_keys, answer_values, positions, prompt_of_row, prompt_lengths, \
            result, parts, heads, key_heads, channels, longest, capacity, chunks, chunk, scale); \
    }

ATTEND(1)
ATTEND(2)
ATTEND(4)
ATTEND(8)
ATTEND(16)
ATTEND(32)

// Puts the chunks of each row and head together; a block for each.
extern "C" __global__ void join_chunks(
    const float* parts, const i64* positions, T* result, int heads, int channels, int chunks, int chunk)
{
    let_next_begin();
    wait_for_earlier();
    int used = (int)((positions[blockIdx.x / heads] + chunk) / chunk), width = channels + 2;
    parts += (i64)blockIdx.x * chunks * width;
    float highest = LOWEST, total = 0;
    for (int c = 0; c < used; c++)
        highest = fmaxf(highest, parts[c * width + channels]);

    for (int c = 0; c < used; c++)
        total += parts[c * width + channels + 1] * exp2f(parts[c * width + channels] - highest);

    for (int channel = threadIdx.x; channel < channels; channel += blockDim.x)
    {
        float value = 0;
        for (int c = 0; c < used; c++)
            value += parts[c * width + channel] * exp2f(parts[c * width + channels] - highest);

        narrow(result[(i64)blockIdx.x * channels + channel], value / total);
    }
}
