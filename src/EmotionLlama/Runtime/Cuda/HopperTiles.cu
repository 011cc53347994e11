// Tiles of 64 rows of one head for the matrix units of compute capability 9.0, which read their factors from shared memory
// ("wgmma" in NVIDIA's PTX manual) and write sums to the registers of a warp group, 128 threads that work together.

constexpr int TILE = 64, CHANNELS = 128, HALF = CHANNELS / 2, THREADS = 128;

// A tile lies in shared memory as two panels of 64 channels. A panel's rows are 128 bytes, of which eight 16-byte pieces are
// exchanged by the row's number, as the matrix units expect it ("128-byte swizzle").
constexpr u32 PANEL_ROW = 128, PANEL = TILE * PANEL_ROW, TILE_BYTES = 2 * PANEL, EIGHT_ROWS = 8 * PANEL_ROW;

// How assembly names the data type, and the registers of 32 or 64 sums.
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define KINDS "f32." TEXT(ELEMENT) "." TEXT(ELEMENT)
#define SLOTS_32 "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27," \
    "%28,%29,%30,%31}"
#define SLOTS_64 "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27," \
    "%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55," \
    "%56,%57,%58,%59,%60,%61,%62,%63}"
#define SUMS_4(use, d, i) use(d[i]), use(d[i + 1]), use(d[i + 2]), use(d[i + 3])
#define SUMS_16(use, d, i) SUMS_4(use, d, i), SUMS_4(use, d, i + 4), SUMS_4(use, d, i + 8), SUMS_4(use, d, i + 12)
#define SUMS_32(use, d) SUMS_16(use, d, 0), SUMS_16(use, d, 16)
#define SUMS_64(use, d) SUMS_32(use, d), SUMS_16(use, d, 32), SUMS_16(use, d, 48)

// A place in shared memory as the matrix units are told of it.
__device__ __forceinline__ u64 described(u32 address)
{
    return (u64)(address >> 4) | (u64)(PANEL >> 4) << 16 | (u64)(EIGHT_ROWS >> 4) << 32 | 1ull << 62;
}

__device__ __forceinline__ void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void end_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// Waits until at most LATER groups of products are under way; the sums of those before may be read then.
template<int LATER, int COUNT>
__device__ __forceinline__ void await_products(float (&sums)[COUNT])
{
    asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(LATER) : "memory");
#pragma unroll
    for (int i = 0; i < COUNT; i++)
        asm volatile("" : "+f"(sums[i]) :: "memory");
}

// sums = left rightT: each row of one tile with each row of another.
__device__ __forceinline__ void multiply_rows(float (&sums)[32], u32 left, u32 right)
{
    begin_products();
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n64k16." KINDS " " SLOTS_32 ", %32, %33, 0, 1, 1, 0, 0;"
        : SUMS_32("=f", sums) : "l"(described(left)), "l"(described(right)));
#pragma unroll
    for (int i = 1; i < CHANNELS / 16; i++)
    {
        u32 place = i / 4 * PANEL + i % 4 * 32;
        asm volatile(
            "wgmma.mma_async.sync.aligned.m64n64k16." KINDS " " SLOTS_32 ", %32, %33, 1, 1, 1, 0, 0;"
            : SUMS_32("+f", sums) : "l"(described(left + place)), "l"(described(right + place)));
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
            : SUMS_64("+f", sums)
            : "r"(factors[4 * i]), "r"(factors[4 * i + 1]), "r"(factors[4 * i + 2]), "r"(factors[4 * i + 3]),
              "l"(described(tile + i * 2 * EIGHT_ROWS)));
    }

    end_products();
}

__device__ __forceinline__ u32 pair_of(float first, float second)
{
    T a, b;
    narrow(a, first);
    narrow(b, second);
    return a.bits | (u32)b.bits << 16;
}

// Rounds what the threads hold of 64 x 64 sums; it then has the places that add_product expects.
__device__ __forceinline__ void round_factors(const float (&sums)[32], u32 (&factors)[16])
{
#pragma unroll
    for (int i = 0; i < 16; i++)
        factors[i] = pair_of(sums[2 * i], sums[2 * i + 1]);
}

// Where a thread's sums belong: sums[4 i + 2 half + k] is in row row(half), column column(i) + k.
__device__ __forceinline__ int sum_row(int half)
{
    return threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4 + 8 * half;
}

__device__ __forceinline__ int sum_column(int i) { return 8 * i + threadIdx.x % 4 * 2; }

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

extern __shared__ __align__(1024) u8 tiles[];

__device__ __forceinline__ u32 tile_at(int place) { return (u32)__cvta_generic_to_shared(tiles) + place * TILE_BYTES; }
