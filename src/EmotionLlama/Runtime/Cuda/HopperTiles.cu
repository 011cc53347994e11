// Tiles of 64 rows of one head: two panels of 64 channels.

constexpr int TILE = PANEL_ROWS, CHANNELS = 128, HALF = CHANNELS / 2;
constexpr u32 TILE_BYTES = 2 * PANEL;

// sums = left rightT: each row of one tile with each row of another.
__device__ __forceinline__ void multiply_rows(float (&sums)[32], u32 left, u32 right)
{
    begin_products();
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n64k16." KINDS " " SLOTS_32 ", %32, %33, 0, 1, 1, 0, 0;"
        : SUMS_32("=f", sums, 0) : "l"(described(left)), "l"(described(right)));
#pragma unroll
    for (int i = 1; i < CHANNELS / 16; i++)
    {
        u32 place = i / 4 * PANEL + i % 4 * 32;
        asm volatile(
            "wgmma.mma_async.sync.aligned.m64n64k16." KINDS " " SLOTS_32 ", %32, %33, 1, 1, 1, 0, 0;"
            : SUMS_32("+f", sums, 0) : "l"(described(left + place)), "l"(described(right + place)));
    }

    end_products();
}

// sums += factors tile: each row of factors, which the threads hold, with each channel of a tile.
__device__ __forceinline__ void add_product(float (&sums)[64], const u32 (&factors)[16], u32 tile)
{
    begin_products();
#pragma unroll
    for (int i = 0; i < TILE / 16; i++)
    {
        asm volatile(
            "wgmma.mma_async.sync.aligned.m64n128k16." KINDS " " SLOTS_64 ", {%64,%65,%66,%67}, %68, 1, 1, 1, 1;"
            : SUMS_64("+f", sums, 0)
            : "r"(factors[4 * i]), "r"(factors[4 * i + 1]), "r"(factors[4 * i + 2]), "r"(factors[4 * i + 3]),
              "l"(described(tile + i * 2 * EIGHT_ROWS)));
    }

    end_products();
}

// Rounds what the threads hold of 64 x 64 sums; it then has the places that add_product expects.
__device__ __forceinline__ void round_factors(const float (&sums)[32], u32 (&factors)[16])
{
#pragma unroll
    for (int i = 0; i < 16; i++)
        factors[i] = pair_of(sums[2 * i], sums[2 * i + 1]);
}

// A score that counts for nothing.
constexpr float LEAST = -1e30f;

// Hides the scores of keys that come after their query, in a tile on the diagonal; its rows are queries, or else keys.
template<bool ROWS_ARE_QUERIES>
__device__ __forceinline__ void hide(float (&scores)[32])
{
#pragma unroll
    for (int i = 0; i < 32; i++)
    {
        int row = sum_row(i / 2 % 2), column = sum_column(i / 4) + i % 2;
        if (ROWS_ARE_QUERIES ? column > row : column < row)
            scores[i] = LEAST;
    }
}

__device__ __forceinline__ void copy_16(u32 to, const void* from, bool there)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}

__device__ __forceinline__ void copy_4(u32 to, const void* from, bool there)
{
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" :: "r"(to), "l"(from), "r"(there ? 4 : 0) : "memory");
}

// Sends rows of 128 channels on their way to a tile; rows from count on become 0.
__device__ __forceinline__ void copy_tile(u32 to, const T* from, i64 stride, int count)
{
    int piece = threadIdx.x % 16, row = threadIdx.x / 16;
    to += piece / 8 * PANEL + row * PANEL_ROW + ((piece ^ row) & 7) * 16;
    from += row * stride + piece * 8;
#pragma unroll
    for (int i = 0; i < TILE / 8; i++)
        copy_16(to + i * EIGHT_ROWS, from + 8 * i * stride, row + 8 * i < count);
}

// Waits for all copies of all threads, after which the matrix units may read them, and for all threads.
__device__ __forceinline__ void await_copies()
{
    asm volatile("cp.async.wait_all; fence.proxy.async.shared::cta;" ::: "memory");
    __syncthreads();
}

__device__ __forceinline__ float power_of_2(float x)
{
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

__device__ __forceinline__ u32 tile_at(int place) { return address_of(tiles) + place * TILE_BYTES; }

// Writes 64 rows of sums, of which so many are there: each warp lays its 16 into a tile of shared memory that nobody reads any
// more, and writes whole rows from there. With angles, the rows are gradients of turned queries or keys, and are turned back.
template<bool TURNS>
__device__ __forceinline__ void write_rows(
    const float (&sums)[64], const float (&factor)[2], u32 tile, T* to, i64 stride, int count, const float* cosines,
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
            angles[i] = positions[min(upper + 4 * i, count - 1)] * HALF + piece * VECTOR;

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

        T* at = to + row * stride + piece * VECTOR;
        if (row < count)
        {
            *(Pack*)at = a;
            *(Pack*)(at + HALF) = b;
        }
    }
}
