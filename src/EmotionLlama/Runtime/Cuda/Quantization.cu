// Conversions between ELEMENT and the data types of quantized matrices.

// Rows in e4m3 with a scale each; a block for each row.
extern "C" __global__ void __launch_bounds__(512, 3) quantize_rows(
    const Pack* x, Codes* codes, float* scales, int packs)
{
    const Pack* row = x + (i64)blockIdx.x * packs;
    float largest = 0;
    for (int place = threadIdx.x; place < packs; place += blockDim.x)
    {
        Pack pack = row[place];
        kept_row[place] = pack;
        largest = fmaxf(largest, largest_of(pack));
    }

    write_kept_codes(largest, codes, scales, packs);
}

// Values of 4-bit codes, two in a byte with the first one above: the code's level times the largest absolute value of its
// block, which is in 8 bits itself. A thread makes one pack.
extern "C" __global__ void nf4_values(
    const u8* codes, const signed char* maxima, const float* scales, const float* offset, const float* levels,
    Pack* result, i64 packs)
{
    constexpr int BLOCK = 64, SCALED_BLOCKS = 256;
    __shared__ float level[16];
    if (threadIdx.x < 16)
        level[threadIdx.x] = levels[threadIdx.x];

    __syncthreads();
    i64 place = (i64)blockIdx.x * blockDim.x + threadIdx.x;
    if (place >= packs)
        return;

    i64 block = place * VECTOR / BLOCK;
    float largest = __fadd_rn(__fmul_rn((float)maxima[block], scales[block / SCALED_BLOCKS]), *offset);
    u32 bits = VECTOR == 8 ? ((const u32*)codes)[place] : ((const u16*)codes)[place];
    Pack out;
    for (int i = 0; i < VECTOR; i++)
    {
        // The first value of a byte is in its upper half.
        u32 code = (bits >> (i / 2 * 8 + (1 - i % 2) * 4)) & 15;
        narrow(out.v[i], level[code] * largest);
    }

    result[place] = out;
}
