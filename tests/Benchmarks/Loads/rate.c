// rate CPU PER_SECOND WINDOWS: HTTP/1.1 GETs on 16 connections at a fixed rate, answered with 1 kB. An open loop as wrk2's: a request is
// sent when its time has come, whatever is still on its way, and its latency counts from that time. Both ends are of real-time priority,
// so that other work of the machine adds little. Prints the p99 in µs of each window of 1,000 requests.
#include "load.h"
#include <sys/epoll.h>

enum { PORT = 7003, CONNECTIONS = 16, BODY = 1024, WINDOW = 1000, TIMER_SLACK_NS = 1 };

static const char request[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
static const char header[] = "HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n";
enum { REQUEST = sizeof request - 1, RESPONSE = sizeof header - 1 + BODY };

struct connection {
  int fd;
  long index;
  long answered;
  size_t received;
};

static void answer_requests(int listener) {
  char data[RESPONSE];
  char got[65536];
  memset(data, 'x', sizeof data);
  memcpy(data, header, sizeof header - 1);
  int poll = epoll_create1(0);
  for (int i = 0; i < CONNECTIONS; i++) {
    int fd = accept(listener, NULL, NULL);
    no_delay(fd);
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
  }
  for (;;) {
    struct epoll_event ready[CONNECTIONS];
    int n = epoll_wait(poll, ready, CONNECTIONS, -1);
    for (int i = 0; i < n; i++) {
      ssize_t size = recv(ready[i].data.fd, got, sizeof got, MSG_DONTWAIT);
      // Requests are of one size and sent by one call each, so none arrives in parts on loopback.
      for (ssize_t whole = size / REQUEST; whole > 0; whole--) send_all(ready[i].data.fd, data, RESPONSE);
    }
  }
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a;
  uint64_t y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

// Notes how long after its time each request was answered; the k-th of connection c was due at (k * CONNECTIONS + c) / rate.
static long take_answers(struct connection *from, uint64_t begin, double gap_ns, uint64_t *latencies) {
  static char got[65536];
  ssize_t size = recv(from->fd, got, sizeof got, MSG_DONTWAIT);
  check(size > 0 || errno == EAGAIN, "recv");
  from->received += size > 0 ? size : 0;
  uint64_t now = read_clock(CLOCK_MONOTONIC);
  long answers = 0;
  for (; from->received >= RESPONSE; from->received -= RESPONSE) {
    long order = from->answered++ * CONNECTIONS + from->index;
    latencies[order] = now - (begin + (uint64_t)(order * gap_ns));
    answers++;
  }
  return answers;
}

int main(int count, char **arguments) {
  check(count == 4, "usage: rate CPU PER_SECOND WINDOWS");
  pin(atoi(arguments[1]));
  check(sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}) == 0, "SCHED_FIFO");
  prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
  double gap_ns = 1e9 / atof(arguments[2]);
  long requests = (1 + atol(arguments[3])) * WINDOW;
  uint64_t *latencies = calloc(requests, sizeof *latencies);
  pid_t server = serve(answer_requests, listen_any(PORT));
  struct connection connections[CONNECTIONS];
  int poll = epoll_create1(0);
  for (long i = 0; i < CONNECTIONS; i++) {
    connections[i] = (struct connection){.fd = connect_to(INADDR_LOOPBACK, PORT), .index = i};
    no_delay(connections[i].fd);
    epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = &connections[i]});
  }
  uint64_t begin = read_clock(CLOCK_MONOTONIC);
  for (long sent = 0, answered = 0; answered < requests;) {
    uint64_t due = sent < requests ? begin + (uint64_t)(sent * gap_ns) : UINT64_MAX;
    uint64_t now = read_clock(CLOCK_MONOTONIC);
    if (now >= due) {
      send_all(connections[sent++ % CONNECTIONS].fd, request, REQUEST);
      continue;
    }
    uint64_t left = due == UINT64_MAX ? 1000000000u : due - now;
    struct epoll_event ready[CONNECTIONS];
    int n = epoll_pwait2(poll, ready, CONNECTIONS, &(struct timespec){.tv_sec = left / 1000000000u, .tv_nsec = left % 1000000000u}, NULL);
    for (int i = 0; i < n; i++) answered += take_answers(ready[i].data.ptr, begin, gap_ns, latencies);
  }
  stop(server);
  for (uint64_t *window = latencies + WINDOW; window < latencies + requests; window += WINDOW) {
    qsort(window, WINDOW, sizeof *window, compare);
    printf("%.2f\n", window[WINDOW * 99 / 100] / 1e3);
  }
  return 0;
}
