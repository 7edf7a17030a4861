/*
 * Runs single instructions on the host's CPU in 32-bit user mode.
 * Build: gcc -m32 -O1 -static -DCODE=... -DDATA=... harness.c, with the addresses of the code and data pages.
 *
 * stdin: one record a case, as `struct input`; stdout: one `struct output` each, in the same order.
 * The code page is filled with INT3, so that wherever the instruction goes, a trap tells where that was; the data
 * block holds DATA bytes read first from stdin, fresh for each case. Both lie below 64 KB, so that 16-bit addresses
 * and branches reach them (this needs the right to map low pages).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096

struct input {
  uint32_t registers[8]; /* in the order of their encodings */
  uint32_t eflags;
  uint32_t offset; /* of the instruction in the code page */
  uint8_t code[16];
  uint32_t length;
};

struct output {
  uint32_t vector; /* 3: ran to the INT3 behind it */
  uint32_t registers[8];
  uint32_t eflags;
  uint32_t eip; /* of the INT3 that was met, or of the instruction that faulted */
  uint8_t data[PAGE];
};

static const int names[8] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
static uint8_t pristine[PAGE];
static struct input in;
static struct output out;
static greg_t saved[NGREG];
static int started;

static void capture(const greg_t *state) {
  out.vector = state[REG_TRAPNO];
  for (int n = 0; n < 8; n++) out.registers[n] = state[names[n]];
  out.eflags = state[REG_EFL];
  out.eip = state[REG_EIP] - (out.vector == 3);
  memcpy(out.data, (void *)DATA, PAGE);
  if (fwrite(&out, sizeof out, 1, stdout) != 1) abort();
}

/* The signal's frame takes the CPU to the next case and, when there is none, back to main. */
static void trap(int signal, siginfo_t *info, void *context) {
  greg_t *state = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)signal, (void)info;
  if (started) capture(state);
  else memcpy(saved, state, sizeof saved);
  started = 1;
  if (fread(&in, sizeof in, 1, stdin) != 1) {
    memcpy(state, saved, sizeof saved);
    return;
  }
  memcpy((void *)DATA, pristine, PAGE);
  memset((void *)CODE, 0xcc, PAGE);
  memcpy((uint8_t *)CODE + in.offset, in.code, in.length);
  for (int n = 0; n < 8; n++) state[names[n]] = in.registers[n];
  state[REG_EFL] = in.eflags;
  state[REG_EIP] = CODE + in.offset;
}

static void map(uintptr_t address, int protection) {
  void *page = mmap((void *)address, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (page != (void *)address) {
    perror("mmap");
    exit(1);
  }
}

int main(void) {
  static uint8_t stack[65536];
  static const int signals[] = {SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS};
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  map(CODE, PROT_READ | PROT_WRITE | PROT_EXEC);
  map(DATA, PROT_READ | PROT_WRITE);
  if (fread(pristine, PAGE, 1, stdin) != 1) return 1;
  sigaltstack(&alternate, NULL);
  for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++) sigaction(signals[n], &action, NULL);
  __asm__ volatile("int3");
  return fflush(stdout) != 0;
}
