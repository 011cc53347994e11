// What a matrix product for compute capability 9.0 is made of: factors come to shared memory by its copy engine ("TMA"), a barrier
// there says when they have, and the matrix units multiply them. Two blocks of a cluster work on rows below one another with the
// same columns of the right factor, of which each fetches one half for both. What becomes of a tile's sums is done while the matrix
// units are at the next tile.

// Where a matrix lies, and which part of it is copied at once; encoded by the driver.
struct alignas(64) Map { u64 words[16]; };

// A block computes 128 rows by two warp groups, whose sums are 64 rows and 256 columns; a third fetches the factors.
constexpr int GROUP_ROWS = PANEL_ROWS, BLOCK_ROWS = 2 * GROUP_ROWS, CLUSTER_ROWS = 2 * BLOCK_ROWS, SUM_COLUMNS = 256, DEPTH = 64;
constexpr int GROUPS = 2, FETCHING = GROUPS, PRODUCT_THREADS = (GROUPS + 1) * THREADS;

// Stages that factors are fetched to, by turns, and behind them each warp group's own panels.
constexpr int STAGES = 4, PANELS = 2;

// What is fetched at once: 64 summed indices of both factors, in panels. The right factor's halves lie behind one another.
constexpr u32 LEFT_BYTES = BLOCK_ROWS * PANEL_ROW, HALF_BYTES = SUM_COLUMNS / 2 * PANEL_ROW;
constexpr u32 STAGE_BYTES = LEFT_BYTES + 2 * HALF_BYTES;

// sums += left right for 16 summed indices. The right factor's values lie together along them, or else (RIGHT_BY_ROWS) along
// its columns.
template<int RIGHT_BY_ROWS>
__device__ __forceinline__ void add_step(float (&sums)[128], u64 left, u64 right)
{
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n256k16." KINDS " " SLOTS_128 ", %128, %129, 1, 1, 1, 0, %130;"
        : SUMS_128("+f", sums) : "l"(left), "l"(right), "n"(RIGHT_BY_ROWS));
}

// The description of a place that lies so many bytes behind.
__device__ __forceinline__ u64 behind(u64 description, u32 bytes)
{
    return (description & 0xffffffff00000000ull) | ((u32)description + (bytes >> 4));
}

// A barrier in shared memory, an address here: a round of it ends when so many have arrived, and all bytes that they
// expected.
__device__ __forceinline__ void make_barrier(u64* barrier, u32 arrivals)
{
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(address_of(barrier)), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void arrive_expecting(u32 barrier, u32 bytes)
{
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
}

// Arrives at the same barrier of one block of the cluster. In a wider scope than the usual one each arrival would wait for all of
// memory, which made products half as slow again.
__device__ __forceinline__ void arrive_at(u32 barrier, u32 block)
{
    asm volatile(
        "{ .reg .b32 there; mapa.shared::cluster.u32 there, %0, %1; mbarrier.arrive.shared::cluster.b64 _, [there]; }"
        :: "r"(barrier), "r"(block) : "memory");
}

// Waits for the end of the barrier's even rounds (0) or odd ones (1).
__device__ __forceinline__ void await_round(u32 barrier, u32 odd)
{
    u32 ended = 0;
    while (!ended)
    {
        asm volatile(
            "{ .reg .pred ended; mbarrier.try_wait.parity.shared::cta.b64 ended, [%1], %2; selp.u32 %0, 1, 0, ended; }"
            : "=r"(ended) : "r"(barrier), "r"(odd) : "memory");
    }
}

__device__ __forceinline__ void await_cluster()
{
    asm volatile("barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

// Fetches a part of a matrix; what lies beyond its edges becomes 0.
__device__ __forceinline__ void fetch(u32 to, const Map& map, int column, int row, u32 barrier)
{
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];"
        :: "r"(to), "l"(&map), "r"(column), "r"(row), "r"(barrier) : "memory");
}

// The same for both blocks of the cluster.
__device__ __forceinline__ void fetch_for_both(u32 to, const Map& map, int column, int row, u32 barrier)
{
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster "
        "[%0], [%1, {%2, %3}], [%4], %5;"
        :: "r"(to), "l"(&map), "r"(column), "r"(row), "r"(barrier), "h"((u16)3) : "memory");
}

// Writes a panel to a part of a matrix; nothing beyond its edges. The thread's stores are waited for one by one.
__device__ __forceinline__ void store(const Map& map, int column, int row, u32 from)
{
    asm volatile(
        "cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [%0, {%1, %2}], [%3]; cp.async.bulk.commit_group;"
        :: "l"(&map), "r"(column), "r"(row), "r"(from) : "memory");
}

// Waits until all but LATER of the thread's stores have read their panels.
template<int LATER>
__device__ __forceinline__ void await_stores_read()
{
    asm volatile("cp.async.bulk.wait_group.read %0;" :: "n"(LATER) : "memory");
}

__device__ __forceinline__ void await_stores() { asm volatile("cp.async.bulk.wait_group 0;" ::: "memory"); }

// Lets the copy engine see what threads have written to shared memory, and waits for all threads of the warp group.
__device__ __forceinline__ void await_group()
{
    asm volatile("fence.proxy.async.shared::cta; bar.sync %0, %1;" :: "r"(threadIdx.x / THREADS + 1), "n"(THREADS) : "memory");
}

// The stages that factors come by, one behind the other, and the barriers that say which hold factors and which are free.
struct Ring
{
    u32 first, filled, freed, stage = 0, odd = 0;

    __device__ __forceinline__ u32 left() const { return first + stage * STAGE_BYTES; }

    __device__ __forceinline__ u32 right() const { return left() + LEFT_BYTES; }

    __device__ __forceinline__ u32 barrier() const { return filled + stage * sizeof(u64); }

    __device__ __forceinline__ void await_filled() const { await_round(barrier(), odd); }

    // In the first round, all are.
    __device__ __forceinline__ void await_freed() const { await_round(freed + stage * sizeof(u64), odd ^ 1); }

    // Called by all threads of a warp group, which has done with the stage.
    __device__ __forceinline__ void free() const
    {
        if (threadIdx.x % THREADS < 2)
            arrive_at(freed + stage * sizeof(u64), threadIdx.x % THREADS);
    }

    __device__ __forceinline__ void step()
    {
        if (++stage == STAGES)
        {
            stage = 0;
            odd ^= 1;
        }
    }
};

// The tiles of a product in the order in which clusters take them: bands of rows, so that what clusters read at the same time
// stays in the second-level cache.
template<int WIDTH>
struct Tiles
{
    static constexpr int BAND = 10;
    int down, across, first, stride;

    __device__ __forceinline__ Tiles(int rows, int columns)
        : down((rows + CLUSTER_ROWS - 1) / CLUSTER_ROWS), across((columns + WIDTH - 1) / WIDTH), first(blockIdx.x / 2),
          stride(gridDim.x / 2)
    {
    }

    // Calls body(row, column) with the first row and column of each of the cluster's tiles.
    template<typename Body>
    __device__ __forceinline__ void each(Body body) const
    {
        for (int tile = first; tile < down * across; tile += stride)
        {
            int band = tile / (BAND * across), inside = tile % (BAND * across), high = min(BAND, down - band * BAND);
            body((band * BAND + inside % high) * CLUSTER_ROWS, inside / high * WIDTH);
        }
    }
};

// Where the factors of a warp group lie in the first stage, as the matrix units are told of it.
struct Factors
{
    u64 left, right;

    // In a cluster, an address in shared memory begins with the number of the block, for which descriptions have no room.
    __device__ __forceinline__ Factors(u32 first, int group)
        : left(described((first & 0x3ffff) + group * PANEL)), right(described((first & 0x3ffff) + LEFT_BYTES))
    {
    }
};

// Adds a stage's products to the sums, does something beside them, and frees the stage.
template<int RIGHT_BY_ROWS, typename Beside>
__device__ __forceinline__ void add_stage(float (&sums)[128], Ring& ring, const Factors& factors, Beside beside)
{
    u64 left = behind(factors.left, ring.stage * STAGE_BYTES), right = behind(factors.right, ring.stage * STAGE_BYTES);
    ring.await_filled();
    begin_products();
#pragma unroll
    for (int i = 0; i < DEPTH / 16; i++)
        add_step<RIGHT_BY_ROWS>(sums, behind(left, i * 32), behind(right, i * (RIGHT_BY_ROWS ? 2 * EIGHT_ROWS : 32)));

    end_products();
    beside();
    await_products<0>(sums);
    ring.free();
    ring.step();
}

// Where a warp group's part of a tile lies; none has no row.
struct Place { int row, column; };

// Puts the next quarter first.
__device__ __forceinline__ void drop_quarter(u32 (&pairs)[64])
{
#pragma unroll
    for (int i = 0; i < 48; i++)
        pairs[i] = pairs[i + 16];
}

// A job ends a tile in rounds of parts, each of them beside one stage. A round finds the sums that it needs, in pairs, in the same
// registers as the round before. Calls part(round, number in the round).
template<typename Job, typename Part>
__device__ __forceinline__ void each_part(u32 (&pairs)[64], Part part)
{
#pragma unroll 1
    for (int round = 0; round < Job::ROUNDS; round++)
    {
#pragma unroll
        for (int i = 0; i < Job::PARTS; i++)
            part(round, i);

        drop_quarter(pairs);
    }
}

// Computes a product, of which the job says what comes from where and what becomes of the sums: they are kept rounded, and the job
// ends a tile beside the first stages of the next one, so that the matrix units need not wait.
template<typename Job>
__device__ __forceinline__ void multiply(Job job, int rows, int columns, int depth)
{
    __shared__ __align__(8) u64 filled[STAGES], freed[STAGES];
    u32 rank, first = address_of(tiles);
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    if (threadIdx.x == 0)
    {
        for (int i = 0; i < STAGES; i++)
        {
            make_barrier(&filled[i], 1);
            make_barrier(&freed[i], 2 * GROUPS);
        }

        job.make_barriers();
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }

    await_cluster();
    Ring ring{first, address_of(filled), address_of(freed)};
    Tiles<Job::WIDTH> order(rows, columns);

    // Stages beyond the factors' edges hold zeros.
    constexpr int PARTS = Job::ROUNDS * Job::PARTS;
    int stages = max((depth + DEPTH - 1) / DEPTH, PARTS), group = threadIdx.x / THREADS;
    if (group == FETCHING)
    {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 24;");
        if (threadIdx.x == FETCHING * THREADS)
        {
            order.each([&](int row, int column)
            {
                for (int k = 0; k < stages; k++, ring.step())
                {
                    ring.await_freed();
                    arrive_expecting(ring.barrier(), STAGE_BYTES);
                    fetch(ring.left(), job.left, k * DEPTH, row + rank * BLOCK_ROWS, ring.barrier());
                    job.fetch_right(ring.right() + rank * HALF_BYTES, rank, column, k * DEPTH, ring.barrier());
                }
            });
        }
    }
    else
    {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 240;");
        job.panels = first + STAGES * STAGE_BYTES + group * PANELS * PANEL;
        Factors factors(first, group);
        u32 kept[64];
        Place before{-1, 0};
        order.each([&](int row, int column)
        {
            Place place{row + (int)rank * BLOCK_ROWS + group * GROUP_ROWS, column};
            float sums[128];
#pragma unroll
            for (int i = 0; i < 128; i++)
                sums[i] = 0;

            int k = 0;
            if (before.row < 0)
                job.begin(place);
            else
            {
                each_part<Job>(kept, [&](int round, int part)
                {
                    add_stage<Job::RIGHT_BY_ROWS>(sums, ring, factors, [&] { job.end(round, part, kept, before, place); });
                });
                k = PARTS;
            }

            for (; k < stages; k++)
                add_stage<Job::RIGHT_BY_ROWS>(sums, ring, factors, [] {});

#pragma unroll
            for (int i = 0; i < 64; i++)
                kept[i] = pair_of(sums[2 * i], sums[2 * i + 1]);

            before = place;
        });

        Place none{-1, 0};
        if (before.row >= 0)
            each_part<Job>(kept, [&](int round, int part) { job.end(round, part, kept, before, none); });

        await_stores();
    }

    // Nobody leaves while the other block may still send to it.
    await_cluster();
}
