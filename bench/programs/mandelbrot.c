/* Iterations of the points of the Mandelbrot set's neighbourhood: floating point in registers. */
#include "bench.h"

#include <math.h>

enum { WIDTH = 64, HEIGHT = 48, LIMIT = 100 };

static int iterations(double_t x0, double_t y0)
{
    double_t x = 0, y = 0;
    int n = 0;
    while (n < LIMIT && x * x + y * y <= 4) {
        double_t next = x * x - y * y + x0;
        y = 2 * x * y + y0;
        x = next;
        n++;
    }
    return n;
}

PROGRAM(mandelbrot)
{
    uint32_t sum = 0;
    for (int row = 0; row < HEIGHT; row++)
        for (int column = 0; column < WIDTH; column++)
            sum = mix(sum, iterations(column * 3.0 / WIDTH - 2.25, row * 2.5 / HEIGHT - 1.25));
    return sum;
}
