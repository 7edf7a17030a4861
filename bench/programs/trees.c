/* Binary trees made with malloc, walked and freed: pointers, recursion and the allocator. */
#include "bench.h"

enum { DEPTH = 12, TREES = 4 };

struct tree {
    struct tree *left, *right;
};

static struct tree *make(int depth)
{
    struct tree *tree = malloc(sizeof *tree);
    *tree = depth ? (struct tree){make(depth - 1), make(depth - 1)} : (struct tree){NULL, NULL};
    return tree;
}

static uint32_t count(const struct tree *tree)
{
    return tree ? 1 + count(tree->left) + count(tree->right) : 0;
}

static void discard(struct tree *tree)
{
    if (!tree)
        return;
    discard(tree->left);
    discard(tree->right);
    free(tree);
}

PROGRAM(trees)
{
    uint32_t sum = 0;
    for (int n = 0; n < TREES; n++) {
        struct tree *tree = make(DEPTH);
        sum = mix(sum, count(tree));
        discard(tree);
    }
    return sum;
}
