// Turns queries and keys, which stand at the front of each row of x, by their positions' angles; a block for each row.
extern "C" __global__ void rope(
    T* x, const float* cosines, const float* sines, const i64* positions, int heads, int half, int stride)
{
    T* row = x + (i64)blockIdx.x * stride;
    const float* cosine = cosines + positions[blockIdx.x] * half;
    const float* sine = sines + positions[blockIdx.x] * half;
    int packs = half / VECTOR;
    for (int item = threadIdx.x; item < heads * packs; item += blockDim.x)
    {
        int channel = item % packs * VECTOR;
        Pack* first = (Pack*)(row + item / packs * 2 * half + channel);
        Pack* second = (Pack*)(row + item / packs * 2 * half + half + channel);
        Pack a = *first, b = *second;
        for (int i = 0; i < VECTOR; i++)
        {
            float c = cosine[channel + i], s = sine[channel + i];
            float left = wide(a.v[i]), right = wide(b.v[i]);
            narrow(a.v[i], left * c - right * s);
            narrow(b.v[i], right * c + left * s);
        }

        *first = a;
        *second = b;
    }
}

// Turns the gradients of queries and keys back and lays them, and those of the values, side by side. Where codes are given,
// they are the row in e4m3.
extern "C" __global__ void rope_backward(
    const T* query, const T* key, const Pack* value, T* result,
    const float* cosines, const float* sines, const i64* positions, int heads, int key_heads, int half,
    Codes* codes, float* scales)
{
    i64 token = blockIdx.x;
    int channels = 2 * half, packs = half / VECTOR;
    T* row = result + token * (heads + 2 * key_heads) * channels;
    const float* cosine = cosines + positions[token] * half;
    const float* sine = sines + positions[token] * half;
    float largest = 0;
    for (int item = threadIdx.x; item < (heads + key_heads) * packs; item += blockDim.x)
    {
        int head = item / packs, channel = item % packs * VECTOR;
        const T* from = head < heads
            ? query + (token * heads + head) * channels
            : key + (token * key_heads + head - heads) * channels;
        Pack a = *(const Pack*)(from + channel), b = *(const Pack*)(from + half + channel);
        for (int i = 0; i < VECTOR; i++)
        {
            float c = cosine[channel + i], s = sine[channel + i];
            float left = wide(a.v[i]), right = wide(b.v[i]);
            narrow(a.v[i], left * c + right * s);
            narrow(b.v[i], right * c - left * s);
        }

        int place = head * channels + channel;
        *(Pack*)(row + place) = a;
        *(Pack*)(row + half + place) = b;
        if (codes)
        {
            kept_row[place / VECTOR] = a;
            kept_row[(half + place) / VECTOR] = b;
            largest = fmaxf(largest, fmaxf(largest_of(a), largest_of(b)));
        }
    }

    int values = key_heads * 2 * packs, turned = (heads + key_heads) * 2 * packs;
    for (int item = threadIdx.x; item < values; item += blockDim.x)
    {
        Pack pack = value[token * values + item];
        ((Pack*)row)[turned + item] = pack;
        if (codes)
        {
            kept_row[turned + item] = pack;
            largest = fmaxf(largest, largest_of(pack));
        }
    }

    if (codes)
        write_kept_codes(largest, codes, scales, turned + values);
}
