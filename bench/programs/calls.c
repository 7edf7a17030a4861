/* Indirect calls whose target changes all the time, as an object-oriented program makes them. */
#include "bench.h"

enum { SHAPES = 64, TURNS = 1500 };

struct shape {
    uint32_t (*area)(const struct shape *);
    uint32_t width, height;
};

static uint32_t __attribute__((noinline)) square(const struct shape *s) { return s->width * s->width; }
static uint32_t __attribute__((noinline)) rectangle(const struct shape *s) { return s->width * s->height; }
static uint32_t __attribute__((noinline)) triangle(const struct shape *s) { return s->width * s->height / 2; }
static uint32_t __attribute__((noinline)) ring(const struct shape *s)
{
    return (s->width * s->width - s->height * s->height) * 3;
}

PROGRAM(calls)
{
    static uint32_t (*const kinds[])(const struct shape *) = {square, rectangle, triangle, ring};
    static struct shape shapes[SHAPES];
    uint32_t state = 11, sum = 0;
    for (int n = 0; n < SHAPES; n++) {
        uint32_t r = next_random(&state);
        shapes[n] = (struct shape){kinds[r & 3], r >> 4 & 255, r >> 12 & 255};
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int n = 0; n < SHAPES; n++) {
            struct shape *shape = &shapes[n];
            sum = mix(sum, shape->area(shape));
        }
    return sum;
}
