// What the loads share. Each load runs a client and a server as two processes on one CPU, so that no wakeup crosses CPUs and all the
// work of a packet (softirq of loopback included) is done in one of the two, or in that CPU's ksoftirqd.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline void check(int ok, const char *call) {
  if (!ok) {
    perror(call);
    exit(1);
  }
}

static inline uint64_t read_clock(clockid_t clock) {
  struct timespec t;
  check(clock_gettime(clock, &t) == 0, "clock_gettime");
  return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static inline void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  check(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

// The CPU time of processes in ns, which the scheduler counts exactly (sum_exec_runtime), not by ticks.
struct processes {
  clockid_t clock[3];
  int count;
};

static inline void add_process(struct processes *all, pid_t pid) {
  check((errno = clock_getcpuclockid(pid, &all->clock[all->count])) == 0, "clock_getcpuclockid");
  all->count++;
}

static inline uint64_t cpu_ns(const struct processes *all) {
  uint64_t sum = 0;
  for (int i = 0; i < all->count; i++) sum += read_clock(all->clock[i]);
  return sum;
}

static inline struct sockaddr_in address(uint32_t host, uint16_t port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons(port)};
}

static inline int listen_any(uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int one = 1;
  struct sockaddr_in any = address(INADDR_ANY, port);
  check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0, "SO_REUSEADDR");
  check(bind(listener, (struct sockaddr *)&any, sizeof any) == 0, "bind");
  check(listen(listener, 128) == 0, "listen");
  return listener;
}

static inline int connect_to(uint32_t host, uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = address(host, port);
  check(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
  return fd;
}

static inline void no_delay(int fd) {
  int one = 1;
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
}

static inline void send_all(int fd, const void *data, size_t size) { check(send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size, "send"); }

static inline void receive_all(int fd, void *data, size_t size) { check(recv(fd, data, size, MSG_WAITALL) == (ssize_t)size, "recv"); }

// Starts the server, which ends with its client.
static inline pid_t serve(void (*server)(int), int listener) {
  pid_t pid = fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    server(listener);
    exit(0);
  }
  return pid;
}

static inline void stop(pid_t server) {
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
}
