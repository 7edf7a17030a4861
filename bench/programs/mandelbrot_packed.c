/* The Mandelbrot set two points at a time, with SSE2's packed arithmetic, compares and logic. */
#include "bench.h"

#include <emmintrin.h>

enum { WIDTH = 64, HEIGHT = 48, LIMIT = 100 };

/* Iterations of two points side by side; a point that has left counts no more. */
static __m128i iterations(__m128d x0, __m128d y0)
{
    __m128d x = _mm_setzero_pd(), y = _mm_setzero_pd();
    __m128i count = _mm_setzero_si128();
    for (int n = 0; n < LIMIT; n++) {
        __m128d xx = _mm_mul_pd(x, x), yy = _mm_mul_pd(y, y);
        __m128d inside = _mm_cmple_pd(_mm_add_pd(xx, yy), _mm_set1_pd(4));
        if (_mm_movemask_pd(inside) == 0)
            break;
        count = _mm_sub_epi64(count, _mm_castpd_si128(inside));
        __m128d xy = _mm_mul_pd(x, y);
        x = _mm_add_pd(_mm_sub_pd(xx, yy), x0);
        y = _mm_add_pd(_mm_add_pd(xy, xy), y0);
    }
    return count;
}

PROGRAM(mandelbrot_packed)
{
    uint32_t sum = 0;
    for (int row = 0; row < HEIGHT; row++)
        for (int column = 0; column < WIDTH; column += 2) {
            double left = column * 3.0 / WIDTH - 2.25, right = (column + 1) * 3.0 / WIDTH - 2.25;
            __m128i count = iterations(_mm_set_pd(right, left), _mm_set1_pd(row * 2.5 / HEIGHT - 1.25));
            sum = mix(sum, _mm_cvtsi128_si32(count));
            sum = mix(sum, _mm_cvtsi128_si32(_mm_srli_si128(count, 8)));
        }
    return sum;
}
