/* Product of two matrices of doubles; sums have the precision of the unit that computes them. */
#include "bench.h"

#include <fpu_control.h>
#include <math.h>
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

PROGRAM(matmul)
{
    static uint32_t words[2 * SIZE * SIZE];
    uint32_t sum = 0;
    fill();
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column++) {
            double_t element = 0;
            for (int n = 0; n < SIZE; n++)
                element += (double_t)a[row][n] * b[n][column];
            product[row][column] = element;
        }
    memcpy(words, product, sizeof words);
    for (int n = 0; n < 2 * SIZE * SIZE; n++)
        sum = mix(sum, words[n]);
    return sum;
}

/* The same with results of 53 bits, as the C libraries of Windows and of the BSDs set the x87's control word. */
PROGRAM(matmul_double)
{
    fpu_control_t usual, wanted;
    _FPU_GETCW(usual);
    wanted = (usual & ~_FPU_EXTENDED) | _FPU_DOUBLE;
    _FPU_SETCW(wanted);
    uint32_t sum = matmul_round();
    _FPU_SETCW(usual);
    return sum;
}
