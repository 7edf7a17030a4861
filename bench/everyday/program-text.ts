import { randomNumbers } from '../random.ts';

type Random = () => number;

/** Operators that never fail, and are the same for every compiler on unsigned numbers of 32 bits. */
const operators = ['+', '-', '*', '^', '&', '|'] as const;
const comparisons = ['<', '>', '==', '!=', '<=', '>='] as const;
const variables = ['a', 'b', 'c', 'd'] as const;
const fields = ['count', 'total', 'state', 'flags'] as const;

const one = <T>(of: readonly T[], random: Random): T => of[random() % of.length]!;
const variable = (random: Random): string => one(variables, random);

/** An expression of some depth. */
function expression(random: Random, depth: number): string {
  if (depth === 0 || random() % 5 === 0) return random() % 3 === 0 ? `${random() % 10_000}u` : variable(random);
  const [left, right] = [expression(random, depth - 1), expression(random, depth - 1)];
  return random() % 6 === 0 ? `(${left} >> ${random() % 31})` : `(${left} ${one(operators, random)} ${right})`;
}

/** Statements of a function with four numbers, a record `item` and an array `table` of 64. */
const statements: readonly ((random: Random) => string[])[] = [
  (random) => [`${variable(random)} = ${expression(random, 3)};`],
  (random) => [`${variable(random)} += item->${one(fields, random)} * ${(random() % 99) + 1}u;`],
  (random) => [`item->${one(fields, random)} ^= ${expression(random, 2)};`],
  (random) => [`table[${variable(random)} % 64] += ${expression(random, 2)};`],
  (random) => [
    `if (${expression(random, 2)} ${one(comparisons, random)} ${expression(random, 1)})`,
    `    ${variable(random)} = ${expression(random, 2)};`,
    'else',
    `    item->${one(fields, random)} += ${variable(random)};`,
  ],
  (random) => {
    const [name, into] = [variable(random), variable(random)];
    return [
      `for (uint32_t n = 0; n < ${(random() % 6) + 2}; n++)`,
      `    ${into} = ${into} * 31u + table[(${name} + n) % 64];`,
    ];
  },
  (random) => [
    `switch (${variable(random)} % 4) {`,
    ...[0, 1, 2].flatMap((value) => [
      `case ${value}:`,
      `    ${variable(random)} ^= ${expression(random, 1)};`,
      '    break;',
    ]),
    'default:',
    `    table[${random() % 64}] = ${variable(random)};`,
    '}',
  ],
  (random) => [
    `snprintf(text, sizeof text, "%u of %08x", ${variable(random)} % 1000u, ${variable(random)});`,
    `${variable(random)} += (uint32_t)strlen(text) + (uint32_t)text[${random() % 8}];`,
  ],
];

function functionText(number: number, random: Random): string {
  const body = Array.from({ length: 6 + (random() % 6) }, () => one(statements, random)(random)).flat();
  return `/* Step ${number}: ${body.length} lines. */
static uint32_t step_${number}(struct item *item, uint32_t a, uint32_t b)
{
    char text[40];
    uint32_t c = a ^ ${random() % 65_536}u, d = b + ${number}u;
${body.map((line) => `    ${line}`).join('\n')}
    (void)text;
    return a + b * 3u + c * 5u + d * 7u;
}
`;
}

/**
 * C source of a program without a sense: so many functions of some twenty lines, and one that calls all of them, again and
 * again, and prints a number made of what they return. The same text each time.
 */
export function programText(functions: number, seed = 1): string {
  const random = randomNumbers(seed);
  const numbers = Array.from({ length: functions }, (_, n) => n);
  return `#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    uint32_t count, total, state, flags;
};

static uint32_t table[64];

${numbers.map((number) => functionText(number, random)).join('\n')}
typedef uint32_t (*step)(struct item *, uint32_t, uint32_t);

static const step steps[] = {
${numbers.map((number) => `    step_${number},`).join('\n')}
};

int main(int argc, char **argv)
{
    uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 1, sum = 0;
    struct item item = {1, 2, 3, 4};
    for (uint32_t round = 0; round < rounds; round++)
        for (uint32_t n = 0; n < sizeof steps / sizeof *steps; n++)
            sum = sum * 16777619u + steps[n](&item, sum, round + n);
    printf("%08x\\n", sum);
    return 0;
}
`;
}
