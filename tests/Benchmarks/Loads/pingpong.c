// pingpong CPU KSOFTIRQD BLOCKS OPERATIONS: 64 bytes there and back on one connection. Prints CPU ns per round trip, a line a block.
#include "load.h"

enum { PORT = 7001, SIZE = 64, WARM_UP = 1 };

static void echo(int listener) {
  char data[SIZE];
  int fd = accept(listener, NULL, NULL);
  no_delay(fd);
  while (recv(fd, data, SIZE, MSG_WAITALL) == SIZE) send_all(fd, data, SIZE);
}

int main(int count, char **arguments) {
  check(count == 5, "usage: pingpong CPU KSOFTIRQD BLOCKS OPERATIONS");
  pin(atoi(arguments[1]));
  int blocks = atoi(arguments[3]);
  int operations = atoi(arguments[4]);
  pid_t server = serve(echo, listen_any(PORT));
  struct processes all = {.count = 0};
  add_process(&all, getpid());
  add_process(&all, server);
  add_process(&all, atoi(arguments[2]));
  char data[SIZE] = {0};
  int fd = connect_to(INADDR_LOOPBACK, PORT);
  no_delay(fd);
  for (int block = -WARM_UP; block < blocks; block++) {
    uint64_t before = cpu_ns(&all);
    for (int i = 0; i < operations; i++) {
      send_all(fd, data, SIZE);
      receive_all(fd, data, SIZE);
    }
    uint64_t used = cpu_ns(&all) - before;
    if (block >= 0) printf("%.1f\n", (double)used / operations);
  }
  stop(server);
  return 0;
}
