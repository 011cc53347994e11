// The cross entropy of each row, whose logits are replaced by factor times their gradient; a block for each row.
extern "C" __global__ void cross_entropy(T* logits, const i64* targets, float* losses, int vocabulary, float factor)
{
    T* row = logits + (i64)blockIdx.x * vocabulary;
    float largest = -3.4e38f;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        largest = fmaxf(largest, wide(row[i]));

    largest = block_max(largest);
    float sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        sum += __expf(wide(row[i]) - largest);

    sum = block_sum(make_float2(sum, 0)).x;
    i64 target = targets[blockIdx.x];
    if (threadIdx.x == 0)
        losses[blockIdx.x] = largest + logf(sum) - wide(row[target]);

    __syncthreads();
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        float probability = __expf(wide(row[i]) - largest) / sum;
        narrow(row[i], (probability - (i == target)) * factor);
    }
}

// One step of AdamW, unless the norm of all gradients is not finite. The rate is divided by the first moment's
// correction already.
extern "C" __global__ void adamw(
    float* parameter, const float* gradient, float* first, float* second, i64 count, const float* norm,
    float loss_scale, float maximum, float rate, float beta1, float beta2, float epsilon, float decay, float correction)
{
    float total = *norm / loss_scale;
    if (!isfinite(total))
        return;

    float factor = (maximum > 0 && total > maximum ? maximum / (total + 1e-6f) : 1) / loss_scale;
    i64 stride = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride)
    {
        float g = gradient[i] * factor;
        float m = first[i] + (g - first[i]) * (1 - beta1);
        float v = second[i] * beta2 + g * g * (1 - beta2);
        first[i] = m;
        second[i] = v;
        parameter[i] = parameter[i] * (1 - decay) - rate * m / (sqrtf(v) / correction + epsilon);
    }
}
