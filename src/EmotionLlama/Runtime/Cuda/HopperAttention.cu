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

    // Blocks of one head follow one another, so that they find its rows in the cache.
    __device__ __forceinline__ Place(const int* starts, int blocks, int heads, bool last_first)
    {
        int block = blockIdx.x % blocks, rest = blockIdx.x / blocks, sequence = rest / heads;
        head = rest % heads;
        first = starts[sequence];
        length = starts[sequence + 1] - first;
        int count = (length + TILE - 1) / TILE;
        row = (last_first ? count - 1 - block : block) * TILE;
        if (block >= count)
            row = length;
    }

    __device__ __forceinline__ bool is_empty() const { return row >= length; }
};

// Writes rows of sums: each warp lays its 16 into shared memory, where nothing else is read any more, and writes whole rows
// from there. With angles, the rows are gradients of turned queries or keys, and are turned back.
template<bool TURNS>
__device__ __forceinline__ void write_rows(
    const float (&sums)[64], const float (&factor)[2], u32 tile, T* to, i64 stride, const Place& place, const float* cosines,
    const float* sines, const i64* positions)
{
#pragma unroll
    for (int i = 0; i < 16; i++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            int k = 4 * i + 2 * half;
            u32 pair = pair_of(sums[k] * factor[half], sums[k + 1] * factor[half]);
            write_pair(place_of(tile + i / 8 * PANEL, sum_row(half), i), pair);
        }

    __syncwarp();
    constexpr int ROWS = TILE / 16;
    int piece = threadIdx.x % 8, upper = threadIdx.x / 32 * 16 + threadIdx.x % 32 / 8;
    i64 angles[ROWS];
    float cosine[ROWS][VECTOR], sine[ROWS][VECTOR];
    if (TURNS)
    {
#pragma unroll
        for (int i = 0; i < ROWS; i++)
            angles[i] = positions[place.first + min(place.row + upper + 4 * i, place.length - 1)] * HALF + piece * VECTOR;

#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int k = 0; k < VECTOR; k += 4)
            {
                *(float4*)(cosine[i] + k) = *(const float4*)(cosines + angles[i] + k);
                *(float4*)(sine[i] + k) = *(const float4*)(sines + angles[i] + k);
            }
    }

#pragma unroll
    for (int i = 0; i < ROWS; i++)
    {
        int row = upper + 4 * i;
        const u8* from = tiles + (tile - tile_at(0)) + row * PANEL_ROW + ((piece ^ row) & 7) * 16;
        Pack a = *(const Pack*)from, b = *(const Pack*)(from + PANEL);
        if (TURNS)
        {
#pragma unroll
            for (int k = 0; k < VECTOR; k++)
            {
                float left = wide(a.v[k]), right = wide(b.v[k]);
                narrow(a.v[k], left * cosine[i][k] + right * sine[i][k]);
                narrow(b.v[k], right * cosine[i][k] - left * sine[i][k]);
            }
        }

        T* at = to + (i64)(place.first + place.row + row) * stride + piece * VECTOR;
        if (place.row + row < place.length)
        {
            *(Pack*)at = a;
            *(Pack*)(at + HALF) = b;
        }
    }
}

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
extern "C" __global__ void __launch_bounds__(THREADS, 2) attend(
    const T* queries, const T* keys, const T* values, int stride, T* output, float* logarithms, const int* starts,
    int blocks, int heads, int group, int tokens, float scale)
{
    Place place(starts, blocks, heads, true);
    if (place.is_empty())
        return;

    u32 query = tile_at(0);
    i64 first_key = (i64)place.first * stride + place.head / group * CHANNELS;
    auto key_tile = [](int row) { return tile_at(1 + row / TILE % 2); };
    auto value_tile = [](int row) { return tile_at(3 + row / TILE % 2); };
    auto copy_keys = [&](int row)
    {
        if (row <= place.row)
            copy_tile(key_tile(row), keys + first_key + (i64)row * stride, stride, place.length - row);
    };
    auto copy_values = [&](int row)
    {
        copy_tile(value_tile(row), values + first_key + (i64)row * stride, stride, place.length - row);
    };

    copy_tile(
        query, queries + (i64)(place.first + place.row) * stride + place.head * CHANNELS, stride, place.length - place.row);
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

    // The scores of one tile become shares while the values of the one before are summed.
    for (int row = TILE; row <= place.row; row += TILE)
    {
        await_copies();
        copy_keys(row + TILE);
        copy_values(row);
        multiply_rows(scores, query, key_tile(row));
        add_product(out, factors, value_tile(row - TILE));
        await_products<1>(scores);
        exponentiate(scores, most, total, shrink, scale, row == place.row);
        await_products<0>(out);
#pragma unroll
        for (int i = 0; i < 64; i++)
            out[i] *= shrink[i / 2 % 2];

        round_factors(scores, factors);
    }

    await_copies();
    add_product(out, factors, value_tile(place.row));
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
    write_rows<false>(
        out, share, query, output + place.head * CHANNELS, heads * CHANNELS, place, nullptr, nullptr, nullptr);
}

// The gradient of the queries, and for each of them the product of the output with its gradient, [heads, tokens], which the
// gradient of the keys needs.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attend_backward_queries(
    const T* queries, const T* keys, const T* values, int stride, const T* output, const T* gradient,
    const float* logarithms, float* products, T* result, const int* starts, int blocks, int heads, int group, int tokens,
    float scale, float factor, const float* cosines, const float* sines, const i64* positions)
{
    Place place(starts, blocks, heads, true);
    if (place.is_empty())
        return;

    u32 query = tile_at(0), gradients = tile_at(1);
    i64 first_key = (i64)place.first * stride + place.head / group * CHANNELS;
    auto copy_keys = [&](int row)
    {
        int slot = row / TILE % 2 * 2;
        i64 from = first_key + (i64)row * stride;
        copy_tile(tile_at(2 + slot), keys + from, stride, place.length - row);
        copy_tile(tile_at(3 + slot), values + from, stride, place.length - row);
    };

    i64 token = place.first + place.row;
    int width = heads * CHANNELS;
    copy_tile(query, queries + token * stride + place.head * CHANNELS, stride, place.length - place.row);
    copy_tile(gradients, gradient + token * width + place.head * CHANNELS, width, place.length - place.row);
    copy_tile(tile_at(4), output + token * width + place.head * CHANNELS, width, place.length - place.row);
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
        bool is_there = place.row + row < place.length;
        product[half] = halves[0][row] + halves[1][row];
        logarithm[half] = is_there ? logarithms[at] : 0;
        if (is_there && threadIdx.x % 4 == 0)
            products[at] = product[half];
    }

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
    float factors[2] = {factor, factor};
    write_rows<true>(sums, factors, query, result + place.head * CHANNELS, stride, place, cosines, sines, positions);
}

// The gradients of keys and values. Runs behind that of the queries.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attend_backward_keys(
    const T* queries, const T* keys, const T* values, int stride, const T* gradient, const float* logarithms,
    const float* products, T* key_result, T* value_result, const int* starts, int blocks, int key_heads, int group,
    int tokens, float scale, float factor, const float* cosines, const float* sines, const i64* positions)
{
    Place place(starts, blocks, key_heads, false);
    if (place.is_empty())
        return;

    u32 key = tile_at(0), value = tile_at(1);
    float* numbers = (float*)(tiles + 6 * TILE_BYTES);
    int count = (place.length - place.row + TILE - 1) / TILE, width = key_heads * group * CHANNELS;

    // The tiles of all query heads that read this key head, one head after the other.
    auto copy_queries = [&](int step)
    {
        int slot = step % 2, head = place.head * group + step / count, row = place.row + step % count * TILE;
        i64 token = place.first + row;
        copy_tile(tile_at(2 + 2 * slot), queries + token * stride + head * CHANNELS, stride, place.length - row);
        copy_tile(tile_at(3 + 2 * slot), gradient + token * width + head * CHANNELS, width, place.length - row);
        int column = threadIdx.x % TILE;
        const float* from = threadIdx.x < TILE ? logarithms : products;
        copy_4(
            address_of(numbers + slot * THREADS + threadIdx.x), from + (i64)head * tokens + token + column,
            row + column < place.length);
    };

    i64 from = (i64)(place.first + place.row) * stride + place.head * CHANNELS;
    copy_tile(key, keys + from, stride, place.length - place.row);
    copy_tile(value, values + from, stride, place.length - place.row);
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
    float factors[2] = {factor, factor}, one[2] = {1, 1};
    write_rows<false>(
        value_sums, one, value, value_result + place.head * CHANNELS, stride, place, nullptr, nullptr, nullptr);
    write_rows<true>(
        key_sums, factors, key, key_result + place.head * CHANNELS, stride, place, cosines, sines, positions);
}
