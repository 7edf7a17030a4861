/* Product of two matrices of doubles, two columns at a time with SSE2's packed instructions. */
#include "bench.h"

#include <emmintrin.h>
#include <string.h>

enum { SIZE = 64 };

static double a[SIZE][SIZE], b[SIZE][SIZE], product[SIZE][SIZE];

static void fill(void)
{
    uint32_t state = 13;
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column++) {
            a[row][column] = (int32_t)next_random(&state) / 65536.0;
            b[row][column] = (int32_t)next_random(&state) / 65536.0;
        }
}

PROGRAM(matmul_packed)
{
    static uint32_t words[2 * SIZE * SIZE];
    uint32_t sum = 0;
    fill();
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column += 2) {
            __m128d elements = _mm_setzero_pd();
            for (int n = 0; n < SIZE; n++) {
                __m128d factors = _mm_mul_pd(_mm_set1_pd(a[row][n]), _mm_loadu_pd(&b[n][column]));
                elements = _mm_add_pd(elements, factors);
            }
            _mm_storeu_pd(&product[row][column], elements);
        }
    memcpy(words, product, sizeof words);
    for (int n = 0; n < 2 * SIZE * SIZE; n++)
        sum = mix(sum, words[n]);
    return sum;
}
