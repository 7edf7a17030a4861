/* A mixture as in small systems: a linked list, a matrix of 16-bit numbers and a state machine that reads text. */
#include "bench.h"

enum { ITEMS = 200, SIZE = 24, TEXT = 2000, TURNS = 20 };

struct item {
    struct item *next;
    int16_t key, value;
};

static struct item items[ITEMS];

static struct item *make_list(uint32_t seed)
{
    for (int n = 0; n < ITEMS; n++)
        items[n] = (struct item){n + 1 < ITEMS ? &items[n + 1] : NULL, next_random(&seed) & 1023, n};
    return items;
}

static struct item *merge(struct item *a, struct item *b)
{
    struct item *head = NULL, **tail = &head;
    while (a && b) {
        struct item **smaller = a->key <= b->key ? &a : &b;
        *tail = *smaller;
        tail = &(*smaller)->next;
        *smaller = *tail;
    }
    *tail = a ? a : b;
    return head;
}

static struct item *sort(struct item *list, int length)
{
    if (length < 2)
        return list;
    struct item *last = list;
    for (int n = 1; n < length / 2; n++)
        last = last->next;
    struct item *second = last->next;
    last->next = NULL;
    return merge(sort(list, length / 2), sort(second, length - length / 2));
}

static uint32_t list_work(uint32_t seed)
{
    uint32_t sum = 0;
    for (struct item *i = sort(make_list(seed), ITEMS); i; i = i->next)
        sum = mix(sum, i->key << 16 | i->value);
    return sum;
}

static uint32_t matrix_work(uint32_t seed)
{
    static int16_t a[SIZE][SIZE], b[SIZE][SIZE];
    uint32_t sum = 0;
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column++) {
            a[row][column] = next_random(&seed);
            b[row][column] = next_random(&seed);
        }
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < SIZE; column++) {
            int32_t product = 0;
            for (int n = 0; n < SIZE; n++)
                product += (int32_t)a[row][n] * b[n][column] >> 4;
            sum = mix(sum, product);
        }
    return sum;
}

enum state { START, INTEGER, POINT, FRACTION, EXPONENT, INVALID, STATES };

static enum state step(enum state state, char c)
{
    int is_digit = c >= '0' && c <= '9';
    switch (state) {
    case START:
        return is_digit || c == '-' ? INTEGER : c == '.' ? POINT : INVALID;
    case INTEGER:
        return is_digit ? INTEGER : c == '.' ? POINT : c == 'e' ? EXPONENT : INVALID;
    case POINT:
    case FRACTION:
        return is_digit ? FRACTION : c == 'e' && state == FRACTION ? EXPONENT : INVALID;
    case EXPONENT:
        return is_digit || c == '-' ? EXPONENT : INVALID;
    default:
        return INVALID;
    }
}

static uint32_t text_work(uint32_t seed)
{
    static const char letters[] = "0123456789012345-.e, x,";
    uint32_t counts[STATES] = {0}, sum = 0;
    enum state state = START;
    for (int n = 0; n < TEXT; n++) {
        char c = letters[next_random(&seed) % (sizeof letters - 1)];
        if (c == ',') {
            counts[state]++;
            state = START;
        } else
            state = step(state, c);
    }
    for (int n = 0; n < STATES; n++)
        sum = mix(sum, counts[n]);
    return sum;
}

PROGRAM(mix)
{
    uint32_t sum = 0;
    for (uint32_t turn = 1; turn <= TURNS; turn++)
        sum = mix(sum, list_work(turn) + matrix_work(turn) + text_work(turn));
    return sum;
}
