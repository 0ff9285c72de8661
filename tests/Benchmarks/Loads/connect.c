// connect CPU KSOFTIRQD BLOCKS OPERATIONS: connect, 64 bytes there and back, close, each to the next of 4,096 loopback addresses, as a
// pair of addresses has only about 28,000 ports and a closed one waits for 60 s. Prints CPU ns per connection, a line a block.
#include "load.h"

enum { PORT = 7002, SIZE = 64, WARM_UP = 1, ADDRESSES = 4096 };

static void echo_each(int listener) {
  char data[SIZE];
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    while (recv(fd, data, SIZE, MSG_WAITALL) == SIZE) send_all(fd, data, SIZE);
    close(fd);
  }
}

int main(int count, char **arguments) {
  check(count == 5, "usage: connect CPU KSOFTIRQD BLOCKS OPERATIONS");
  pin(atoi(arguments[1]));
  int blocks = atoi(arguments[3]);
  int operations = atoi(arguments[4]);
  pid_t server = serve(echo_each, listen_any(PORT));
  struct processes all = {.count = 0};
  add_process(&all, getpid());
  add_process(&all, server);
  add_process(&all, atoi(arguments[2]));
  char data[SIZE] = {0};
  uint32_t next = (uint32_t)getpid();
  for (int block = -WARM_UP; block < blocks; block++) {
    uint64_t before = cpu_ns(&all);
    for (int i = 0; i < operations; i++) {
      int fd = connect_to(0x7f010000u + next++ % ADDRESSES, PORT);
      send_all(fd, data, SIZE);
      receive_all(fd, data, SIZE);
      close(fd);
    }
    uint64_t used = cpu_ns(&all) - before;
    if (block >= 0) printf("%.1f\n", (double)used / operations);
  }
  stop(server);
  return 0;
}
