// Causal attention inside each sequence of packed rows, for heads of 128 channels. A block of one warp group keeps 64 rows of
// one head, of queries or of keys, and goes through the tiles of 64 rows that these attend to, or that attend to these; the
// next tile is on its way while one is computed with. Sums are float32; shares and their gradients are rounded before they are
// multiplied. Nothing is summed by atomics, so results are the same in every run.
//
// Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023, algorithms 1 and 2.

// The rows of a block: those from row on of a sequence of length rows, which begins at row first of all.
struct Place
{
    int head, first, length, row;

    __device__ __forceinline__ Place(const int* starts, int sequence, int head, int block, bool last_first) : head(head)
    {
        first = starts[sequence];
        length = starts[sequence + 1] - first;
        row = (last_first ? tiles_of_all() - 1 - block : block) * TILE;
        if (block >= tiles_of_all())
            row = length;
    }

    __device__ __forceinline__ int tiles_of_all() const { return (length + TILE - 1) / TILE; }

    __device__ __forceinline__ bool is_empty() const { return row >= length; }

    __device__ __forceinline__ i64 token() const { return first + row; }
};

// Replaces scores by their exponentials, relative to the largest score of their row so far, and adds those up; sums so far
// are to shrink by the factors that it gives.
__device__ __forceinline__ void exponentiate(
    float (&scores)[32], float (&most)[2], float (&total)[2], float (&shrink)[2], float scale, bool is_diagonal)
{
    if (is_diagonal)
        hide<true>(scores);

#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        float largest = most[half];
#pragma unroll
        for (int i = 2 * half; i < 32; i += 4)
            largest = fmaxf(largest, fmaxf(scores[i], scores[i + 1]));

        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, 1));
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, 2));
        shrink[half] = power_of_2((most[half] - largest) * scale);
        most[half] = largest;
        total[half] *= shrink[half];
        float offset = largest * scale;
#pragma unroll
        for (int i = 2 * half; i < 32; i += 4)
            for (int k = 0; k < 2; k++)
                total[half] += scores[i + k] = power_of_2(scores[i + k] * scale - offset);
    }
}

// What queries read from keys and values. Rows of the input have stride values; logarithms are those of the sums of
// exponentials, to base 2, [heads, tokens]; scale is that of the scores, times log2(e).
extern "C" __global__ void __launch_bounds__(THREADS, 3) attend(
    const T* queries, const T* keys, const T* values, int stride, T* output, float* logarithms, const int* starts,
    int blocks, int heads, int group, int tokens, float scale)
{
    // Blocks of one head follow one another, so that they find its rows in the cache.
    int rest = blockIdx.x / blocks;
    Place place(starts, rest / heads, rest % heads, blockIdx.x % blocks, true);
    if (place.is_empty())
        return;

    u32 query = tile_at(0), value = tile_at(3);
    i64 first_key = (i64)place.first * stride + place.head / group * CHANNELS;
    auto key_tile = [](int row) { return tile_at(1 + row / TILE % 2); };
    auto copy_keys = [&](int row)
    {
        if (row <= place.row)
            copy_tile(key_tile(row), keys + first_key + (i64)row * stride, stride, place.length - row);
    };
    auto copy_values = [&](int row)
    {
        copy_tile(value, values + first_key + (i64)row * stride, stride, place.length - row);
    };

    copy_tile(
        query, queries + place.token() * stride + place.head * CHANNELS, stride, place.length - place.row);
    copy_keys(0);
    await_copies();
    copy_keys(TILE);
    copy_values(0);
    float out[64] = {}, scores[32], most[2] = {LEAST, LEAST}, total[2] = {}, shrink[2];
    u32 factors[16];
    multiply_rows(scores, query, key_tile(0));
    await_products<0>(scores);
    exponentiate(scores, most, total, shrink, scale, place.row == 0);
    round_factors(scores, factors);

    // The scores of one tile become shares while the values of the one before are summed. A second tile of values would leave the
    // multiprocessor room for two blocks instead of three.
    for (int row = TILE; row <= place.row; row += TILE)
    {
        await_copies();
        copy_keys(row + TILE);
        multiply_rows(scores, query, key_tile(row));
        add_product(out, factors, value);
        await_products<1>(scores);
        exponentiate(scores, most, total, shrink, scale, row == place.row);
        await_products<0>(out);
        __syncthreads();
        copy_values(row);
#pragma unroll
        for (int i = 0; i < 64; i++)
            out[i] *= shrink[i / 2 % 2];

        round_factors(scores, factors);
    }

    await_copies();
    add_product(out, factors, value);
    await_products<0>(out);
    float share[2];
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
        share[half] = 1 / total[half];
        int row = place.row + sum_row(half);
        if (threadIdx.x % 4 == 0 && row < place.length)
            logarithms[(i64)place.head * tokens + place.first + row] = most[half] * scale + __log2f(total[half]);
    }

    __syncthreads();
    int width = heads * CHANNELS;
    write_rows<false>(
        out, share, query, output + place.token() * width + place.head * CHANNELS, width, place.length - place.row, nullptr,
        nullptr, nullptr);
}

// Counts a block in global memory, and waits until so many have been counted there: what these wrote before, the one that waited
// sees.
__device__ __forceinline__ void count_block(int* counted)
{
    __syncthreads();
    if (threadIdx.x == 0)
        asm volatile("red.release.gpu.global.add.s32 [%0], 1;" :: "l"(counted) : "memory");
}

__device__ __forceinline__ void await_blocks(const int* counted, int count)
{
    int seen = 0;
    while (threadIdx.x == 0 && seen < count)
        asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(seen) : "l"(counted) : "memory");

    __syncthreads();
}

// The gradient of attention. Rows of queries, keys and values, and of the result, have stride values; group query heads read
// each key head.
struct AttentionBackward
{
    const T* queries;
    const T* keys;
    const T* values;
    int stride;
    const T* output;
    const T* gradient;
    const float* logarithms;
    float* products;
    T* result;
    int heads, group, tokens;
    float scale, factor;
    const float* cosines;
    const float* sines;
    const i64* positions;

    // A row and a head of the output or its gradient.
    __device__ __forceinline__ i64 output_at(i64 token, int head) const { return (token * heads + head) * CHANNELS; }

    // Turns rows back and writes them as heads from first_head on.
    template<bool TURNS>
    __device__ __forceinline__ void write(const float (&sums)[64], float factor, u32 tile, const Place& place, int first_head)
    {
        float factors[2] = {factor, factor};
        write_rows<TURNS>(
            sums, factors, tile, result + place.token() * stride + (first_head + place.head) * CHANNELS, stride,
            place.length - place.row, cosines, sines, positions + place.token());
    }

    // The gradient of the queries, and for each of them the product of the output with its gradient, [heads, tokens], which
    // the gradient of the keys needs.
    __device__ __forceinline__ void of_queries(const Place& place, int* counted)
    {
        u32 query = tile_at(0), gradients = tile_at(1);
        i64 first_key = (i64)place.first * stride + place.head / group * CHANNELS;
        auto copy_keys = [&](int row)
        {
            int slot = row / TILE % 2 * 2;
            i64 from = first_key + (i64)row * stride;
            copy_tile(tile_at(2 + slot), keys + from, stride, place.length - row);
            copy_tile(tile_at(3 + slot), values + from, stride, place.length - row);
        };

        i64 token = place.token(), from = output_at(token, place.head);
        int width = heads * CHANNELS, count = place.length - place.row;
        copy_tile(query, queries + token * stride + place.head * CHANNELS, stride, count);
        copy_tile(gradients, gradient + from, width, count);
        copy_tile(tile_at(4), output + from, width, count);
        copy_keys(0);
        await_copies();

        // Each thread takes half a row, and no two of eight the same banks.
        __shared__ float halves[2][TILE];
        int own = threadIdx.x % TILE;
        const u8* own_gradients = tiles + TILE_BYTES + threadIdx.x / TILE * PANEL + own * PANEL_ROW;
        float sum = 0;
        for (int piece = 0; piece < 8; piece++)
        {
            const u8* at = own_gradients + ((piece ^ own) & 7) * 16;
            Pack a = *(const Pack*)at, b = *(const Pack*)(at + 3 * TILE_BYTES);
            for (int k = 0; k < VECTOR; k++)
                sum += wide(a.v[k]) * wide(b.v[k]);
        }

        halves[threadIdx.x / TILE][own] = sum;
        __syncthreads();
        float logarithm[2], product[2];
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            int row = sum_row(half);
            i64 at = (i64)place.head * tokens + token + row;
            product[half] = halves[0][row] + halves[1][row];
            logarithm[half] = row < count ? logarithms[at] : 0;
            if (row < count && threadIdx.x % 4 == 0)
                products[at] = product[half];
        }

        count_block(counted);
        float sums[64] = {};
        for (int row = 0; row <= place.row; row += TILE)
        {
            await_copies();
            if (row < place.row)
                copy_keys(row + TILE);

            int slot = row / TILE % 2 * 2;
            float shares[32], changes[32];
            multiply_rows(shares, query, tile_at(2 + slot));
            multiply_rows(changes, gradients, tile_at(3 + slot));
            await_products<1>(shares);
            if (row == place.row)
                hide<true>(shares);

#pragma unroll
            for (int i = 0; i < 32; i++)
                shares[i] = power_of_2(shares[i] * scale - logarithm[i / 2 % 2]);

            await_products<0>(changes);
#pragma unroll
            for (int i = 0; i < 32; i++)
                shares[i] *= changes[i] - product[i / 2 % 2];

            u32 factors[16];
            round_factors(shares, factors);
            add_product(sums, factors, tile_at(2 + slot));
            await_products<0>(sums);
        }

        __syncthreads();
        write<true>(sums, factor, query, place, 0);
    }

    // The gradients of keys and values, when so many blocks of the queries that read them have been counted.
    __device__ __forceinline__ void of_keys(const Place& place, const int* counted)
    {
        u32 key = tile_at(0), value = tile_at(1);
        float* numbers = (float*)(tiles + 6 * TILE_BYTES);
        int count = (place.length - place.row + TILE - 1) / TILE;

        // The tiles of all query heads that read this key head, one head after the other.
        auto copy_queries = [&](int step)
        {
            int slot = step % 2, head = place.head * group + step / count, row = place.row + step % count * TILE;
            i64 token = place.first + row;
            copy_tile(tile_at(2 + 2 * slot), queries + token * stride + head * CHANNELS, stride, place.length - row);
            copy_tile(tile_at(3 + 2 * slot), gradient + output_at(token, head), heads * CHANNELS, place.length - row);
            int column = threadIdx.x % TILE;
            const float* from = threadIdx.x < TILE ? logarithms : products;
            copy_4(
                address_of(numbers + slot * THREADS + threadIdx.x), from + (i64)head * tokens + token + column,
                row + column < place.length);
        };

        i64 from = place.token() * stride + place.head * CHANNELS;
        copy_tile(key, keys + from, stride, place.length - place.row);
        copy_tile(value, values + from, stride, place.length - place.row);
        await_blocks(counted, place.tiles_of_all() * group);
        copy_queries(0);
        float key_sums[64] = {}, value_sums[64] = {};
        for (int step = 0; step < group * count; step++)
        {
            await_copies();
            if (step + 1 < group * count)
                copy_queries(step + 1);

            int slot = step % 2;
            u32 query = tile_at(2 + 2 * slot), gradients = tile_at(3 + 2 * slot);
            const float* logarithm = numbers + slot * THREADS;
            const float* product = logarithm + TILE;
            float shares[32], changes[32];
            multiply_rows(shares, key, query);
            multiply_rows(changes, value, gradients);
            await_products<1>(shares);
            if (step % count == 0)
                hide<false>(shares);

#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                float2 logs = *(const float2*)(logarithm + sum_column(i));
#pragma unroll
                for (int k = 0; k < 4; k++)
                    shares[4 * i + k] = power_of_2(shares[4 * i + k] * scale - (k % 2 ? logs.y : logs.x));
            }

            u32 factors[16];
            round_factors(shares, factors);
            add_product(value_sums, factors, gradients);
            await_products<1>(changes);
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                float2 sums = *(const float2*)(product + sum_column(i));
#pragma unroll
                for (int k = 0; k < 4; k++)
                    shares[4 * i + k] *= changes[4 * i + k] - (k % 2 ? sums.y : sums.x);
            }

            u32 change_factors[16];
            round_factors(shares, change_factors);
            add_product(key_sums, change_factors, query);
            await_products<0>(key_sums);
            await_products<0>(value_sums);
        }

        __syncthreads();
        write<false>(value_sums, 1, value, place, heads + heads / group);
        write<true>(key_sums, factor, key, place, heads);
    }
};

// Blocks of queries and of keys are in one launch, chunks of so many key heads one after the other: what the former have read, the
// latter find in the second-level cache. counted has a zero for each key head of each sequence. Blocks begin in their order, so
// those that are waited for have begun.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attend_backward(
    const T* queries, const T* keys, const T* values, int stride, const T* output, const T* gradient,
    const float* logarithms, float* products, int* counted, T* result, const int* starts, int sequences, int blocks, int chunk,
    int heads, int group, int tokens, float scale, float factor, const float* cosines, const float* sines, const i64* positions)
{
    int of_keys = chunk * blocks, of_queries = of_keys * group, inside = blockIdx.x % (of_queries + of_keys);
    bool is_keys = inside >= of_queries;
    if (is_keys)
        inside -= of_queries;

    int of_head = is_keys ? blocks : blocks * group, key_heads = heads / group;
    int unit = blockIdx.x / (of_queries + of_keys) * chunk + inside / of_head;
    if (unit >= sequences * key_heads)
        return;

    int head = unit % key_heads;
    if (!is_keys)
        head = head * group + inside % of_head / blocks;

    Place place(starts, unit / key_heads, head, inside % blocks, !is_keys);
    if (place.is_empty())
        return;

    AttentionBackward backward{
        queries, keys, values, stride, output, gradient, logarithms, products, result, heads, group, tokens, scale, factor,
        cosines, sines, positions};
    if (is_keys)
        backward.of_keys(place, counted + unit);
    else
        backward.of_queries(place, counted + unit);
}
