// Queries, keys and values on their way from the product that makes them to attention, in one pass over memory: low-rank updates
// are added, and queries and keys are turned by their positions' angles. A block of one warp group has 64 tokens and a few heads
// of one kind, and fetches the next head while it is at one. Sums are float32 until they are turned.

// Heads of one kind: where they begin in a row, and their update, if they have one: the second matrix, [heads * channels, rank],
// and the tokens' inner values, in rows of low_stride.
struct Heads
{
    int first, count;
    const T* low;
    const T* second;
    bool turns;
};

// Sends 64 rows of at most 64 values, in packs, on their way to a panel; what is missing becomes 0.
__device__ __forceinline__ void copy_panel(u32 to, const T* from, i64 stride, int rows, int packs)
{
    int piece = threadIdx.x % 8, row = threadIdx.x / 8;
    to += row * PANEL_ROW + ((piece ^ row) & 7) * 16;
    from += row * stride + piece * VECTOR;
#pragma unroll
    for (int i = 0; i < PANEL_ROWS / 16; i++)
        copy_16(to + i * 2 * EIGHT_ROWS, from + 16 * i * stride, row + 16 * i < rows && piece < packs);
}

// sums += left rightT: the rows of a panel with those of two, which lie behind one another.
__device__ __forceinline__ void add_rows_product(float (&sums)[64], u32 left, u32 right)
{
    begin_products();
#pragma unroll
    for (int i = 0; i < PANEL_COLUMNS / 16; i++)
    {
        asm volatile(
            "wgmma.mma_async.sync.aligned.m64n128k16." KINDS " " SLOTS_64 ", %64, %65, 1, 1, 1, 0, 0;"
            : SUMS_64("+f", sums, 0) : "l"(described(left + i * 32)), "l"(described(right + i * 32)));
    }

    end_products();
    await_products<0>(sums);
}

// The angles of a thread's sums, of the first half of a head's channels.
struct Angles
{
    float2 cosine[2][8], sine[2][8];

    __device__ __forceinline__ Angles(const float* cosines, const float* sines, const i64* positions, int rows)
    {
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            i64 from = positions[min(sum_row(half), rows - 1)] * HALF;
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                cosine[half][i] = *(const float2*)(cosines + from + sum_column(i));
                sine[half][i] = *(const float2*)(sines + from + sum_column(i));
            }
        }
    }

    __device__ __forceinline__ void turn(float (&sums)[64]) const
    {
#pragma unroll
        for (int half = 0; half < 2; half++)
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                int k = 4 * i + 2 * half;
                turn(sums[k], sums[k + 32], cosine[half][i].x, sine[half][i].x);
                turn(sums[k + 1], sums[k + 33], cosine[half][i].y, sine[half][i].y);
            }
    }

    __device__ __forceinline__ static void turn(float& left, float& right, float cosine, float sine)
    {
        float before = left;
        left = before * cosine - right * sine;
        right = right * cosine + before * sine;
    }
};

// x has rows of stride values: the heads of queries, of keys and of values. Those without an update have no matrices; where values
// have none, no block is launched for them.
extern "C" __global__ void __launch_bounds__(THREADS, 2) update_and_turn(
    T* x, int stride, int tokens, int heads, int key_heads, int heads_of_block, int groups, const T* low_query,
    const T* second_query, const T* low_key, const T* second_key, const T* low_value, const T* second_value, int low_stride,
    int rank, const float* cosines, const float* sines, const i64* positions)
{
    int query_groups = (heads + heads_of_block - 1) / heads_of_block;
    int key_groups = (key_heads + heads_of_block - 1) / heads_of_block;
    int group = blockIdx.x % groups, row = blockIdx.x / groups * TILE, rows = tokens - row;
    Heads of = group < query_groups ? Heads{0, heads, low_query, second_query, true}
        : group < query_groups + key_groups ? Heads{heads, key_heads, low_key, second_key, true}
        : Heads{heads + key_heads, key_heads, low_value, second_value, false};
    int begin = (group < query_groups ? group : (group - query_groups) % key_groups) * heads_of_block;
    int end = min(begin + heads_of_block, of.count), packs = rank / VECTOR;
    T* first = x + (i64)row * stride + of.first * CHANNELS;
    u32 low = tile_at(4);
    auto copy_head = [&](int head)
    {
        int slot = head % 2 * 2;
        copy_tile(tile_at(slot), first + head * CHANNELS, stride, rows);
        if (of.second)
        {
            const T* from = of.second + (i64)head * CHANNELS * rank;
            copy_panel(tile_at(1 + slot), from, rank, PANEL_ROWS, packs);
            copy_panel(tile_at(1 + slot) + PANEL, from + PANEL_ROWS * rank, rank, PANEL_ROWS, packs);
        }
    };

    if (of.second)
        copy_panel(low, of.low + (i64)row * low_stride, low_stride, rows, packs);

    copy_head(begin);
    Angles angles(cosines, sines, positions + row, min(rows, TILE));
    for (int head = begin; head < end; head++)
    {
        await_copies();
        if (head + 1 < end)
            copy_head(head + 1);

        u32 tile = tile_at(head % 2 * 2);
        float sums[64];
#pragma unroll
        for (int i = 0; i < 16; i++)
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                float2 pair = wide_pair(read_pair(place_of(tile + i / 8 * PANEL, sum_row(half), i)));
                sums[4 * i + 2 * half] = pair.x;
                sums[4 * i + 2 * half + 1] = pair.y;
            }

        if (of.second)
            add_rows_product(sums, low, tile + TILE_BYTES);

        if (of.turns)
            angles.turn(sums);

        float one[2] = {1, 1};
        write_rows<false>(sums, one, tile, first + head * CHANNELS, stride, rows, nullptr, nullptr, nullptr);
    }
}
