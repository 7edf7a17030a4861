/*
 * Executes x87 instructions on the host's FPU. Reads records from standard input, writes one for each to standard output.
 * In:  108 bytes FSAVE image (32-bit, protected), 128 bytes memory operand (at [ECX]), EAX, EFLAGS, 12 bytes code
 *      (its first byte is the length). Out: the same layout with the state afterwards.
 * Build: gcc -m32 -O1 -o x87-harness x87-harness.c
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct record {
  uint8_t image[108];
  uint8_t memory[128];
  uint32_t eax;
  uint32_t eflags;
  uint8_t code[12];
};

static struct record record;

int main(void) {
  uint8_t *text = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (text == MAP_FAILED) return 1;
  while (fread(&record, sizeof record, 1, stdin) == 1) {
    uint32_t eax = record.eax;
    uint32_t flags = record.eflags;
    memcpy(text, record.code + 1, record.code[0]);
    text[record.code[0]] = 0xc3;
    __asm__ volatile(
        "pushl %[flags]\n popfl\n frstor %[image]\n call *%[text]\n fnsave %[image]\n pushfl\n popl %[flags]\n cld"
        : "+a"(eax), [flags] "+S"(flags), [image] "+m"(record.image)
        : "c"(record.memory), [text] "D"(text)
        : "memory", "cc");
    record.eax = eax;
    record.eflags = flags;
    if (fwrite(&record, sizeof record, 1, stdout) != 1) return 1;
  }
  return 0;
}
