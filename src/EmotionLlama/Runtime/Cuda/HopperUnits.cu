// The matrix units of compute capability 9.0 ("wgmma" in NVIDIA's PTX manual), which read their factors from shared memory and write
// sums to the registers of a warp group, 128 threads that work together.

constexpr int THREADS = 128;

// A factor lies in shared memory as panels of 64 rows and 64 columns. A panel's rows are 128 bytes, of which eight 16-byte pieces
// are exchanged by the row's number, as the matrix units expect it ("128-byte swizzle").
constexpr int PANEL_ROWS = 64, PANEL_COLUMNS = 64;
constexpr u32 PANEL_ROW = 128, PANEL = PANEL_ROWS * PANEL_ROW, EIGHT_ROWS = 8 * PANEL_ROW;

// How assembly names the data type, and the registers of 32, 64 or 128 sums.
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define KINDS "f32." TEXT(ELEMENT) "." TEXT(ELEMENT)
#define SLOTS_32 "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27," \
    "%28,%29,%30,%31}"
#define SLOTS_64 "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27," \
    "%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55," \
    "%56,%57,%58,%59,%60,%61,%62,%63}"
#define SLOTS_128 \
    "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30," \
    "%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59," \
    "%60,%61,%62,%63,%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88," \
    "%89,%90,%91,%92,%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113," \
    "%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127}"
#define SUMS_4(use, d, i) use(d[i]), use(d[i + 1]), use(d[i + 2]), use(d[i + 3])
#define SUMS_16(use, d, i) SUMS_4(use, d, i), SUMS_4(use, d, i + 4), SUMS_4(use, d, i + 8), SUMS_4(use, d, i + 12)
#define SUMS_32(use, d, i) SUMS_16(use, d, i), SUMS_16(use, d, i + 16)
#define SUMS_64(use, d, i) SUMS_32(use, d, i), SUMS_32(use, d, i + 32)
#define SUMS_128(use, d) SUMS_64(use, d, 0), SUMS_64(use, d, 64)

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

__device__ __forceinline__ u32 pair_of(float first, float second)
{
    T a, b;
    narrow(a, first);
    narrow(b, second);
    return a.bits | (u32)b.bits << 16;
}

__device__ __forceinline__ float2 wide_pair(u32 pair)
{
    T first, second;
    first.bits = (u16)pair;
    second.bits = (u16)(pair >> 16);
    return make_float2(wide(first), wide(second));
}

// Where a thread's sums belong: sums[4 i + 2 half + k] is in row row(half), column column(i) + k.
__device__ __forceinline__ int sum_row(int half)
{
    return threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4 + 8 * half;
}

__device__ __forceinline__ int sum_column(int i) { return 8 * i + threadIdx.x % 4 * 2; }

// Where a thread's pair of sums of column(i) belongs in a row of a panel.
__device__ __forceinline__ u32 place_of(u32 panel, int row, int i)
{
    return panel + row * PANEL_ROW + ((i ^ row) & 7) * 16 + threadIdx.x % 4 * 4;
}

__device__ __forceinline__ void write_pair(u32 at, u32 value)
{
    asm volatile("st.shared.b32 [%0], %1;" :: "r"(at), "r"(value) : "memory");
}

__device__ __forceinline__ u32 read_pair(u32 at)
{
    u32 value;
    asm volatile("ld.shared.b32 %0, [%1];" : "=r"(value) : "r"(at) : "memory");
    return value;
}

__device__ __forceinline__ u32 address_of(const void* shared) { return (u32)__cvta_generic_to_shared(shared); }

// What a block keeps in shared memory.
extern __shared__ __align__(1024) u8 tiles[];
