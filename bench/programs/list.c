/* A linked list in random order, larger than a small cache: each load waits for the one before. */
#include "bench.h"

enum { NODES = 32768, LAPS = 4 };

struct node {
    struct node *next;
    uint32_t value;
    uint32_t other[6];
};

static struct node nodes[NODES];

/* Links the nodes to one ring in random order (Sattolo's shuffle of the targets). */
static void make_ring(void)
{
    static uint32_t order[NODES];
    uint32_t state = 7;
    for (uint32_t n = 0; n < NODES; n++)
        order[n] = n;
    for (uint32_t n = NODES - 1; n > 0; n--) {
        uint32_t other = next_random(&state) % n, target = order[n];
        order[n] = order[other];
        order[other] = target;
    }
    for (uint32_t n = 0; n < NODES; n++)
        nodes[n] = (struct node){&nodes[order[n]], n, {0}};
}

PROGRAM(list)
{
    uint32_t sum = 0;
    if (!nodes[0].next)
        make_ring();
    struct node *at = nodes;
    for (int n = 0; n < LAPS * NODES; n++) {
        sum = sum * 31 + at->value;
        at = at->next;
    }
    return sum;
}
