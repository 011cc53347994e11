// Matrix products for compute capability 9.0 whose sums go through the gate of the feed-forward before they leave the
// multiprocessor.

// Writes pairs of 64 columns to one of the panels, which are used by turns, and sends it to a matrix.
template<typename Pair>
__device__ __forceinline__ void send(const Map& map, Place place, u32 panels, int turn, Pair pair)
{
    u32 panel = panels + turn % PANELS * PANEL;
    if (threadIdx.x % THREADS == 0)
        await_stores_read<PANELS - 1>();

    await_group();
#pragma unroll
    for (int i = 0; i < 8; i++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            write_pair(place_of(panel, sum_row(half) % PANEL_ROWS, i), pair(2 * i + half));

    await_group();
    if (threadIdx.x % THREADS == 0)
        store(map, place.column, place.row, panel);
}

// gate = left gatesT, up = left upsT, gated = silu(gate) up: a tile has the same 128 columns of both.
struct GatedProduct
{
    static constexpr int WIDTH = SUM_COLUMNS / 2, RIGHT_BY_ROWS = 0, ROUNDS = 1, PARTS = 6;
    const Map& left;
    const Map& gates;
    const Map& ups;
    const Map& gate;
    const Map& up;
    const Map& gated;
    u32 panels;

    __device__ __forceinline__ void make_barriers() {}

    __device__ __forceinline__ void fetch_right(u32 to, u32 rank, int column, int k, u32 barrier)
    {
        fetch_for_both(to, rank == 0 ? gates : ups, k, column, barrier);
    }

    __device__ __forceinline__ void begin(Place place) {}

    // Sends 64 columns of gate, then of up, then of what is gated, then the other 64.
    __device__ __forceinline__ void end(int round, int part, const u32 (&pairs)[64], Place place, Place next)
    {
        int half = part / 3, first = half * 16;
        place.column += half * PANEL_COLUMNS;
        if (part % 3 == 0)
            send(gate, place, panels, part, [&](int i) { return pairs[first + i]; });
        else if (part % 3 == 1)
            send(up, place, panels, part, [&](int i) { return pairs[first + 32 + i]; });
        else
            send(gated, place, panels, part, [&](int i) { return gated_pair(pairs[first + i], pairs[first + 32 + i]); });
    }

    __device__ __forceinline__ static u32 gated_pair(u32 gate, u32 up)
    {
        float2 g = wide_pair(gate), u = wide_pair(up);
        return pair_of(rounded(__fdividef(g.x, 1 + __expf(-g.x))) * u.x, rounded(__fdividef(g.y, 1 + __expf(-g.y))) * u.y);
    }
};

// Replaces gate and up by their gradients, where left right is that of silu(gate) up.
struct GatedProductBackward
{
    static constexpr int WIDTH = SUM_COLUMNS, RIGHT_BY_ROWS = 1, ROUNDS = SUM_COLUMNS / PANEL_COLUMNS, PARTS = 4;
    const Map& left;
    const Map& right;
    const Map& gate;
    const Map& up;
    u64* arrived;
    u32 panels;
    u32 odd;

    __device__ __forceinline__ void make_barriers()
    {
        for (int i = 0; i < GROUPS; i++)
            make_barrier(&arrived[i], 1);
    }

    __device__ __forceinline__ void fetch_right(u32 to, u32 rank, int column, int k, u32 barrier)
    {
        column += rank * SUM_COLUMNS / 2;
        fetch_for_both(to, right, column, k, barrier);
        fetch_for_both(to + PANEL, right, column + PANEL_COLUMNS, k, barrier);
    }

    __device__ __forceinline__ u32 barrier() const { return address_of(&arrived[threadIdx.x / THREADS]); }

    // Fetches a quarter of gate to the first panel, and of up to the second.
    __device__ __forceinline__ void fetch_quarter(int quarter, Place place)
    {
        arrive_expecting(barrier(), 2 * PANEL);
        fetch(panels, gate, place.column + quarter * PANEL_COLUMNS, place.row, barrier());
        fetch(panels + PANEL, up, place.column + quarter * PANEL_COLUMNS, place.row, barrier());
    }

    __device__ __forceinline__ void begin(Place place)
    {
        if (threadIdx.x % THREADS == 0)
            fetch_quarter(0, place);
    }

    // A round replaces a quarter, then fetches another, of the next tile at last, which has the other parts' time to come.
    __device__ __forceinline__ void end(int round, int part, const u32 (&pairs)[64], Place place, Place next)
    {
        bool is_last = round == ROUNDS - 1;
        if (part == 0)
            replace_quarter(round, pairs, place);
        else if (part == 1 && threadIdx.x % THREADS == 0 && (!is_last || next.row >= 0))
        {
            await_stores_read<0>();
            fetch_quarter(is_last ? 0 : round + 1, is_last ? next : place);
        }
    }

    __device__ __forceinline__ void replace_quarter(int quarter, const u32 (&pairs)[64], Place place)
    {
        await_round(barrier(), odd);
        odd ^= 1;
#pragma unroll
        for (int i = 0; i < 8; i++)
#pragma unroll
            for (int half = 0; half < 2; half++)
                replace(place_of(panels, sum_row(half) % PANEL_ROWS, i), pairs[2 * i + half]);

        await_group();
        if (threadIdx.x % THREADS != 0)
            return;

        store(gate, place.column + quarter * PANEL_COLUMNS, place.row, panels);
        store(up, place.column + quarter * PANEL_COLUMNS, place.row, panels + PANEL);
    }

    // Two of gate and of up, whose panel is the next.
    __device__ __forceinline__ void replace(u32 place, u32 gradient)
    {
        float2 g = wide_pair(read_pair(place)), u = wide_pair(read_pair(place + PANEL)), d = wide_pair(gradient);
        float a = __fdividef(1, 1 + __expf(-g.x)), b = __fdividef(1, 1 + __expf(-g.y));
        write_pair(place, pair_of(d.x * u.x * a * (1 + g.x * (1 - a)), d.y * u.y * b * (1 + g.y * (1 - b))));
        write_pair(place + PANEL, pair_of(d.x * g.x * a, d.y * g.y * b));
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
    __shared__ __align__(8) u64 arrived[GROUPS];
    multiply(GatedProductBackward{left, right, gate, up, arrived}, rows, columns, depth);
}
