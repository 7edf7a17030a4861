/*
 * A compiler in the guest: new code is written all the time, over older code, and run a few hundred times each.
 * The code is one loop of random arithmetic on EAX, ECX times; what it gives is checked against an interpreter of the
 * same instructions.
 */
#include "bench.h"

#include <string.h>
#include <sys/mman.h>

enum { FUNCTIONS = 48, SLOTS = 16, SLOT = 256, LENGTH = 12, TURNS = 200 };

struct instruction {
    enum { ADD, XOR, MULTIPLY, ROTATE, KINDS } kind;
    uint32_t operand;
};

typedef uint32_t code(uint32_t value, uint32_t turns);

/* Opcodes with an operand of 32 bits: add eax,i  xor eax,i  imul eax,eax,i; and rol eax,i with one of 8. */
static uint8_t *emit_instruction(uint8_t *at, struct instruction i)
{
    static const uint8_t opcodes[KINDS][2] = {{0x05}, {0x35}, {0x69, 0xc0}, {0xc1, 0xc0}};
    int length = i.kind >= MULTIPLY ? 2 : 1, bytes = i.kind == ROTATE ? 1 : 4;
    memcpy(at, opcodes[i.kind], length);
    memcpy(at + length, &i.operand, bytes);
    return at + length + bytes;
}

/* mov eax,[esp+4]  mov ecx,[esp+8]  loop: ...  dec ecx  jnz loop  ret */
static code *emit(uint8_t *start, const struct instruction *list)
{
    uint8_t *at = start;
    memcpy(at, "\x8b\x44\x24\x04\x8b\x4c\x24\x08", 8);
    at += 8;
    uint8_t *loop = at;
    for (int n = 0; n < LENGTH; n++)
        at = emit_instruction(at, list[n]);
    *at++ = 0x49;
    *at++ = 0x75;
    *at = loop - at - 1;
    at[1] = 0xc3;
    return (code *)start;
}

static uint32_t interpret(const struct instruction *list, uint32_t value)
{
    for (int n = 0; n < LENGTH; n++) {
        uint32_t operand = list[n].operand;
        switch (list[n].kind) {
        case ADD: value += operand; break;
        case XOR: value ^= operand; break;
        case MULTIPLY: value *= operand; break;
        default: value = value << (operand & 31) | value >> (-operand & 31);
        }
    }
    return value;
}

PROGRAM(jit)
{
    static uint8_t *memory;
    struct instruction list[LENGTH];
    uint32_t state = 17, sum = 0;
    if (!memory)
        memory = mmap(NULL, SLOTS * SLOT, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    checked(memory == MAP_FAILED ? -1 : 0, "mmap");
    for (int n = 0; n < FUNCTIONS; n++) {
        for (int i = 0; i < LENGTH; i++) {
            uint32_t r = next_random(&state);
            list[i] = (struct instruction){r % KINDS, r >> 8};
        }
        code *function = emit(memory + n % SLOTS * SLOT, list);
        sum = mix(sum, function(n, TURNS));
        sum = mix(sum, function(n, 1) ^ interpret(list, n));
    }
    return sum;
}
