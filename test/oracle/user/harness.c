/*
 * Runs programs of 32-bit user code on the host's CPU, in compatibility mode: a 64-bit process, which lies above 4 GB where
 * they cannot reach it, goes there by the frame of a signal. layout.ts gives the macros and the order of the records.
 *
 * stdin: the data and stack pages as they are at each start, then a `struct program` each; stdout: for each program the
 * number of its events, the events, and the frames of memory at its end.
 * The handler does what handler.ts does: a page that may have more rights gets more, and the instruction runs again; else it
 * is left out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, IMAGE = 288, TIMEOUT = 256, FPU_ERROR = 0x80ff, ALIGNMENT_CHECK = 1 << 18 };
enum { DEBUG = 1, BREAKPOINT = 3, OVERFLOW = 4, PAGE_FAULT = 14, FPU_FAULT = 16 };

struct program {
  uint32_t registers[8], eip, eflags, end;
  uint8_t rights[SLOTS], most[SLOTS]; /* 0: absent, 1: may be read, 2: may be written */
  uint8_t code[CODE_BYTES], starts[CODE_BYTES / 8];
  uint8_t image[IMAGE]; /* FXSAVE's */
};

struct event {
  uint32_t vector, error, address, eip, eflags, registers[8];
  uint8_t image[IMAGE];
};

static const int names[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};
/* The frame that a slot shows; -1: never any. */
static const int8_t frames[SLOTS] = {FRAMES};
static uint8_t rights[SLOTS], pristine[PAGE * (FRAME_COUNT - CODE_BYTES / PAGE)];
static struct program program;
static struct event events[MOST_EVENTS];
static uint32_t count;
static uint8_t *memory;
static greg_t saved[NGREG];
static int started;

static void allow(int slot, int wanted) {
  int executable = slot == CODE_SLOT || slot == CODE_SLOT + 1 ? PROT_EXEC : 0;
  int protection[] = {PROT_NONE, PROT_READ | executable, PROT_READ | PROT_WRITE | executable};
  if (rights[slot] == wanted) return;
  if (mprotect((void *)(uintptr_t)(BASE + slot * PAGE), PAGE, protection[wanted]) != 0) abort();
  rights[slot] = wanted;
}

static void put(const void *bytes, size_t length) {
  if (fwrite(bytes, length, 1, stdout) != 1) abort();
}

static void finish(void) {
  put(&count, sizeof count);
  put(events, count * sizeof *events);
  put(memory, PAGE * FRAME_COUNT);
  fflush(stdout);
}

/* 0: there are no more programs. */
static int begin(greg_t *state, uint8_t *image) {
  static const struct itimerval second = {.it_value = {.tv_sec = 1}};
  if (fread(&program, sizeof program, 1, stdin) != 1) return 0;
  count = 0;
  memcpy(memory, program.code, CODE_BYTES);
  memcpy(memory + CODE_BYTES, pristine, sizeof pristine);
  for (int slot = 0; slot < SLOTS; slot++) if (frames[slot] >= 0) allow(slot, program.rights[slot]);
  for (int n = 0; n < 8; n++) state[names[n]] = program.registers[n];
  state[REG_RIP] = program.eip;
  state[REG_EFL] = program.eflags;
  state[REG_CSGSFS] = 0x23 | (greg_t)0x2b << 48;
  memcpy(image, program.image, IMAGE);
  __asm__ volatile("mov %0, %%ds\n mov %0, %%es" : : "r"(0x2b));
  setitimer(ITIMER_VIRTUAL, &second, NULL);
  return 1;
}

/* Gives a page more rights, if it may have them. */
static int promote(uint32_t address) {
  uint32_t slot = (address - BASE) / PAGE;
  if (slot >= SLOTS || frames[slot] < 0 || rights[slot] >= program.most[slot]) return 0;
  allow(slot, rights[slot] + 1);
  return 1;
}

/* EIP of the next instruction; 0: there is none. */
static uint32_t next(uint32_t eip) {
  for (uint32_t at = eip - CODE + 1; at < CODE_BYTES; at++) {
    if (program.starts[at / 8] >> (at % 8) & 1) return CODE + at;
  }
  return 0;
}

static void record(int signal, const siginfo_t *info, const greg_t *state, const uint8_t *image) {
  struct event *event = &events[count++];
  event->vector = signal == SIGVTALRM ? TIMEOUT : state[REG_TRAPNO];
  event->error = event->vector == TIMEOUT ? 0 : state[REG_ERR];
  event->address = event->vector == PAGE_FAULT ? (uint32_t)(uintptr_t)info->si_addr : 0;
  event->eip = state[REG_RIP];
  event->eflags = state[REG_EFL];
  for (int n = 0; n < 8; n++) event->registers[n] = state[names[n]];
  memcpy(event->image, image, IMAGE);
}

/* 0: the program has ended. */
static int resume(greg_t *state, uint8_t *image) {
  const struct event *event = &events[count - 1];
  uint32_t eip = event->eip;
  if (count == MOST_EVENTS || event->vector == TIMEOUT) return 0;
  if (event->vector == BREAKPOINT) return eip <= program.end;
  if (event->vector == DEBUG || event->vector == OVERFLOW) return 1;
  if (event->vector == PAGE_FAULT && promote(event->address)) return 1;
  if (event->vector == FPU_FAULT) {
    uint16_t status = image[2] | image[3] << 8;
    status &= ~FPU_ERROR;
    memcpy(image + 2, &status, sizeof status);
    return 1;
  }
  if (eip - CODE >= CODE_BYTES || (eip = next(eip)) == 0) return 0;
  state[REG_RIP] = eip;
  return 1;
}

static void handle(int signal, siginfo_t *info, void *context) {
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
  greg_t *state = machine->gregs;
  uint8_t *image = (uint8_t *)machine->fpregs;
  /* The kernel leaves AC as the program had it. */
  __asm__ volatile("pushfq\n andl %0, (%%rsp)\n popfq" : : "i"(~ALIGNMENT_CHECK) : "memory", "cc");
  if (started) {
    record(signal, info, state, image);
    if (resume(state, image)) return;
    finish();
  } else {
    memcpy(saved, state, sizeof saved);
  }
  started = 1;
  if (!begin(state, image)) memcpy(state, saved, sizeof saved);
}

static void map(void) {
  int file = memfd_create("frames", 0);
  if (file < 0 || ftruncate(file, PAGE * FRAME_COUNT) != 0) abort();
  memory = mmap(NULL, PAGE * FRAME_COUNT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  if (memory == MAP_FAILED) abort();
  for (int slot = 0; slot < SLOTS; slot++) {
    void *address = (void *)(uintptr_t)(BASE + slot * PAGE);
    if (frames[slot] < 0) continue;
    int flags = MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE;
    if (mmap(address, PAGE, PROT_READ | PROT_WRITE, flags, file, PAGE * frames[slot]) != address) abort();
    /* No execution before a program says which rights a page has. */
    rights[slot] = 255;
  }
}

/* Programs can make no system calls: those of compatibility mode kill, and of others only what the handler needs is there. */
static void confine(void) {
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  static struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(rt_sigreturn), ALLOW(mprotect), ALLOW(read), ALLOW(write), ALLOW(setitimer), ALLOW(exit_group), ALLOW(brk),
      ALLOW(mmap), ALLOW(fstat), ALLOW(newfstatat), ALLOW(lseek),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog rules = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &rules) != 0) abort();
}

int main(void) {
  static uint8_t stack[65536];
  static const int signals[] = {SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGVTALRM};
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaddset(&action.sa_mask, SIGVTALRM);
  map();
  if (fread(pristine, sizeof pristine, 1, stdin) != 1) return 1;
  sigaltstack(&alternate, NULL);
  for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++) sigaction(signals[n], &action, NULL);
  confine();
  __asm__ volatile("int3");
  return fflush(stdout) != 0;
}
