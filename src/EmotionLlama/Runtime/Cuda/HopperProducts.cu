// Matrix products for compute capability 9.0 whose sums go through the gate of the feed-forward before they leave the
// multiprocessor.

// Rounds 64 of each row's sums, from FIRST on, to a panel and sends it to a matrix. PANELS are used by turns.
template<int PANELS, int FIRST>
__device__ __forceinline__ void send(const float (&sums)[128], const Map& map, int column, int row, u32 panels, int& turn)
{
    u32 panel = panels + turn * PANEL;
    turn = turn + 1 == PANELS ? 0 : turn + 1;
    if (threadIdx.x % THREADS == 0)
        await_stores_read<PANELS - 1>();

    await_group();
#pragma unroll
    for (int i = 0; i < 8; i++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            int k = FIRST / 2 + 4 * i + 2 * half;
            write_pair(place_of(panel, sum_row(half) % PANEL_ROWS, i), pair_of(sums[k], sums[k + 1]));
        }

    await_group();
    if (threadIdx.x % THREADS == 0)
        store(map, column, row, panel);
}

// gate = left gatesT, up = left upsT, gated = silu(gate) up: a tile has the same 128 columns of both.
struct GatedProduct
{
    static constexpr int STAGES = 4, PANELS = 2, WIDTH = SUM_COLUMNS / 2, RIGHT_BY_ROWS = 0;
    const Map& left;
    const Map& gates;
    const Map& ups;
    const Map& gate;
    const Map& up;
    const Map& gated;
    u32 panels;
    int turn;

    __device__ __forceinline__ void make_barriers() {}

    __device__ __forceinline__ void fetch_right(u32 to, u32 rank, int column, int k, u32 barrier)
    {
        fetch_for_both(to, rank == 0 ? gates : ups, k, column, barrier);
    }

    __device__ __forceinline__ void begin(int row, int column) {}

    // What is gated are gate and up as they are kept: rounded.
    __device__ __forceinline__ void end(float (&sums)[128], int row, int column)
    {
        send<PANELS, 0>(sums, gate, column, row, panels, turn);
        send<PANELS, 64>(sums, gate, column + PANEL_COLUMNS, row, panels, turn);
        send<PANELS, 128>(sums, up, column, row, panels, turn);
        send<PANELS, 192>(sums, up, column + PANEL_COLUMNS, row, panels, turn);
#pragma unroll
        for (int i = 0; i < 64; i++)
        {
            float g = rounded(sums[i]);
            sums[i] = rounded(__fdividef(g, 1 + __expf(-g))) * rounded(sums[64 + i]);
        }

        send<PANELS, 0>(sums, gated, column, row, panels, turn);
        send<PANELS, 64>(sums, gated, column + PANEL_COLUMNS, row, panels, turn);
    }
};

// Replaces gate and up by their gradients, where left right is that of silu(gate) up.
struct GatedProductBackward
{
    static constexpr int STAGES = 3, PAIRS = 2, PANELS = 2 * PAIRS, WIDTH = SUM_COLUMNS, RIGHT_BY_ROWS = 1;
    const Map& left;
    const Map& right;
    const Map& gate;
    const Map& up;
    u64* arrived;
    u32 panels;
    u32 odd;

    __device__ __forceinline__ void make_barriers()
    {
        for (int i = 0; i < GROUPS * PAIRS; i++)
            make_barrier(&arrived[i], 1);
    }

    __device__ __forceinline__ void fetch_right(u32 to, u32 rank, int column, int k, u32 barrier)
    {
        column += rank * SUM_COLUMNS / 2;
        fetch_for_both(to, right, column, k, barrier);
        fetch_for_both(to + PANEL, right, column + PANEL_COLUMNS, k, barrier);
    }

    __device__ __forceinline__ u32 barrier_of(int pair) const
    {
        return address_of(&arrived[threadIdx.x / THREADS * PAIRS + pair]);
    }

    // Fetches a quarter of gate and up to one of the pairs of panels.
    __device__ __forceinline__ void fetch_quarter(int quarter, int row, int column)
    {
        u32 pair = quarter % PAIRS, to = panels + pair * 2 * PANEL;
        arrive_expecting(barrier_of(pair), 2 * PANEL);
        fetch(to, gate, column + quarter * PANEL_COLUMNS, row, barrier_of(pair));
        fetch(to + PANEL, up, column + quarter * PANEL_COLUMNS, row, barrier_of(pair));
    }

    __device__ __forceinline__ void begin(int row, int column)
    {
        if (threadIdx.x % THREADS != 0)
            return;

        await_stores_read<0>();
        for (int quarter = 0; quarter < PAIRS; quarter++)
            fetch_quarter(quarter, row, column);
    }

    __device__ __forceinline__ void end(const float (&sums)[128], int row, int column)
    {
#pragma unroll
        for (int quarter = 0; quarter < 4; quarter++)
        {
            int pair = quarter % PAIRS;
            u32 panel = panels + pair * 2 * PANEL;
            await_round(barrier_of(pair), odd >> pair & 1);
            odd ^= 1 << pair;
#pragma unroll
            for (int i = 0; i < 8; i++)
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    u32 place = place_of(panel, sum_row(half) % PANEL_ROWS, i);
                    int k = quarter * 32 + 4 * i + 2 * half;
                    replace(place, sums[k], sums[k + 1]);
                }

            await_group();
            if (threadIdx.x % THREADS != 0)
                continue;

            store(gate, column + quarter * PANEL_COLUMNS, row, panel);
            store(up, column + quarter * PANEL_COLUMNS, row, panel + PANEL);
            if (quarter + PAIRS < 4)
            {
                await_stores_read<0>();
                fetch_quarter(quarter + PAIRS, row, column);
            }
        }
    }

    // Two of gate and of up, whose panel is the next.
    __device__ __forceinline__ void replace(u32 place, float first, float second)
    {
        float2 g = wide_pair(read_pair(place)), u = wide_pair(read_pair(place + PANEL));
        float a = __fdividef(1, 1 + __expf(-g.x)), b = __fdividef(1, 1 + __expf(-g.y));
        write_pair(place, pair_of(first * u.x * a * (1 + g.x * (1 - a)), second * u.y * b * (1 + g.y * (1 - b))));
        write_pair(place + PANEL, pair_of(first * g.x * a, second * g.y * b));
    }
};

#define KERNEL extern "C" __global__ void __cluster_dims__(2, 1, 1) __launch_bounds__(PRODUCT_THREADS, 1)
#define MAP const __grid_constant__ Map

KERNEL gated_product(MAP left, MAP gates, MAP ups, MAP gate, MAP up, MAP gated, int rows, int columns, int depth)
{
    multiply(GatedProduct{left, gates, ups, gate, up, gated}, rows, columns, depth);
}

KERNEL gated_product_backward(MAP left, MAP right, MAP gate, MAP up, int rows, int columns, int depth)
{
    __shared__ __align__(8) u64 arrived[GROUPS * GatedProductBackward::PAIRS];
    multiply(GatedProductBackward{left, right, gate, up, arrived}, rows, columns, depth);
}
