/*
 * Runs single MMX and SSE instructions on the host's CPU in 32-bit user mode.
 * Build: gcc -m32 -O1 -static harness.c
 *
 * stdin: one `struct input` a case; stdout: one `struct output` each, in the same order (see record.ts). The instruction
 * finds operands in (X)MM1, (X)MM2, XMM0, EAX, ECX, EDX and at ESI (EDI: the same address).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { MEMORY = 64, TOP_SHIFT = 11 };

struct input {
  uint8_t code[16];
  uint32_t length, mxcsr, eax, ecx, edx, offset, flags, top, tags;
  uint8_t xmm[3][16];
  uint32_t exponents[2]; /* of the x87 registers whose significands are the low halves of xmm[1] and xmm[2] */
  uint8_t memory[MEMORY];
};

struct output {
  uint32_t vector, ecx, edx, flags, mxcsr, top, tags; /* vector 3: it ran */
  uint8_t xmm[3][16];
  uint8_t mm[2][16]; /* 10 bytes each */
  uint8_t memory[MEMORY];
};

/* FXSAVE's image. */
struct image {
  uint16_t control, status;
  uint8_t tags, reserved;
  uint16_t opcode;
  uint32_t pointers[4], mxcsr, mask;
  uint8_t st[8][16], xmm[8][16], rest[224];
} __attribute__((aligned(16)));

static struct input in;
static struct output out;
static struct image image;
static uint8_t memory[MEMORY] __attribute__((aligned(64)));
static uint8_t *text;
static uint32_t pointer, stack;
extern char behind[];

static void trap(int signal, siginfo_t *info, void *context) {
  greg_t *state = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)signal, (void)info;
  out.vector = state[REG_TRAPNO];
  state[REG_EIP] = (greg_t)behind;
}

static uint8_t *st(int physical, int top) { return image.st[(physical - top) & 7]; }

static void load(void) {
  memset(&image, 0, sizeof image);
  image.control = 0x37f;
  image.status = in.top << TOP_SHIFT;
  image.tags = in.tags;
  image.mxcsr = in.mxcsr;
  memcpy(image.xmm, in.xmm, sizeof in.xmm);
  for (int n = 1; n <= 2; n++) {
    memcpy(st(n, in.top), in.xmm[n], 8);
    memcpy(st(n, in.top) + 8, &in.exponents[n - 1], 2);
  }
  memcpy(memory, in.memory, MEMORY);
  memcpy(text, in.code, in.length);
  text[in.length] = 0xe9;
  int32_t distance = behind - (char *)(text + in.length + 5);
  memcpy(text + in.length + 1, &distance, 4);
  pointer = (uint32_t)memory + in.offset;
  out.vector = 3;
}

static void run(void) {
  __asm__ volatile(
      "pushal\n movl %%esp, %[stack]\n fxrstor %[image]\n"
      "pushl %[flags]\n popfl\n movl %[eax], %%eax\n movl %[ecx], %%ecx\n movl %[edx], %%edx\n movl %[pointer], %%esi\n movl %%esi, %%edi\n"
      "jmp *%[text]\n"
      ".globl behind\n behind:\n"
      "movl %[stack], %%esp\n movl %%ecx, %[outEcx]\n movl %%edx, %[outEdx]\n pushfl\n popl %[outFlags]\n"
      "fxsave %[image]\n cld\n popal"
      : [stack] "+m"(stack), [image] "+m"(image), [outEcx] "=m"(out.ecx), [outEdx] "=m"(out.edx),
        [outFlags] "=m"(out.flags)
      : [flags] "m"(in.flags), [eax] "m"(in.eax), [ecx] "m"(in.ecx), [edx] "m"(in.edx), [pointer] "m"(pointer), [text] "m"(text)
      : "memory", "cc");
}

static void store(void) {
  out.mxcsr = image.mxcsr;
  out.top = (image.status >> TOP_SHIFT) & 7;
  out.tags = image.tags;
  memcpy(out.xmm, image.xmm, sizeof out.xmm);
  for (int n = 1; n <= 2; n++) {
    memset(out.mm[n - 1], 0, 16);
    memcpy(out.mm[n - 1], st(n, out.top), 10);
  }
  memcpy(out.memory, memory, MEMORY);
}

int main(void) {
  static const int signals[] = {SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS};
  static uint8_t alternate[65536];
  stack_t where = {.ss_sp = alternate, .ss_size = sizeof alternate};
  struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaltstack(&where, NULL);
  text = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (text == MAP_FAILED) return 1;
  for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++) sigaction(signals[n], &action, NULL);
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    load();
    run();
    store();
    if (fwrite(&out, sizeof out, 1, stdout) != 1) return 1;
  }
  return 0;
}
